import { describe, expect, it } from '@jest/globals';
import { Failure } from '../../src/domain/failure.js';
import type { ChannelCalls } from '../../src/domain/live/channelCalls.js';
import { subscribeTopics } from '../../src/listener/subscribeTopics.js';

const TOPICS = Array.from({ length: 100 }, (_, index) => `v2.users.user-${index}.routingStatus`);

/** Calls of a server that refuses all topics where one of them does not exist. */
function refusing(unknown: ReadonlySet<string>, says: (topic: string) => string = () => 'not valid') {
  const subscribed = new Set<string>();
  const made: string[] = [];
  const calls: Pick<ChannelCalls, 'subscribe'> = {
    subscribe: (_, topics, how) => {
      made.push(how);
      const bad = topics.find((topic) => unknown.has(topic));
      if (bad !== undefined)
        return Promise.reject(
          new Failure('InvalidInput', says(bad), { status: 400, code: 'notification.invalid.topic' }),
        );
      if (how === 'replace') subscribed.clear();
      for (const topic of topics) subscribed.add(topic);
      return Promise.resolve(topics.map((topic) => ({ topic, permitted: true, reason: null, missingPermissions: [] })));
    },
  };
  return { calls: calls as ChannelCalls, subscribed, made };
}

describe('subscribing', () => {
  it('is one call where nothing is wrong', async () => {
    const { calls, made } = refusing(new Set());
    expect((await subscribeTopics(calls, 'channel', TOPICS, 'replace')).every(({ permitted }) => permitted)).toBe(true);
    expect(made).toEqual(['replace']);
  });

  it('leaves out only the topics that do not exist, though the server refuses all of them together', async () => {
    const unknown = new Set(['v2.users.user-17.routingStatus', 'v2.users.user-80.routingStatus']);
    for (const says of [() => 'not valid', (topic: string) => `the topic ${topic} is not valid`]) {
      const { calls, subscribed, made } = refusing(unknown, says);
      const answers = await subscribeTopics(calls, 'channel', TOPICS, 'replace');
      expect(answers.map(({ topic }) => topic).sort()).toEqual([...TOPICS].sort());
      expect(answers.filter(({ permitted }) => !permitted)).toMatchObject(
        [...unknown].map((topic) => ({ topic, reason: 'notification.invalid.topic' })),
      );
      expect(subscribed.size).toBe(98);
      expect(made.length).toBeLessThan(30);
    }
  });

  it('does not spend a minute of calls on topics none of which exists', async () => {
    const { calls, made } = refusing(new Set(TOPICS));
    const answers = await subscribeTopics(calls, 'channel', TOPICS, 'replace');
    expect(answers.map(({ topic }) => topic)).toEqual(TOPICS);
    expect(answers.some(({ permitted }) => permitted)).toBe(false);
    expect(made.length).toBeLessThan(60);
  });

  it('fails as the call does where it is not the topics', async () => {
    const failure = new Failure('Forbidden', 'no');
    const calls = { subscribe: () => Promise.reject(failure) } as unknown as ChannelCalls;
    await expect(subscribeTopics(calls, 'channel', TOPICS, 'replace')).rejects.toBe(failure);
  });
});
