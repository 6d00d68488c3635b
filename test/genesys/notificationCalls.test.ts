import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createGenesysClient } from '../../src/genesys/createGenesysClient.js';
import type { GenesysClient } from '../../src/genesys/genesysClient.js';
import { type RunningSimulator, startSimulator } from '../../src/simulator/startSimulator.js';
import { allOf, failureOf } from './support/allOf.js';
import { type Organisation, startOrganisation } from './support/organisation.js';

let simulator: RunningSimulator;
let client: GenesysClient;

beforeEach(async () => {
  simulator = await startSimulator({ permissions: ['wfm:schedule:view'] });
  const { url, clientId, clientSecret } = simulator;
  client = createGenesysClient({ apiUrl: url, loginUrl: url, clientId, clientSecret, downloadHosts: [] });
});
afterEach(async () => {
  await client.close();
  await simulator.close();
});

describe('notification channels and the simulated organisation', () => {
  it('are made, subscribed, added to, read, looked for and let go of', async () => {
    const schedules = `v2.workforcemanagement.businessunits.${simulator.businessUnits[0]?.id}.schedules`;
    const adherence = `v2.workforcemanagement.managementunits.${simulator.units[0]?.id}.adherence`;
    const channel = await client.createChannel();
    expect(new URL(channel.connectUri).protocol).toBe('ws:');
    expect(Math.abs((channel.expiresMs ?? 0) - Date.now() - 86_400_000)).toBeLessThan(60_000);
    expect(await client.subscribe(channel.id, [schedules], 'replace')).toEqual([
      { topic: schedules, permitted: true, reason: null, missingPermissions: [] },
    ]);
    expect(await client.subscribe(channel.id, [adherence, 'v2.of.nothing'], 'add')).toEqual([
      {
        topic: adherence,
        permitted: false,
        reason: expect.stringContaining('wfm:realtimeAdherence:view'),
        missingPermissions: ['wfm:realtimeAdherence:view'],
      },
      {
        topic: 'v2.of.nothing',
        permitted: false,
        reason: expect.stringContaining('not valid'),
        missingPermissions: [],
      },
    ]);
    expect(await client.subscribedTopics(channel.id)).toEqual([schedules]);
    expect(await client.channels()).toEqual([{ id: channel.id }]);
    await client.unsubscribe(channel.id);
    expect(await client.subscribedTopics(channel.id)).toEqual([]);
    expect(await client.isChannelAlive(channel.id)).toBe(true);
  });

  it('that are gone are Expired, whatever is asked of them', async () => {
    const { id } = await client.createChannel();
    simulator.notifications.befall({ kind: 'evict', channelId: id });
    expect(await client.isChannelAlive(id)).toBe(false);
    const calls = [
      () => client.subscribedTopics(id),
      () => client.subscribe(id, [], 'replace'),
      () => client.unsubscribe(id),
    ];
    for (const call of calls) {
      const failure = await failureOf(call());
      expect(failure).toMatchObject({ name: 'Expired', message: expect.stringContaining('/channels/{channelId}/') });
      // Who has a channel's id can listen to it.
      expect(allOf(failure)).not.toContain(id);
    }
  });

  it('are told which topics there are, and which need a permission or a user', async () => {
    const topics = await client.availableTopics();
    expect(topics).toContainEqual({
      id: 'v2.workforcemanagement.managementunits.{id}.adherence',
      requiresPermissions: ['wfm:realtimeAdherence:view'],
      requiresCurrentUser: false,
    });
    expect(topics.find(({ id }) => id === 'v2.users.{id}.routingStatus')?.requiresCurrentUser).toBe(true);
  });
});

describe('what agents do at this moment', () => {
  it('is read of up to a hundred in one call each, with the times at which it began, and nobody is made up', async () => {
    const agents = simulator.notifications.agents();
    const userIds = [...agents.map(({ userId }) => userId), 'nobody'];
    simulator.notifications.move(10);
    await client.close();
    await simulator.close();
    simulator = await startSimulator({});
    const { url, clientId, clientSecret } = simulator;
    client = createGenesysClient({ apiUrl: url, loginUrl: url, clientId, clientSecret, downloadHosts: [] });
    simulator.notifications.move(50);
    const now = new Map(simulator.notifications.agents().map((agent) => [agent.userId, agent]));
    const [adherence, statuses] = await Promise.all([client.adherenceOf(userIds), client.routingStatusesOf(userIds)]);
    expect(adherence.map(({ userId }) => userId).sort()).toEqual([...now.keys()].sort());
    for (const {
      userId,
      adherenceState,
      managementUnitId,
      adherenceChangedAtMs,
      presenceChangedAtMs,
      atMs,
    } of adherence) {
      const truth = now.get(userId);
      expect([adherenceState, managementUnitId]).toEqual([truth?.adherence['adherenceState'], truth?.managementUnitId]);
      expect(adherenceChangedAtMs).toBe(Date.parse(truth?.adherence['timeOfAdherenceChange'] as string));
      expect(atMs).toBe(Math.max(adherenceChangedAtMs ?? 0, presenceChangedAtMs ?? 0));
    }
    expect(
      new Set(statuses.map(({ userId, status, atMs }) => `${userId} ${status} ${new Date(atMs).toISOString()}`)),
    ).toEqual(
      new Set(
        [...now].map(([id, { routingStatus }]) => [id, routingStatus['status'], routingStatus['startTime']].join(' ')),
      ),
    );
  });

  it('names the permission that is missing', async () => {
    const [agent] = simulator.notifications.agents();
    expect(await failureOf(client.adherenceOf([agent?.userId ?? '']))).toMatchObject({
      name: 'Forbidden',
      message: expect.stringContaining('wfm:realtimeAdherence:view'),
    });
  });
});

describe('answers of another kind', () => {
  let organisation: Organisation;
  beforeEach(async () => {
    organisation = await startOrganisation();
  });
  afterEach(() => organisation.close());

  it('ask alone for the routing status of a user for whom it was left out', async () => {
    const since = '2026-03-02T10:00:00Z';
    organisation.on('/users', {
      json: {
        entities: [
          { id: 'user-1', state: 'active', routingStatus: { status: 'IDLE', startTime: since } },
          { id: 'user-2', state: 'active' },
          { id: 'user-3', state: 'inactive' },
          { id: 'user-4', state: 'active' },
        ],
      },
    });
    organisation.on('/users/user-2/routingstatus', {
      json: { userId: 'user-2', status: 'OFF_QUEUE', startTime: since },
    });
    const statuses = await organisation.client.routingStatusesOf(['user-1', 'user-2', 'user-3', 'user-4', 'user-5']);
    expect(statuses.map(({ userId, status }) => `${userId} ${status}`)).toEqual(['user-1 IDLE', 'user-2 OFF_QUEUE']);
    const query = organisation.server.arrivedAt('/users')[0]?.path.split('?')[1];
    expect(new URLSearchParams(query).getAll('id')).toHaveLength(5);
  });

  it('without what is needed are told with the path', async () => {
    organisation.on('/channels', { json: { id: 'channel-1' } });
    expect(await failureOf(organisation.client.createChannel())).toMatchObject({
      name: 'Corrupt',
      message: expect.stringContaining('at connectUri'),
    });
  });

  it("know Genesys's time, however wrong this machine's clock is", async () => {
    const aheadMs = 3_600_000;
    organisation.on('/organizations/me', () => ({
      headers: { date: new Date(Date.now() + aheadMs).toUTCString() },
      json: { id: 'org-1', name: 'Example' },
    }));
    const askedMs = performance.now();
    await organisation.client.organization();
    // Where within the call the answer was written, nobody can tell.
    const tookMs = performance.now() - askedMs;
    expect(Math.abs(organisation.client.timeMs() - Date.now() - aheadMs)).toBeLessThan(2_000 + tookMs);
  });
});
