/** One adherence job that somebody wants: a unit's day. Plain, because it crosses processes and enters workflows. */
export interface AskedJob {
  readonly managementUnitId: string;
  /** UTC dates, `to` exclusive, and their midnights as instants. */
  readonly from: string;
  readonly to: string;
  readonly startAt: string;
  readonly endAt: string;
}

/** Zone of the simulated units: what a day is must not matter here. */
export const ASKED_ZONE = 'Etc/UTC';

const FIRST_DAY_MS = Date.UTC(2024, 0, 1);
const DAY_MS = 86_400_000;

/** The job of a unit's day, by the day's number from the start of 2024. */
export function askedJob(managementUnitId: string, day: number): AskedJob {
  const [start, end] = [day, day + 1].map((number) => new Date(FIRST_DAY_MS + number * DAY_MS)) as [Date, Date];
  return {
    managementUnitId,
    from: start.toISOString().slice(0, 10),
    to: end.toISOString().slice(0, 10),
    startAt: start.toISOString(),
    endAt: end.toISOString(),
  };
}

/** The first `count` days of a unit. */
export function askedJobs(managementUnitId: string, count: number): AskedJob[] {
  return Array.from({ length: count }, (_, day) => askedJob(managementUnitId, day));
}

/** The body of `POST …/adherence/historical/bulk` for a job, as every contender sends it. */
export function askedBody({ managementUnitId, startAt, endAt }: AskedJob): object {
  return {
    items: [{ managementUnitId, startDate: startAt, endDate: endAt, includeExceptions: false, includeActuals: false }],
    timeZone: ASKED_ZONE,
  };
}

/** A name for a job that the simulator's record of its body gives too. */
export function askedKey({ managementUnitId, startAt }: Pick<AskedJob, 'managementUnitId' | 'startAt'>): string {
  return `${managementUnitId} ${Date.parse(startAt)}`;
}
