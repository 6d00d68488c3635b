import type { LocalDate } from './exportWindow.js';

/**
 * One local day of a zone, half-open in UTC.
 *
 * `lengthSeconds` is 23, 24, 24.5, 25 or 23.5 hours where clocks change; never assume 86,400.
 */
export interface LocalDay {
  readonly localDate: LocalDate;
  /** ISO 8601 UTC instant of the first moment of the day (not always 00:00 local). */
  readonly startAt: string;
  readonly endAt: string;
  readonly lengthSeconds: number;
}
