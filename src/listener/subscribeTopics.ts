import { isFailure } from '../domain/failure.js';
import type { ChannelCalls, TopicAnswer } from '../domain/live/channelCalls.js';

/** Calls that may be spent on finding which topics of a channel do not exist. */
const CALLS_FOR_INVALID = 24;

/**
 * Subscribes a channel to topics, and tells of each what became of it.
 *
 * A missing permission is told in the answer. A topic that does not exist may refuse all of them instead: then they are halved until
 * it is found, within reason; what is still together then is rejected together, and told so.
 *
 * @param first whether these are to be the channel's topics, or come to those that it has.
 * @throws Failure as the calls do.
 */
export async function subscribeTopics(
  calls: ChannelCalls,
  channelId: string,
  topics: readonly string[],
  first: 'replace' | 'add',
): Promise<TopicAnswer[]> {
  let left = CALLS_FOR_INVALID;
  const subscribe = async (some: readonly string[], how: 'replace' | 'add'): Promise<readonly TopicAnswer[]> => {
    try {
      left--;
      return await calls.subscribe(channelId, some, how);
    } catch (error) {
      if (!isFailure(error, 'InvalidInput')) throw error;
      const reason = error.facts.code ?? 'notification.invalid.topic';
      const rejected = (which: readonly string[]) =>
        which.map((topic) => ({ topic, permitted: false, reason, missingPermissions: [] }));
      if (some.length <= 1 || left <= 0) return rejected(some);
      const named = some.filter((topic) => error.message.includes(topic));
      if (named.length > 0 && named.length < some.length) {
        const others = some.filter((topic) => !named.includes(topic));
        return [...rejected(named), ...(await subscribe(others, 'add'))];
      }
      const half = Math.ceil(some.length / 2);
      return [...(await subscribe(some.slice(0, half), 'add')), ...(await subscribe(some.slice(half), 'add'))];
    }
  };
  return [...(await subscribe(topics, first))];
}
