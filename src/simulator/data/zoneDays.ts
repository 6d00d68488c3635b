import { Temporal } from 'temporal-polyfill';

/** Days since 1970-01-01 of a calendar date, whatever the zone. */
export type EpochDay = number;

const startsByZone = new Map<string, Map<EpochDay, number>>();

export function epochDayOf(localDate: string): EpochDay {
  return Date.parse(`${localDate}T00:00:00Z`) / 86_400_000;
}

export function localDateOf(day: EpochDay): string {
  return new Date(day * 86_400_000).toISOString().slice(0, 10);
}

/**
 * First second of a local day, as seconds since the epoch.
 *
 * Where local midnight does not exist (Africa/Cairo in April), the day starts when the clock first shows it. A date that a
 * zone skipped whole (Pacific/Apia, 2011-12-30) starts where the next one does: it is empty.
 */
export function dayStart(zone: string, day: EpochDay): number {
  let starts = startsByZone.get(zone);
  if (!starts) {
    starts = new Map<EpochDay, number>();
    startsByZone.set(zone, starts);
  }
  let start = starts.get(day);
  if (start === undefined) {
    start = Temporal.PlainDate.from(localDateOf(day)).toZonedDateTime(zone).epochMilliseconds / 1000;
    starts.set(day, start);
  }
  return start;
}

/** The local day that an instant (seconds since the epoch) falls into. */
export function epochDayAt(zone: string, atSeconds: number): EpochDay {
  let day = Math.floor(atSeconds / 86_400) + 1;
  while (dayStart(zone, day) > atSeconds) day--;
  return day;
}

/** The instant at which a local clock shows a minute of a day; a time the clock skips is the one after the gap. */
export function wallClock(zone: string, day: EpochDay, minuteOfDay: number): number {
  const start = dayStart(zone, day);
  if (dayStart(zone, day + 1) - start === 86_400) return start + minuteOfDay * 60;
  const date = Temporal.PlainDate.from(localDateOf(day));
  const time = Temporal.PlainTime.from({ hour: Math.floor(minuteOfDay / 60), minute: minuteOfDay % 60 });
  return date.toZonedDateTime({ timeZone: zone, plainTime: time }).epochMilliseconds / 1000;
}

/** A stretch of a local day, in seconds since the epoch, half-open. */
export interface DayPiece {
  readonly day: EpochDay;
  readonly start: number;
  readonly end: number;
}

/** Cuts a half-open interval at the local midnights of a zone; the first and last pieces may be parts of days. */
export function cutAtMidnights(zone: string, start: number, end: number): DayPiece[] {
  const pieces: DayPiece[] = [];
  for (let day = epochDayAt(zone, start); dayStart(zone, day) < end; day++) {
    const piece = { day, start: Math.max(start, dayStart(zone, day)), end: Math.min(end, dayStart(zone, day + 1)) };
    if (piece.start < piece.end) pieces.push(piece);
  }
  return pieces;
}

/** Whether an IANA zone is known here. */
export function isTimeZone(zone: string): boolean {
  try {
    new Temporal.ZonedDateTime(0n, zone);
    return true;
  } catch {
    return false;
  }
}

/** ISO 8601 in UTC without fractions, as Genesys writes instants. */
export function isoSeconds(atSeconds: number): string {
  return `${new Date(atSeconds * 1000).toISOString().slice(0, 19)}Z`;
}
