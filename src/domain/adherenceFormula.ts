/** Percentage points by which two adherence figures may differ and still be called the same: Genesys rounds what it publishes. */
export const ADHERENCE_TOLERANCE_POINTS = 0.1;

// Binary fractions: 99.9 - 99.8 is a little over 0.1, and must not count as over it.
const LIMIT_POINTS = ADHERENCE_TOLERANCE_POINTS + 1e-9;

/** The day metrics that adherence is made of, in seconds. */
export interface AdherenceSeconds {
  readonly exceptionDurationSeconds: number | null;
  readonly adherenceScheduleSeconds: number | null;
}

/**
 * Adherence of a day in percent, by Genesys's published definition: 1 − exceptions / scheduled. Null when nothing was scheduled.
 *
 * Below 0 where exceptions outlast the schedule. Source: Genesys's help, "Historical adherence".
 */
export function adherencePercentage(seconds: AdherenceSeconds): number | null {
  const { exceptionDurationSeconds: exceptions, adherenceScheduleSeconds: scheduled } = seconds;
  if (exceptions === null || scheduled === null || scheduled <= 0) return null;
  return 100 * (1 - exceptions / scheduled);
}

/**
 * Whether a published figure differs from the computed one by more than 0.1 point.
 *
 * Where either is undefined there is nothing to compare, and they do not differ.
 */
export function adherenceDiffers(published: number | null, computed: number | null): boolean {
  return published !== null && computed !== null && Math.abs(published - computed) > LIMIT_POINTS;
}

/** `adherencePercentage` as an SQL expression over the columns of `adherence_day`; the same in DuckDB and Postgres. */
export const ADHERENCE_SQL =
  'CASE WHEN adherence_schedule_seconds > 0 ' +
  'THEN 100 * (1 - CAST(exception_duration_seconds AS FLOAT8) / adherence_schedule_seconds) END';

/** `adherenceDiffers` as an SQL condition over the columns of `adherence_day`; not true (NULL) where either is undefined. */
export const ADHERENCE_DIFFERS_SQL = `abs(adherence_percentage - (${ADHERENCE_SQL})) > CAST(${LIMIT_POINTS} AS FLOAT8)`;
