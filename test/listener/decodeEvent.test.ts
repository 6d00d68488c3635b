import { describe, expect, it } from '@jest/globals';
import { decodeEvent } from '../../src/listener/decodeEvent.js';
import { readMessage } from '../../src/listener/readMessage.js';

const WATCH = {
  businessUnitIds: ['bu-1'],
  trunks: [{ id: 'trunk-1', trunkBaseId: 'base-1' }],
  managementUnitIds: ['mu-1'],
  userIds: ['user-1'],
};
const UNIT_TOPIC = 'v2.workforcemanagement.managementunits.mu-1.adherence';
const ADHERENCE = {
  user: { id: 'user-1', name: 'Somebody' },
  managementUnitId: 'mu-1',
  adherenceState: 'OutOfAdherence',
  impact: 'Negative',
  systemPresence: 'Away',
  routingStatus: 'OFF_QUEUE',
  adherenceChangeTime: '2026-03-02T10:00:00.000Z',
  presenceUpdateTime: '2026-03-02T12:00:30.000+02:00',
  somethingNew: { of: 'Genesys' },
};

describe('an event', () => {
  it('of adherence is as new as the latest time in it, and bears no name', () => {
    const decoded = decodeEvent(UNIT_TOPIC, ADHERENCE, WATCH);
    expect(decoded).toMatchObject({
      event: {
        kind: 'adherence',
        userId: 'user-1',
        managementUnitId: 'mu-1',
        atMs: Date.parse('2026-03-02T10:00:30Z'),
        adherenceChangedAtMs: Date.parse('2026-03-02T10:00:00Z'),
        adherenceState: 'OutOfAdherence',
        isOutOfOffice: null,
        isRemoved: false,
      },
    });
    expect(JSON.stringify(decoded)).not.toContain('Somebody');
  });

  it('of a trunk names its base, and is as new as its latest state', () => {
    const body = {
      id: 'trunk-1',
      connectedStatus: { connected: false, connectedStateTime: '2026-03-02T10:00:00Z' },
      optionsStatus: [{ optionState: false, optionStateTime: '2026-03-02T10:00:05Z' }],
    };
    expect(decodeEvent('v2.telephony.providers.edges.trunks.trunk-1', body, WATCH)).toEqual({
      event: {
        kind: 'trunkChanged',
        trunkId: 'trunk-1',
        trunkBaseId: 'base-1',
        connected: false,
        atMs: Date.parse('2026-03-02T10:00:05Z'),
      },
    });
  });

  it('of a schedule is a hint however little it says, but for one that is still being made', () => {
    const topic = 'v2.workforcemanagement.businessunits.bu-1.schedules';
    const result = {
      id: 'schedule-1',
      weekDate: '2026-03-02',
      metadata: { version: 7, dateModified: '2026-03-02T10:00:00Z' },
    };
    expect(decodeEvent(topic, { status: 'Complete', eventType: 'Update', result }, WATCH)).toEqual({
      event: {
        kind: 'scheduleChanged',
        businessUnitId: 'bu-1',
        weekDate: '2026-03-02',
        scheduleId: 'schedule-1',
        version: 7,
        atMs: Date.parse('2026-03-02T10:00:00Z'),
      },
    });
    expect(decodeEvent(topic, {}, WATCH)).toEqual({
      event: { kind: 'scheduleChanged', businessUnitId: 'bu-1', atMs: null },
    });
    expect(decodeEvent(topic, { status: 'Processing' }, WATCH)).toEqual({ event: null });
  });

  it('of a routing status says since when', () => {
    const body = { id: 'user-1', routingStatus: { status: 'IDLE', startTime: '2026-03-02T10:00:00Z' } };
    expect(decodeEvent('v2.users.user-1.routingStatus', body, WATCH)).toEqual({
      event: { kind: 'routingStatus', userId: 'user-1', status: 'IDLE', atMs: Date.parse('2026-03-02T10:00:00Z') },
    });
  });

  it.each([
    [UNIT_TOPIC, { ...ADHERENCE, user: {} }, 'user.id is missing'],
    [
      UNIT_TOPIC,
      { ...ADHERENCE, adherenceChangeTime: 'yesterday' },
      'adherenceChangeTime is missing or has another shape',
    ],
    [UNIT_TOPIC, { user: { id: 'user-1' } }, 'it has no time in it'],
    [UNIT_TOPIC, null, 'its body is missing'],
    ['v2.users.user-1.routingStatus', { routingStatus: { status: 'IDLE' } }, 'routingStatus.startTime is missing'],
    ['v2.telephony.providers.edges.trunks.trunk-1', { connectedStatus: 'down' }, 'connectedStatus is missing'],
    ['v2.users.user-1.presence', {}, 'its topic was not subscribed to'],
  ])('that cannot be read says where (%s %j)', (topic, body, why) => {
    expect(decodeEvent(topic, body, WATCH)).toEqual({ why: expect.stringContaining(why) });
  });
});

describe('a message', () => {
  const system = (topicName: string, eventBody: object = {}) => readMessage(JSON.stringify({ topicName, eventBody }));

  it('is a heartbeat, an answer to a ping or an event', () => {
    expect(system('channel.metadata', { message: 'WebSocket Heartbeat' })).toEqual({ kind: 'heartbeat' });
    expect(system('channel.metadata', { message: 'pong' })).toEqual({ kind: 'pong' });
    expect(system('v2.users.user-1.routingStatus', { a: 1 })).toEqual({
      kind: 'event',
      topic: 'v2.users.user-1.routingStatus',
      body: { a: 1 },
    });
  });

  it('of the system is known by its topic or by its type', () => {
    expect(system('v2.system.socket_closing')).toEqual({ kind: 'closing' });
    expect(system('v2.system.subscription_changed.channel-1')).toEqual({ kind: 'subscriptionChanged' });
    expect(system('v2.system.token_revoked', { reason: 'user_tokens_revoked' })).toEqual({
      kind: 'over',
      cause: 'tokenRevoked',
      reason: 'user_tokens_revoked',
    });
    expect(system('v2.system.message', { systemTopicType: 'no_longer_subscribed' })).toMatchObject({
      kind: 'over',
      cause: 'unsubscribed',
    });
    expect(system('v2.system.something_new')).toEqual({ kind: 'heartbeat' });
  });

  it.each(['', 'null', '[]', '{"topicName":3}', '{"eventBody":{}}', '{"topicName":"v2.us'])(
    'that is none is told (%s)',
    (text) => {
      expect(readMessage(text)).toMatchObject({ kind: 'unreadable' });
    },
  );
});
