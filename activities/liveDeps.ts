import type { ChannelHosts } from '../src/domain/live/channelAddress.js';
import type { LiveSettings } from '../src/domain/live/liveSettings.js';
import type { ListenerSettings } from '../src/listener/listenerParts.js';
import type { LiveWatcher } from '../src/telemetry/liveWatcher.js';
import type { LiveStore } from '../src/warehouse/live/liveStore.js';

/** What a listener works with, beside what every activity does. */
export interface LiveDeps {
  readonly store: LiveStore;
  /** As this worker's configuration has them. */
  readonly settings: LiveSettings;
  /** Where notification channels may be. */
  readonly hosts: ChannelHosts;
  readonly watcher: LiveWatcher;
  /** Aborted when the worker begins to stop: another may take over at once then, and need not wait for what drains. */
  readonly stopping: AbortSignal;
  readonly times: LiveTimes;
  /** How patient a listener is, where it is not as usual. */
  readonly listener?: Partial<ListenerSettings>;
}

/** How long things take. Milliseconds. */
export interface LiveTimes {
  /**
   * After a subscription, until REST is read: a change right after it may find no subscribers yet (Genesys's samples sleep 5 s), and
   * what is read later has it.
   */
  readonly settleMs: number;
  /** How often who and what there is to watch is read anew. */
  readonly rosterMs: number;
  /** How long one listener listens: well within what the workflow gives an attempt. */
  readonly lastsMs: number;
  /** From an event that could not be read until what it said is read by REST, with what could not be read meanwhile. */
  readonly unreadableMs: number;
  /** Between two such readings, for each call of the one before: so they never take more than a tenth of a token's 300 a minute. */
  readonly unreadableCallMs: number;
  /** Between two reports to the workflow, and at the longest. */
  readonly reportMs: number;
  readonly reportAtLeastMs: number;
  /** A feed of which nothing else is to be written. */
  readonly quietWriteMs: number;
}

export const LIVE_TIMES: LiveTimes = {
  settleMs: 5_000,
  rosterMs: 3_600_000,
  lastsMs: 23 * 3_600_000,
  unreadableMs: 1_000,
  unreadableCallMs: 2_000,
  reportMs: 2_000,
  reportAtLeastMs: 300_000,
  quietWriteMs: 5_000,
};
