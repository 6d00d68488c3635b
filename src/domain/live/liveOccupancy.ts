import type { RoutingStatusEvent } from './liveEvent.js';

/** Where what is known of a user came from: an event, or REST after a gap. */
export type LiveSource = 'event' | 'rest';

/** Sums are kept for the half hour of the last change, as Genesys's aggregates are asked for. */
export const OCCUPANCY_INTERVAL_MS = 1_800_000;

/** A user's routing status, and how long each status took in the half hour of its last change. Instants by Genesys's clock. */
export interface LiveOccupancy {
  readonly userId: string;
  readonly status: string;
  readonly sinceMs: number;
  readonly intervalStartMs: number;
  /** From when the sums know: later than the interval's start where nothing was heard before. */
  readonly knownFromMs: number;
  readonly interactingMs: number;
  readonly communicatingMs: number;
  readonly idleMs: number;
  readonly notRespondingMs: number;
  readonly offQueueMs: number;
  /** A change in this interval was not heard, but found by REST: what was between is counted as what was before. */
  readonly isApproximate: boolean;
  readonly source: LiveSource;
}

/** A routing status, and how it became known. */
export type HeardStatus = RoutingStatusEvent & {
  readonly source: LiveSource;
  /** Changes before this one were heard and could not be kept. */
  readonly isAfterMissed?: boolean;
};

const SUMS = {
  INTERACTING: 'interactingMs',
  COMMUNICATING: 'communicatingMs',
  IDLE: 'idleMs',
  NOT_RESPONDING: 'notRespondingMs',
  OFF_QUEUE: 'offQueueMs',
} as const;
type Sum = (typeof SUMS)[keyof typeof SUMS];

const NOTHING: Readonly<Record<Sum, number>> = {
  interactingMs: 0,
  communicatingMs: 0,
  idleMs: 0,
  notRespondingMs: 0,
  offQueueMs: 0,
};

/**
 * What becomes of a user's occupancy when a status is heard; null where it is no news.
 *
 * Only Genesys's own times count: a status that began when the known one did, or before, is dropped, however late or early it came
 * here. A status that is none of the five sums up nowhere.
 */
export function withStatus(before: LiveOccupancy | null, heard: HeardStatus): LiveOccupancy | null {
  const { userId, status, atMs, source } = heard;
  const intervalStartMs = Math.floor(atMs / OCCUPANCY_INTERVAL_MS) * OCCUPANCY_INTERVAL_MS;
  if (before === null)
    return {
      userId,
      status,
      sinceMs: atMs,
      intervalStartMs,
      knownFromMs: atMs,
      ...NOTHING,
      isApproximate: false,
      source,
    };
  if (atMs <= before.sinceMs) return null;
  const isSameInterval = before.intervalStartMs === intervalStartMs;
  const { interactingMs, communicatingMs, idleMs, notRespondingMs, offQueueMs } = isSameInterval ? before : NOTHING;
  const sums = { interactingMs, communicatingMs, idleMs, notRespondingMs, offQueueMs };
  const ended: Sum | undefined = isCounted(before.status) ? SUMS[before.status] : undefined;
  if (ended !== undefined) sums[ended] += atMs - Math.max(before.sinceMs, intervalStartMs);
  return {
    userId,
    status,
    sinceMs: atMs,
    intervalStartMs,
    knownFromMs: isSameInterval ? before.knownFromMs : Math.max(before.knownFromMs, intervalStartMs),
    ...sums,
    isApproximate: (isSameInterval && before.isApproximate) || source === 'rest' || heard.isAfterMissed === true,
    source,
  };
}

function isCounted(status: string): status is keyof typeof SUMS {
  return status in SUMS;
}

/** What becomes of what is known when statuses are heard, in the order of Genesys's times. @returns the users that changed. */
export function withStatuses(
  known: readonly LiveOccupancy[],
  heard: readonly HeardStatus[],
): { changed: LiveOccupancy[]; news: number } {
  const byUser = new Map<string, LiveOccupancy>(known.map((row) => [row.userId, row]));
  const changed = new Map<string, LiveOccupancy>();
  let news = 0;
  for (const one of [...heard].sort((a, b) => a.atMs - b.atMs)) {
    const next = withStatus(byUser.get(one.userId) ?? null, one);
    if (next === null) continue;
    byUser.set(one.userId, next);
    changed.set(one.userId, next);
    news++;
  }
  return { changed: [...changed.values()], news };
}
