import { addDays, localDateOf, localDays, startOfLocalDay } from './calendar.js';
import type { LocalDate } from './exportWindow.js';

/**
 * Days back from today that Genesys may still restate: agents' states that lasted long are worked off within two weeks of the
 * management unit. Source: Genesys's help on the limits of historical adherence.
 */
export const RESTATED_DAYS = 14;

/** A unit, as far as its clock is concerned. */
export interface UnitClock {
  readonly name: string;
  readonly timeZone: string;
}

/**
 * First local date that Genesys may still restate: days from it on load as `provisional`.
 *
 * With a horizon of 14 on 2024-03-20 it is 2024-03-06: yesterday and the 13 days before.
 *
 * @throws Failure `InvalidInput` when the zone does not exist or `nowIso` is no instant.
 */
export function provisionalFrom(nowIso: string, timeZone: string, horizonDays: number = RESTATED_DAYS): LocalDate {
  return addDays(localDateOf(timeZone, nowIso), -horizonDays);
}

/**
 * The last local day that is over, whole.
 *
 * @throws Failure `InvalidInput` when the zone does not exist or `nowIso` is no instant.
 */
export function lastCompleteDay(nowIso: string, timeZone: string): LocalDate {
  const today = localDateOf(timeZone, nowIso);
  // A day that does not exist is over by no clock: two days back is then the last.
  const before = localDays(timeZone, addDays(today, -2), today);
  return before.at(-1)?.localDate ?? addDays(today, -1);
}

/**
 * Why an export up to `to` (exclusive) may not start yet, or null when every day asked for is over in every unit's zone.
 *
 * A day half told would be loaded as if it were whole. The message starts with the path of the input at fault and names a date
 * that works.
 *
 * @throws Failure `InvalidInput` when a zone or date does not exist or `nowIso` is no instant.
 */
export function refuseFutureDays(to: LocalDate, units: readonly UnitClock[], nowIso: string): string | null {
  const nowMs = Date.parse(nowIso);
  const early = units.filter((unit) => Date.parse(startOfLocalDay(unit.timeZone, to)) > nowMs);
  const [first, ...others] = early;
  if (!first) return null;
  const todays = units.map((unit) => localDateOf(unit.timeZone, nowIso)).sort();
  const also = others.length === 0 ? '' : ` (and ${others.length} more ${others.length === 1 ? 'unit' : 'units'})`;
  return (
    `to: ${to} (exclusive) asks for ${addDays(to, -1)}, which is not over in ${first.timeZone}, the zone of ${first.name}${also}, ` +
    `until ${startOfLocalDay(first.timeZone, to)}; nothing was started; the latest date that works now is ${todays[0] ?? to}`
  );
}
