import type { Actual } from './actualWork.js';
import type { Organisation } from './organisation.js';
import type { Person } from './people.js';
import { type Random, seededRandom } from './seededRandom.js';
import type { Unit } from './unit.js';
import { stayBounds, workdaysBetween } from './workday.js';

// Looked up once: globals are slow where tests run (vm contexts).
const { min, max, round } = Math;

export const ROUTING_STATUSES = ['IDLE', 'INTERACTING', 'COMMUNICATING', 'NOT_RESPONDING', 'OFF_QUEUE'] as const;
export type RoutingStatus = (typeof ROUTING_STATUSES)[number];

/** A stretch of one status, in milliseconds since the epoch, half-open. */
export interface StatusPiece {
  readonly start: number;
  readonly end: number;
  readonly status: RoutingStatus;
  /** System presence at the time, as analytics spells it (`ON_QUEUE`). */
  readonly presence: string;
}

interface Range {
  readonly start: number;
  readonly end: number;
}

/**
 * A person's statuses in an interval (milliseconds since the epoch), over all their units, in order and without overlap.
 *
 * On queue they alternate between idle, interacting, and sometimes communicating or not responding; logged in elsewhere they
 * are off queue; logged out they have no status. Where a move puts somebody into two units for some hours (zones differ), the
 * unit of the lower id says what they did.
 */
export function statusesBetween(organisation: Organisation, person: Person, interval: Range): StatusPiece[] {
  if (!person.routing) return [];
  const { start, end } = interval;
  const units = [...new Map(person.memberships.map((stay) => [stay.unit.id, stay.unit])).values()];
  units.sort((one, other) => (one.id < other.id ? -1 : 1));
  const taken: Range[] = [];
  const pieces: StatusPiece[] = [];
  for (const unit of units) {
    const ownPieces = statusesInUnit(organisation, person, unit, interval);
    // One by one: years of them are more arguments than a call takes.
    for (const piece of ownPieces) pieces.push(...(taken.length === 0 ? [piece] : without(piece, taken)));
    for (const stay of person.memberships) {
      const { notBefore, notAfter } = stayBounds(stay);
      if (stay.unit.id === unit.id) taken.push({ start: notBefore * 1000, end: notAfter * 1000 });
    }
  }
  return pieces.filter((piece) => piece.start < end && piece.end > start).sort((a, b) => a.start - b.start);
}

function statusesInUnit(organisation: Organisation, person: Person, unit: Unit, interval: Range): StatusPiece[] {
  const pieces: StatusPiece[] = [];
  for (const workday of workdaysBetween(organisation, person, unit, interval.start / 1000, interval.end / 1000)) {
    const random = seededRandom(organisation.seed, 'routing', person.id, unit.id, workday.day);
    const from = max(interval.start, workday.notBefore * 1000);
    const until = min(interval.end, workday.notAfter * 1000);
    for (const work of workday.actual)
      for (const piece of statusesOf(work, person.habits.busyness, random))
        if (piece.start < until && piece.end > from)
          pieces.push({ ...piece, start: max(piece.start, from), end: min(piece.end, until) });
  }
  return pieces;
}

function statusesOf(work: Actual, busyness: number, random: Random): StatusPiece[] {
  const end = work.end * 1000;
  if (work.category !== 'OnQueueWork')
    return [{ start: work.start * 1000, end, status: 'OFF_QUEUE', presence: spelled(work.systemPresence) }];
  const pieces: StatusPiece[] = [];
  let at = work.start * 1000;
  const during = (status: RoutingStatus, ms: number): void => {
    const until = min(end, at + ms);
    if (until > at) pieces.push({ start: at, end: until, status, presence: 'ON_QUEUE' });
    at = until;
  };
  while (at < end) {
    const interactingMs = random.integer(60_000, 540_000);
    during('IDLE', round((interactingMs * (1 - busyness) * 2 * random.next()) / busyness) + 1);
    if (random.chance(0.03)) during('NOT_RESPONDING', random.integer(8_000, 30_000));
    during('INTERACTING', interactingMs);
    if (random.chance(0.06)) during('COMMUNICATING', random.integer(20_000, 180_000));
  }
  return pieces;
}

function spelled(systemPresence: string): string {
  return systemPresence.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase();
}

function without(piece: StatusPiece, taken: readonly Range[]): StatusPiece[] {
  return taken.reduce<StatusPiece[]>(
    (left, range) =>
      left.flatMap((part) =>
        [
          { ...part, end: min(part.end, range.start) },
          { ...part, start: max(part.start, range.end) },
        ].filter((kept) => kept.start < kept.end),
      ),
    [piece],
  );
}
