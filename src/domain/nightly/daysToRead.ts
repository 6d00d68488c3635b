import type { LocalDate } from '../exportWindow.js';
import type { DayState } from '../seal.js';

/** What coverage has of one local day, as far as reading it again goes. */
export interface KnownDay {
  readonly localDate: LocalDate;
  readonly state: DayState;
  /** When the answer that stands was asked for; null where there is none. */
  readonly requestedAt: string | null;
}

/** Which provisional days need not be read again. */
export interface ReadingRule {
  /** Instant since which a provisional day that was asked for is not asked for again. */
  readonly unlessReadSince?: string | undefined;
  /** Days that left the horizon are read a last time when so many wait; at once where not given. */
  readonly settleDays?: number | undefined;
}

/**
 * States of days as a plan is to take them: provisional days that are to be left alone count as `loaded`.
 *
 * - One that was asked for since `unlessReadSince` is left alone: so of several nights that are caught up on, or filled in later, each
 *   day is read once.
 * - One that left the horizon (before `restatedFrom`) is to be read a last time, after which it is `loaded`. With a night's load one
 *   leaves a night, and a window of its own for each would be half as many calls again: they wait until there are `settleDays`.
 *
 * @param restatedFrom first local date that Genesys may still restate.
 */
export function statesToPlan(
  days: readonly KnownDay[],
  { unlessReadSince, settleDays = 1 }: ReadingRule,
  restatedFrom: LocalDate,
): Map<LocalDate, DayState> {
  const isRead = ({ requestedAt }: KnownDay): boolean =>
    unlessReadSince !== undefined && requestedAt !== null && Date.parse(requestedAt) >= Date.parse(unlessReadSince);
  const waiting = days.filter((day) => day.state === 'provisional' && day.localDate < restatedFrom && !isRead(day));
  const settles = waiting.length >= settleDays;
  return new Map(
    days.map((day) => {
      const waits = day.localDate < restatedFrom && !settles;
      const isLeft = day.state === 'provisional' && (isRead(day) || waits);
      return [day.localDate, isLeft ? 'loaded' : day.state];
    }),
  );
}
