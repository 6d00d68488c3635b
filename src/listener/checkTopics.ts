import type { TopicAnswer } from '../domain/live/channelCalls.js';
import type { LiveWatch } from '../domain/live/liveWatch.js';
import { topicsOf, watchOfTopics } from '../domain/live/topics.js';
import type { Gaps } from './gaps.js';
import type { ListenerParts } from './listenerParts.js';
import { subscribeTopics } from './subscribeTopics.js';

/** A channel as it should be. */
interface CheckedChannel {
  readonly channelId: string;
  /** What became of each topic when it was last subscribed. */
  readonly answers: readonly TopicAnswer[];
  /** Last time that all was well. */
  readonly sinceMs: number;
  /** Whether it is to be subscribed anew in any case, which renews it. */
  readonly due: boolean;
}

/**
 * Reads what a channel carries; where a topic vanished, or the channel is to be renewed, subscribes it anew.
 *
 * What vanished may have been missed since the last look. So may what was refused until now and is permitted: nobody ever heard it.
 *
 * @returns what became of each topic; null where nothing was to be done.
 * @throws Failure as the calls do.
 */
export async function checkTopics(
  { calls, clock, log }: Pick<ListenerParts, 'calls' | 'clock' | 'log'>,
  gaps: Gaps,
  watch: LiveWatch,
  { channelId, answers, sinceMs, due }: CheckedChannel,
): Promise<readonly TopicAnswer[] | null> {
  const permitted = permittedIn(answers);
  const there = new Set((await calls.subscribedTopics(channelId)).map((topic) => topic.toLowerCase()));
  const vanished = permitted.filter((topic) => !there.has(topic.toLowerCase()));
  if (vanished.length === 0 && !due) return null;

  if (vanished.length > 0) log.warn({ topics: vanished.length }, 'topics of a notification channel had vanished');
  const lost = vanished.length === 0 ? null : gaps.began('unsubscribed', sinceMs, watchOfTopics(watch, vanished));
  try {
    const after = await subscribeTopics(calls, channelId, topicsOf(watch));
    const granted = permittedIn(after).filter((topic) => !permitted.includes(topic));
    if (granted.length > 0) gaps.ended(gaps.began('started', null, watchOfTopics(watch, granted)), clock.genesysMs());
    return after;
  } finally {
    if (lost !== null) gaps.ended(lost, clock.genesysMs());
  }
}

function permittedIn(answers: readonly TopicAnswer[]): string[] {
  return answers.filter(({ permitted }) => permitted).map(({ topic }) => topic);
}
