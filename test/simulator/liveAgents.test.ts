import { afterEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { type ChannelListener, channelListener } from './channelListener.js';
import { type SimulatorCalls, simulatorCalls } from './simulatorCalls.js';

const ADHERENCE = '/api/v2/workforcemanagement/adherence';

describe('what agents do now', () => {
  let calls: SimulatorCalls;
  let listener: ChannelListener | undefined;
  const start = async (options: Parameters<typeof simulatorCalls>[0] = {}) =>
    (calls = await simulatorCalls({ tokenLimitPerMinute: null, ...options }));
  const truth = () => calls.simulator.notifications.agents();
  const statesOf = () =>
    truth().map(({ routingStatus, adherence }) => [routingStatus['status'], adherence['adherenceState']]);
  const topicsOf = () => [
    ...calls.simulator.units.map(({ id }) => `v2.workforcemanagement.managementunits.${id}.adherence`),
    ...truth().map(({ userId }) => `v2.users.${userId}.routingStatus`),
  ];
  afterEach(async () => {
    listener?.close();
    await calls.simulator.close();
  });

  it('is the same for the same seed and number of moves', async () => {
    await start({ seed: 7 });
    const first = statesOf();
    calls.simulator.notifications.move(200);
    const moved = statesOf();
    expect(moved).not.toEqual(first);
    await calls.simulator.close();
    await start({ seed: 7 });
    expect(statesOf()).toEqual(first);
    calls.simulator.notifications.move(200);
    expect(statesOf()).toEqual(moved);
  });

  it('is read by REST as it is true: adherence of up to a hundred users or a unit, routing status of one or many', async () => {
    await start();
    calls.simulator.notifications.move(100);
    const [one, two] = truth();
    const ids = `${one?.userId ?? ''},${two?.userId ?? ''},nobody`;
    expect((await calls.get(`${ADHERENCE}?userId=${ids}`)).body).toEqual([one?.adherence, two?.adherence]);
    expect((await calls.get(`${ADHERENCE}?userId=${Array(101).fill('x').join(',')}`)).body['code']).toBe(
      'max.user.ids',
    );
    const unitId = one?.managementUnitId ?? '';
    const ofUnit = (await calls.get(`/api/v2/workforcemanagement/managementunits/${unitId}/adherence`)).body;
    const here = truth().filter(({ managementUnitId }) => managementUnitId === unitId);
    expect(ofUnit['entities']).toEqual(here.map(({ adherence }) => adherence));
    expect((await calls.get(`/api/v2/users/${one?.userId ?? ''}/routingstatus`)).body).toEqual(one?.routingStatus);
    const many = (await calls.get(`/api/v2/users?id=${ids}&expand=routingStatus&pageSize=100`)).body;
    expect(many['entities']).toEqual([
      expect.objectContaining({ id: one?.userId, routingStatus: one?.routingStatus }),
      expect.objectContaining({ id: two?.userId, routingStatus: two?.routingStatus }),
    ]);
  });

  it('moves at its rate while somebody listens, and each last event says what REST says', async () => {
    await start();
    listener = await channelListener(calls, topicsOf());
    const { notifications } = calls.simulator;
    notifications.setEventsPerSecond(400);
    await listener.heard(`v2.users.${truth()[3]?.userId ?? ''}.routingStatus`);
    await eventually('many messages', () => notifications.messages().length > 20);
    notifications.setEventsPerSecond(0);
    const last = notifications.messages().length;
    listener.send({ message: 'ping' });
    await eventually('a pong', () =>
      listener?.messages.some(({ eventBody }) => String(eventBody['message']) === 'pong'),
    );
    expect(last).toBeGreaterThan(20);
    for (const { userId, adherence, routingStatus } of truth()) {
      const { eventBody: status } =
        listener.messages.findLast((m) => m.topicName === `v2.users.${userId}.routingStatus`) ?? {};
      if (status)
        expect(status).toEqual({
          id: userId,
          routingStatus: { status: routingStatus['status'], startTime: routingStatus['startTime'] },
        });
      const { eventBody: adhering } =
        listener.messages.findLast(
          ({ eventBody }) => (eventBody['user'] as { id?: string } | undefined)?.id === userId,
        ) ?? {};
      if (adhering)
        expect([adhering['adherenceState'], adhering['adherenceChangeTime'], adhering['presenceUpdateTime']]).toEqual([
          adherence['adherenceState'],
          adherence['timeOfAdherenceChange'],
          adherence['presenceUpdateTime'],
        ]);
    }
  });

  it('never has two instants of one agent the same, however many moves there are at once', async () => {
    await start({ units: [{ name: 'One', timeZone: 'Asia/Singapore', agents: 1 }], now: () => 1_800_000_000_000 });
    listener = await channelListener(calls, topicsOf());
    calls.simulator.notifications.move(50);
    const times = calls.simulator.notifications
      .messages()
      .filter(({ topic }) => topic.endsWith('.routingStatus'))
      .map(({ eventBody }) => (eventBody as { routingStatus: { startTime: string } }).routingStatus.startTime);
    expect(times.length).toBeGreaterThan(10);
    expect(new Set(times).size).toBe(times.length);
    expect(times).toEqual([...times].sort());
  });

  it('says who left a unit, whom REST knows no more, and carries a wrong clock in events alone', async () => {
    await start({ now: () => 1_800_000_000_000 });
    const [one, two] = truth();
    listener = await channelListener(calls, topicsOf());
    await calls.control('POST', 'live', { leaves: one?.userId });
    const topic = `v2.workforcemanagement.managementunits.${one?.managementUnitId ?? ''}.adherence`;
    expect((await listener.heard(topic)).eventBody).toMatchObject({ removedFromManagementUnit: true });
    expect((await calls.get(`${ADHERENCE}?userId=${one?.userId ?? ''}`)).body).toEqual([]);
    await calls.control('POST', 'notifications', { kind: 'clock', aheadSeconds: 3600 });
    await calls.control('POST', 'live', { moves: 100 });
    const routing = `v2.users.${two?.userId ?? ''}.routingStatus`;
    const { eventBody } = await listener.heard(routing);
    const at = Date.parse((eventBody['routingStatus'] as unknown as { startTime: string }).startTime);
    expect(at).toBeGreaterThanOrEqual(1_800_003_600_000);
    expect(Date.parse(String(truth()[0]?.routingStatus['startTime']))).toBeLessThan(1_800_001_000_000);
  });

  it('comes without what was to be expanded for a share of users, where that is set', async () => {
    await start({ live: { expandsLeftOut: 0.5 } });
    const ids = truth().map(({ userId }) => userId);
    const path = `/api/v2/users?id=${ids.join(',')}&expand=routingStatus&pageSize=100`;
    const users = (await calls.get(path)).body['entities'] as unknown as { routingStatus?: object }[];
    const told = users.filter(({ routingStatus }) => routingStatus !== undefined).length;
    expect([users.length, told > 0, told < users.length]).toEqual([ids.length, true, true]);
  });

  it('needs the permission for real-time adherence', async () => {
    await start({ permissions: [] });
    expect((await calls.get(`${ADHERENCE}?userId=x`)).body['code']).toBe('missing.permissions');
  });
});

describe('schedules and trunks as topics', () => {
  it('say of each edit which schedule it made which version, and whether that is published', async () => {
    const calls = await simulatorCalls({ now: () => Date.parse('2026-03-02T06:00:00Z') });
    const businessUnitId = calls.simulator.businessUnits[0]?.id ?? '';
    const topic = `v2.workforcemanagement.businessunits.${businessUnitId}.schedules`;
    const listener = await channelListener(calls, [topic]);
    calls.simulator.telephony.happen({ kind: 'schedules', businessUnitId, removeAgents: 2 });
    const { eventBody } = await listener.heard(topic);
    const listed = calls.simulator.telephony.schedules(businessUnitId).find(({ published }) => published);
    expect(eventBody).toMatchObject({
      status: 'Complete',
      eventType: 'Update',
      result: { id: listed?.id, published: true, metadata: { version: listed?.version } },
    });
    listener.close();
    await calls.simulator.close();
  });

  it('names the agents whose published shifts an edit changed, and nobody where it changed none', async () => {
    const calls = await simulatorCalls({ now: () => Date.parse('2026-03-02T06:00:00Z') });
    const businessUnitId = calls.simulator.businessUnits[0]?.id ?? '';
    const edit = { kind: 'schedules', businessUnitId } as const;
    calls.simulator.telephony.happen(edit);
    calls.simulator.telephony.happen({ ...edit, removeAgents: 2 });
    const told = calls.simulator.notifications
      .messages()
      .filter(({ topic }) => topic.endsWith('.agentschedules.changed'))
      .flatMap(({ eventBody }) => (eventBody as { agents: { agentId: string }[] }).agents);
    expect(new Set(told.map(({ agentId }) => agentId)).size).toBe(2);
    await calls.simulator.close();
  });
});
