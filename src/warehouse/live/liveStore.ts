import type { AdherenceEvent } from '../../domain/live/liveEvent.js';
import type { LiveGap } from '../../domain/live/liveGap.js';
import type { HeardStatus, LiveSource } from '../../domain/live/liveOccupancy.js';

/** What a listener that takes over starts from. */
export interface LiveClaim {
  /** Higher than every one before. */
  readonly takeOver: number;
  /** When the listener before last heard anything, by Genesys's clock; null where there was none. */
  readonly lastMessageMs: number | null;
  /** Gaps that earlier listeners left open, oldest first: they are this one's to close. */
  readonly openGaps: readonly LiveGap[];
  /** What the listener before watched, as it was kept (JSON); null where there is none. */
  readonly watch: { readonly text: string; readonly readMs: number } | null;
}

/** The row of `live_feed`: the feed as it stands. */
export interface LiveFeedState {
  readonly connected: boolean;
  readonly sinceMs: number | null;
  readonly whole: boolean;
  readonly lastMessageMs: number | null;
  readonly problem: string | null;
  /** Why `occupancy_live` is off, and so without rows; null where it is on. */
  readonly occupancyOff: string | null;
}

/** What one transaction writes. */
export interface LiveBatch {
  /** In the order in which it became known. */
  readonly adherence: readonly (AdherenceEvent & { readonly source: LiveSource })[];
  readonly statuses: readonly HeardStatus[];
  /** Agents who are in no unit any more: their adherence says `removed`, and nothing keeps their occupancy true. */
  readonly left?: readonly string[];
  /** Gaps as they are now: written over what is there of the same number. */
  readonly gaps: readonly LiveGap[];
  readonly feed: LiveFeedState;
  /** What is watched from now on, where that changed. */
  readonly watch?: { readonly text: string; readonly readMs: number };
}

/** How many of a batch's events were news. */
export interface LiveWritten {
  readonly adherence: number;
  readonly statuses: number;
}

/**
 * Where the live feed's rows go: `adherence_live`, `occupancy_live`, `live_gap` and `live_feed`.
 *
 * One row a user, and the later of Genesys's own times wins: what is older than what is there changes nothing. Adherence of the same
 * instant that says something else takes its place, because not everything that changes moves one of Genesys's times; a routing status
 * of the same instant is the one that is there.
 * Contract suite: `test/contract/liveStore.ts`.
 *
 * @throws Failure `Blocked` or `Transient` where the database is not to be used now: nothing was changed, and the same call may be made
 *   again.
 */
export interface LiveStore {
  readonly location: string;
  /** Milliseconds for which rows are gathered into one transaction. */
  readonly flushEveryMs: number;
  migrate(): Promise<void>;
  /** Makes the caller the one whose rows count. @param after its number is higher than this, too. */
  claim(claimed: { readonly organisationId: string; readonly after: number }): Promise<LiveClaim>;
  /**
   * Writes a batch, all or nothing.
   *
   * @throws Failure `Conflict` when another has taken over since: nothing was written.
   */
  write(takeOver: number, batch: LiveBatch): Promise<LiveWritten>;
  /** The last gaps, the newest first. */
  gaps(last: number): Promise<LiveGap[]>;
  /** How many gaps are open. */
  openGaps(): Promise<number>;
  /** Rows of any read-only query, for tests and reports. */
  query(sql: string): Promise<Record<string, unknown>[]>;
  /** Lets go of the file, or of the connections. The next call opens them again. */
  release(): Promise<void>;
}
