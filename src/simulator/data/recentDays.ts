import type { Actual } from './actualWork.js';
import { seededRandom } from './seededRandom.js';
import { dayStart, type EpochDay } from './zoneDays.js';

/** How an organisation's adherence of the last days differs from what it will be. Nothing differs where all are 0. */
export interface RecentDays {
  /** Days are restated until they have been over for this many days. */
  readonly restatedDays: number;
  /** For so long an answer stays the same: with 1, two jobs a second apart differ. */
  readonly restatedEverySeconds: number;
  /** Rows of a person's day appear up to so many hours after the day ended. */
  readonly lateDataHours: number;
}

interface PersonDay {
  readonly seed: number;
  readonly personId: string;
  readonly unitId: string;
  readonly day: EpochDay;
  readonly timeZone: string;
}

/** Whether a result made at an instant (seconds since the epoch) has a person's day at all: each day is late by its own hours. */
export function hasArrived({ lateDataHours }: RecentDays, of: PersonDay, asOf: number): boolean {
  if (lateDataHours === 0) return true;
  const lateSeconds = seededRandom('late', of.seed, of.personId, of.unitId, of.day).next() * lateDataHours * 3600;
  return asOf >= dayStart(of.timeZone, of.day + 1) + lateSeconds;
}

/**
 * What a result made at an instant (seconds since the epoch) says of a day's work: while the day is restated, mostly that
 * somebody left an activity earlier than they did, another one each time.
 */
export function restated(
  recent: RecentDays,
  of: PersonDay,
  actual: readonly Actual[],
  asOf: number,
): readonly Actual[] {
  if (recent.restatedDays === 0 || actual.length === 0) return actual;
  if (asOf >= dayStart(of.timeZone, of.day + 1) + recent.restatedDays * 86_400) return actual;
  const revision = Math.floor(asOf / recent.restatedEverySeconds);
  const random = seededRandom('restated', of.seed, of.personId, of.unitId, of.day, revision);
  if (random.chance(0.2)) return actual;
  const changed = random.integer(0, actual.length - 1);
  const share = random.next();
  return actual.map((piece, index) =>
    index === changed ? { ...piece, end: piece.end - Math.floor(share * (piece.end - piece.start)) } : piece,
  );
}
