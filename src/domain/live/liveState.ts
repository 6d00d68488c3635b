import { z } from 'zod';
import type { LiveSettings } from './liveSettings.js';
import { GAP_CAUSES } from './liveSink.js';

const Instant = z.string();
const Count = z.number().int().nonnegative();
const NullableInstant = Instant.nullable();

/**
 * What a listener tells of itself: signal `listening`, and the details of its heartbeats. Instants are ISO 8601 UTC by Genesys's clock.
 *
 * Counts, patterns and reasons alone: no id of a person, no address of a channel, no token.
 */
export const LiveReport = z.object({
  v: z.literal(1),
  takeOver: Count,
  connected: z.boolean(),
  /** Since when it is connected; null where it is not. */
  since: NullableInstant,
  /** Connected, no gap open, and every row written. */
  whole: z.boolean(),
  channels: Count,
  topics: z.object({ scheduleChanged: Count, trunkChanged: Count, adherence: Count, routingStatus: Count }),
  rejected: z.array(
    z.object({ pattern: z.string(), count: Count, reason: z.string(), missingPermissions: z.array(z.string()) }),
  ),
  /** Why `occupancy_live` is off; null where it is on. */
  occupancyOff: z.string().nullable(),
  gaps: z.object({
    /** Of this listener. */
    met: Count,
    open: Count,
    last: z
      .object({ cause: z.enum(GAP_CAUSES), from: NullableInstant, to: NullableInstant, recovered: NullableInstant })
      .nullable(),
  }),
  lastMessage: NullableInstant,
  /** Events that could not be read. */
  unreadable: Count,
  /** Hints to the trunk sync. */
  sync: z.object({
    /** `none`: no sync runs, and whoever starts one begins with the truth. `silent`: Temporal does not take them now. */
    state: z.enum(['untold', 'told', 'none', 'silent']),
    told: Count,
    /** Hints that nobody was there for. */
    dropped: Count,
  }),
  /** Users whose rows wait to be written. */
  waiting: Count,
  /** What is in the way, in words; null where nothing is. */
  problem: z.string().nullable(),
});
export type LiveReport = z.infer<typeof LiveReport>;

/** What query `state` answers, and `live status --json` prints. */
export interface LiveState extends LiveReport {
  /** When that was told, by Temporal's clock; null before a listener told anything. */
  readonly at: string | null;
  /** Listeners that have taken over since the feed was started, the first one among them. */
  readonly takeOvers: number;
  readonly unreadableSignals: number;
}

/** Before anybody listens. */
export const NOBODY_LISTENS: LiveReport = {
  v: 1,
  takeOver: 0,
  connected: false,
  since: null,
  whole: false,
  channels: 0,
  topics: { scheduleChanged: 0, trunkChanged: 0, adherence: 0, routingStatus: 0 },
  rejected: [],
  occupancyOff: null,
  gaps: { met: 0, open: 0, last: null },
  lastMessage: null,
  unreadable: 0,
  sync: { state: 'untold', told: 0, dropped: 0 },
  waiting: 0,
  problem: 'nobody listens yet: a worker that owns the warehouse does, once one runs',
};

/** What one run of `liveFeed` hands to the next. */
export interface LiveCarried {
  readonly v: 1;
  readonly settings: LiveSettings | null;
  report: LiveReport;
  at: string | null;
  takeOvers: number;
  unreadableSignals: number;
}
