import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '../domain/failure.js';
import type { ChannelCalls } from '../domain/live/channelCalls.js';

/**
 * The same calls, each of which fails with `Transient` where it is not answered in time: a listener cannot wait as long as HTTP does.
 * Such a call goes on by itself, and what it brings is dropped.
 */
export function timelyCalls(calls: ChannelCalls, withinMs: number): ChannelCalls {
  const timely = <T>(call: Promise<T>, what: string) => inTime(call, withinMs, what);
  return {
    createChannel: () => timely(calls.createChannel(), 'the creation of a notification channel'),
    subscribe: (...given) => timely(calls.subscribe(...given), 'the subscription of a notification channel'),
    subscribedTopics: (id) =>
      timely(calls.subscribedTopics(id), 'the question for the topics of a notification channel'),
    unsubscribe: (id) => timely(calls.unsubscribe(id), 'the end of a subscription'),
    isChannelAlive: (id) => timely(calls.isChannelAlive(id), 'the question whether a notification channel is there'),
  };
}

async function inTime<T>(call: Promise<T>, withinMs: number, what: string): Promise<T> {
  const over = new AbortController();
  const late = sleep(withinMs, null, { signal: over.signal, ref: false }).then(() => {
    throw new Failure('Transient', `There was no answer to ${what} within ${withinMs / 1000} s. It is tried again.`);
  });
  late.catch(() => undefined);
  call.catch(() => undefined);
  try {
    return await Promise.race([call, late]);
  } finally {
    over.abort();
  }
}
