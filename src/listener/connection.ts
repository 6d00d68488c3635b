import type { TopicAnswer } from '../domain/live/channelCalls.js';
import type { ListenerClock } from './listenerParts.js';
import type { OpenChannel } from './openChannel.js';

/** A connection of a keeper: from before its socket is open until nothing of it matters any more. Milliseconds, steady ones. */
export interface Connection {
  readonly number: number;
  channel: OpenChannel | null;
  readonly openedMs: number;
  /** What it was subscribed to last. */
  topics: readonly string[];
  /** What became of each of them. */
  answers: readonly TopicAnswer[];
  /** Since when its life is counted. */
  renewedMs: number;
  /** When the topics that were refused were last asked for. */
  askedRefusedMs: number;
  /** Last time that its topics were known to be what they should be; by Genesys's clock. */
  checkedMs: number;
  /** Readings of its topics that failed, since one did not. */
  failures: number;
  /** Whether it is to be replaced while it still lives. */
  isClosing: boolean;
  /** Whether its topics are to be read at once. */
  isDoubted: boolean;
}

/** A connection that is not open yet, and is to carry these topics. */
export function newConnection(number: number, topics: readonly string[], clock: ListenerClock): Connection {
  const steadyMs = clock.steadyMs();
  return {
    number,
    channel: null,
    openedMs: steadyMs,
    topics,
    answers: [],
    renewedMs: steadyMs,
    askedRefusedMs: steadyMs,
    checkedMs: clock.genesysMs(),
    failures: 0,
    isClosing: false,
    isDoubted: false,
  };
}
