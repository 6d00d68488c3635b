import { describe, expect, it } from '@jest/globals';
import type { LiveWatch } from '../../../src/domain/live/liveWatch.js';
import { channelPlan } from '../../../src/domain/live/channelPlan.js';
import { countByKind, subjectOf, topicPattern, topicsOf, watchOfTopics } from '../../../src/domain/live/topics.js';

const WATCH: LiveWatch = {
  businessUnitIds: ['bu-1'],
  trunks: [{ id: 'trunk-1', trunkBaseId: 'base-1' }],
  managementUnitIds: ['mu-1', 'mu-2'],
  userIds: ['user-1', 'user-2', 'user-1'],
};

describe('the topics of what is watched', () => {
  it('are those that Genesys lists, what the sync waits for first, each once', () => {
    expect(topicsOf(WATCH)).toEqual([
      'v2.workforcemanagement.businessunits.bu-1.schedules',
      'v2.telephony.providers.edges.trunks.trunk-1',
      'v2.workforcemanagement.managementunits.mu-1.adherence',
      'v2.workforcemanagement.managementunits.mu-2.adherence',
      'v2.users.user-1.routingStatus',
      'v2.users.user-2.routingStatus',
    ]);
  });

  it('say what they are about, however they are spelt', () => {
    for (const topic of topicsOf(WATCH))
      expect(subjectOf(topic.toUpperCase())?.id.toLowerCase()).toBe(subjectOf(topic)?.id);
    expect(subjectOf('v2.users.user-1.routingStatus')).toEqual({ kind: 'routingStatus', id: 'user-1' });
    // Longer topics of the same family are others.
    expect(subjectOf('v2.telephony.providers.edges.trunks.trunk-1.metrics')).toBeNull();
    expect(subjectOf('v2.users.user-1.presence')).toBeNull();
    expect(subjectOf('v2.users..routingStatus')).toBeNull();
  });

  it('are counted and shown without ids', () => {
    expect(countByKind(topicsOf(WATCH))).toEqual({
      scheduleChanged: 1,
      trunkChanged: 1,
      adherence: 2,
      routingStatus: 2,
    });
    expect(topicPattern('v2.users.user-1.routingStatus')).toBe('v2.users.{id}.routingStatus');
    expect(topicPattern('v2.users.3f1e0a52-9a6b-4a8e-8f0e-0d9f0f0c1c11.presence')).toBe('v2.users.{id}.presence');
    expect(topicPattern('Jane Doe.x')).toBe('{id}.x');
  });

  it('lead back to the part of what is watched', () => {
    const part = watchOfTopics(WATCH, ['v2.telephony.providers.edges.trunks.trunk-1', 'v2.users.user-2.routingStatus']);
    expect(part).toEqual({ businessUnitIds: [], trunks: WATCH.trunks, managementUnitIds: [], userIds: ['user-2'] });
  });
});

describe('the plan of channels', () => {
  const users = (count: number) => Array.from({ length: count }, (_, index) => `user-${index}`);

  it('fills as few channels as there can be, with no topic left out and none in two', () => {
    for (const count of [0, 1, 995, 996, 2_500, 19_995]) {
      const watch = { ...WATCH, trunks: [{ id: 'trunk-1', trunkBaseId: null }], userIds: users(count) };
      const plan = channelPlan(watch);
      expect(plan).toHaveLength(Math.ceil((count + 4) / 1_000));
      const topics = plan.map(topicsOf);
      expect(Math.max(...topics.map(({ length }) => length))).toBeLessThanOrEqual(1_000);
      expect(topics.flat().sort()).toEqual(topicsOf(watch).sort());
    }
  });

  it('refuses what 20 channels cannot carry, and says how many that is', () => {
    expect(() => channelPlan({ ...WATCH, userIds: users(19_997) })).toThrow(
      expect.objectContaining({ name: 'InvalidInput', message: expect.stringContaining('20001 topics') }),
    );
  });

  it('leaves what is watched still where it is, fills what has room, and opens another only for what is left', () => {
    const none = { ...WATCH, businessUnitIds: [], trunks: [], managementUnitIds: [] };
    const ids = users(2_500);
    const before = channelPlan({ ...none, userIds: ids });
    // A tenth goes, and as many come, and then some.
    const stay = ids.filter((_, index) => index % 10 !== 0);
    const come = Array.from({ length: 1_200 }, (_, index) => `new-${index}`);
    const after = channelPlan({ ...none, userIds: [...come, ...stay] }, 20, before);
    expect(after.map(({ userIds }) => userIds.length)).toEqual([1_000, 1_000, 1_000, 450]);
    const staying = new Set(stay);
    const moved = before.flatMap(({ userIds }, at) => {
      const now = new Set(after[at]?.userIds);
      return userIds.filter((id) => staying.has(id) && !now.has(id));
    });
    expect(moved).toEqual([]);
    expect(after.flatMap(topicsOf).sort()).toEqual(topicsOf({ ...none, userIds: [...come, ...stay] }).sort());
    // Nothing is left for the second one.
    const [first = none, , third = none] = before;
    const fewer = channelPlan({ ...none, userIds: [...first.userIds, ...third.userIds] }, 20, before);
    expect(fewer.map(({ userIds }) => userIds.length)).toEqual([1_000, 0, 500]);
  });

  it('needs no channel for nothing', () => {
    expect(channelPlan({ businessUnitIds: [], trunks: [], managementUnitIds: [], userIds: [] })).toEqual([]);
  });
});
