import type { ListenerClock } from './listenerParts.js';
import type { OpenChannel } from './openChannel.js';

/** A connection of a keeper: from before its socket is open until nothing of it matters any more. */
export interface Connection {
  readonly number: number;
  channel: OpenChannel | null;
  readonly openedMs: number;
  /** Since when its life is counted. */
  renewedMs: number;
  /** Last time that its topics were known to be what they should be; by Genesys's clock. */
  checkedMs: number;
  /** Whether it is to be replaced while it still lives. */
  isClosing: boolean;
  /** Whether its topics are to be read at once. */
  isDoubted: boolean;
}

export function newConnection(number: number, clock: ListenerClock): Connection {
  const steadyMs = clock.steadyMs();
  return {
    number,
    channel: null,
    openedMs: steadyMs,
    renewedMs: steadyMs,
    checkedMs: clock.genesysMs(),
    isClosing: false,
    isDoubted: false,
  };
}
