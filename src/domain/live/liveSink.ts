import type { LiveEvent, LiveKind } from './liveEvent.js';
import type { LiveWatch } from './liveWatch.js';

/**
 * Why a stretch of time may have been missed.
 *
 * `started` nobody listened before; `takenOver` another listener did; `cut` the socket closed; `silence` no heartbeat; `closing` the
 * server closed the channel before the next one was open; `rewatched` what is watched changed, and it was listened to anew; `tokenRevoked`; `evicted` the channel is not known any more; `expired` its
 * 24 hours were over; `unsubscribed` the server let go of topics; `unreadable` an event could not be read.
 */
export const GAP_CAUSES = [
  'started',
  'takenOver',
  'rewatched',
  'cut',
  'silence',
  'closing',
  'tokenRevoked',
  'evicted',
  'expired',
  'unsubscribed',
  'unreadable',
] as const;
export type GapCause = (typeof GAP_CAUSES)[number];

/**
 * A stretch in which something may have been missed.
 *
 * Instants are milliseconds since the epoch by Genesys's clock: a steady clock of ours, set by the `Date` of Genesys's answers, so
 * that a machine whose clock is an hour wrong, or is being set, writes the same bounds as any other.
 */
export interface GapBegun {
  /** Unlike every other of this listener. */
  readonly gap: number;
  readonly cause: GapCause;
  /**
   * When the old connection was last known alive: its last message, less a second for what was on its way. Null before the first
   * connection of this listener.
   */
  readonly fromMs: number | null;
  /** What the lost channel carried: what is to be read by REST. */
  readonly missed: LiveWatch;
}

/** The gap's channel is replaced and every topic of it that can be is subscribed to anew. */
export interface GapEnded {
  readonly gap: number;
  readonly toMs: number;
}

/** An event that could not be read. */
export interface UnreadableEvent {
  /** Its topic with `{id}` in place of ids. */
  readonly topic: string;
  /** What it was about, as far as its topic says. */
  readonly missed: LiveWatch;
  /** In words, without anything of the event's contents. */
  readonly why: string;
  readonly receivedMs: number;
}

/** Topics that the organisation did not let us subscribe to, by pattern. */
export interface RejectedTopics {
  /** With `{id}` in place of ids: `v2.users.{id}.routingStatus`. */
  readonly pattern: string;
  readonly kind: LiveKind;
  readonly count: number;
  /** Genesys's code or words: `notification.unauthorized.topic`, `notification.invalid.topic`. */
  readonly reason: string;
  readonly missingPermissions: readonly string[];
}

/** A listener as it stands. Instants by Genesys's clock, as in `GapBegun`. */
export interface ListenerState {
  /** Every channel that is needed is open and subscribed. */
  readonly connected: boolean;
  /** When that began; null where it is not so. */
  readonly sinceMs: number | null;
  readonly channels: number;
  readonly topics: Readonly<Record<LiveKind, number>>;
  readonly rejected: readonly RejectedTopics[];
  /** When anything last came, heartbeats included; null before. */
  readonly lastMessageMs: number | null;
  /** What keeps it from being connected, in words without tokens; null where nothing does. */
  readonly problem: string | null;
}

/**
 * Where a listener puts what it hears. Nothing here blocks the socket: promises are kept in order by the sink.
 *
 * A listener calls `gapBegan` as soon as it knows of a loss (or, at its start, once for each channel, before it connects), and
 * `gapEnded` when the new subscription is confirmed; the sink writes the rows, reads by REST what may have been missed, and closes
 * them. Rejected with a `Failure` where this listener is not the one any more (`Conflict`): it is to stop.
 */
export interface LiveSink {
  event(event: LiveEvent): void;
  unreadable(event: UnreadableEvent): void;
  /** Resolved once the gap is a row. */
  gapBegan(gap: GapBegun): Promise<void>;
  /** Resolved once its end is known to the store: recovery goes on by itself. */
  gapEnded(gap: GapEnded): Promise<void>;
  /** Something of it changed (not each message). */
  changed(state: ListenerState): void;
}
