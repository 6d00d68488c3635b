import type { AdherenceEvent, RoutingStatusEvent } from '../../src/domain/live/liveEvent.js';
import type { LiveGap } from '../../src/domain/live/liveGap.js';
import type { LiveBatch } from '../../src/warehouse/live/liveStore.js';

/** 2026-11-22T06:00:00Z: a half hour begins. */
export const SIX_MS = Date.parse('2026-11-22T06:00:00Z');

/** An instant so many seconds after six. */
export function at(seconds: number): number {
  return SIX_MS + seconds * 1000;
}

/** An agent's adherence as Genesys says it. */
export function adherence(userId: string, atMs: number, changes: Partial<AdherenceEvent> = {}): AdherenceEvent {
  return {
    kind: 'adherence',
    userId,
    managementUnitId: 'mu-1',
    atMs,
    adherenceState: 'InAdherence',
    adherenceChangedAtMs: atMs,
    impact: 'Neutral',
    scheduledActivityCategory: 'OnQueueWork',
    actualActivityCategory: 'OnQueueWork',
    systemPresence: 'ON_QUEUE',
    secondaryPresenceId: null,
    routingStatus: 'IDLE',
    presenceChangedAtMs: atMs,
    isOutOfOffice: false,
    isRemoved: false,
    ...changes,
  };
}

export function routingStatus(userId: string, status: string, atMs: number): RoutingStatusEvent {
  return { kind: 'routingStatus', userId, status, atMs };
}

export function gap(changes: Partial<LiveGap> & Pick<LiveGap, 'takeOver' | 'gap'>): LiveGap {
  return {
    cause: 'cut',
    fromMs: at(0),
    toMs: null,
    recoveredMs: null,
    businessUnits: 1,
    trunks: 2,
    managementUnits: 1,
    users: 3,
    read: null,
    changed: null,
    problem: null,
    ...changes,
  };
}

/** What one transaction writes: nothing but what is given. */
export function batch(changes: Partial<LiveBatch> = {}): LiveBatch {
  return {
    adherence: [],
    statuses: [],
    gaps: [],
    feed: { connected: true, sinceMs: at(0), whole: true, lastMessageMs: at(1), problem: null, occupancyOff: null },
    ...changes,
  };
}
