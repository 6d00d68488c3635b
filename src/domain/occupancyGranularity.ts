import { localDays } from './calendar.js';
import type { LocalDate } from './exportWindow.js';

const HALF_HOUR_MS = 1_800_000;

/**
 * Length of the intervals in which occupancy is asked for, so that intervals and local days of a zone end together.
 *
 * `PT30M`, unless a local day in the range starts off the half hour in UTC, as all do in Asia/Kathmandu (+05:45): then `PT15M`.
 * Offsets that 15 minutes do not divide ended in 1972 (Africa/Monrovia), before anything there is to export.
 *
 * @throws Failure `InvalidInput` when the zone or a date does not exist.
 */
export function occupancyGranularity(timeZone: string, from: LocalDate, to: LocalDate): 'PT30M' | 'PT15M' {
  const instants = localDays(timeZone, from, to).flatMap((day) => [day.startAt, day.endAt]);
  return instants.every((instant) => Date.parse(instant) % HALF_HOUR_MS === 0) ? 'PT30M' : 'PT15M';
}
