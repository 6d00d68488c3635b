import { afterEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { CHANNELS, type ChannelListener, channelListener, connected } from './channelListener.js';
import { callsOf, login, type SimulatorCalls, simulatorCalls } from './simulatorCalls.js';

type Options = Parameters<typeof simulatorCalls>[0];

describe('a notification channel', () => {
  let calls: SimulatorCalls;
  const listeners: ChannelListener[] = [];
  const start = async (options: Options = {}) =>
    (calls = await simulatorCalls({ tokenLimitPerMinute: null, ...options }));
  const listen = async (topics: readonly string[] = []) => {
    const listener = await channelListener(calls, topics);
    listeners.push(listener);
    return listener;
  };
  const befall = async (fault: Record<string, unknown>) => await calls.control('POST', 'notifications', fault);
  const trunkTopic = () => `v2.telephony.providers.edges.trunks.${trunkId()}`;
  const trunkId = () => calls.simulator.telephony.facts().trunkBases[0]?.trunkIds[0] ?? '';
  const failTrunk = (connected = false) => {
    calls.simulator.telephony.happen({ kind: 'trunks', trunkIds: [trunkId()], connected });
  };
  afterEach(async () => {
    for (const listener of listeners.splice(0)) listener.close();
    await calls.simulator.close();
  });

  it('beats as long as it is open, and answers a ping', async () => {
    await start({ notifications: { heartbeatSeconds: 0.05 } });
    const listener = await listen();
    listener.send({ message: 'ping' });
    const heard = () =>
      listener.messages.map(({ topicName, eventBody }) => `${topicName} ${String(eventBody['message'])}`);
    await eventually('two heartbeats and a pong', () => heard().length > 2 && new Set(heard()).size > 1);
    const said = heard();
    expect(new Set(said)).toEqual(new Set(['channel.metadata WebSocket Heartbeat', 'channel.metadata pong']));
  });

  it('carries what happens to its topics and nothing else, and nothing that happened before it was open', async () => {
    await start();
    const unheard = await listen([trunkTopic()]);
    unheard.close();
    await eventually('nobody connected', () => !calls.simulator.notifications.channels()[0]?.isConnected);
    failTrunk();
    const again = await connected(calls, unheard.id, unheard.connectUri);
    listeners.push(again);
    const other = await listen(['v2.users.nobody.routingStatus']);
    failTrunk(true);
    expect((await again.heard(trunkTopic())).eventBody).toMatchObject({
      id: trunkId(),
      connectedStatus: { connected: true },
      optionsStatus: [{ optionState: true }],
    });
    expect([again.messages.length, other.messages.length]).toEqual([1, 0]);
    expect(calls.simulator.notifications.counts()).toEqual({ published: 2, unheard: 1 });
  });

  it('refuses all topics for one that is bad, unless errors are to be ignored', async () => {
    await start({ permissions: ['telephony:plugin:all'] });
    const listener = await listen();
    const [unit] = calls.simulator.units;
    const forbidden = `v2.workforcemanagement.managementunits.${unit?.id ?? ''}.adherence`;
    const refused = await listener.subscribe([trunkTopic(), forbidden]);
    expect([refused.status, refused.body['code']]).toEqual([403, 'notification.unauthorized.topic']);
    const invalid = await listener.subscribe([trunkTopic(), 'v2.nothing.of.the.kind']);
    expect([invalid.status, invalid.body['code']]).toEqual([400, 'notification.invalid.topic']);
    const subscriptions = `${CHANNELS}/${listener.id}/subscriptions`;
    expect((await calls.get(subscriptions)).body['entities']).toEqual([]);
    const { body } = await listener.subscribe([trunkTopic(), forbidden], '?ignoreErrors=true');
    expect(body['entities']).toEqual([
      expect.objectContaining({ id: trunkTopic(), state: 'Permitted' }),
      expect.objectContaining({ state: 'Rejected', missingPermissions: ['wfm:realtimeAdherence:view'] }),
    ]);
    expect((await calls.get(subscriptions)).body['entities']).toEqual([expect.objectContaining({ id: trunkTopic() })]);
  });

  it('refuses topics of users where the organisation does, by switch', async () => {
    await start();
    const [agent] = calls.simulator.notifications.agents();
    const topic = `v2.users.${agent?.userId ?? ''}.routingStatus`;
    const listener = await listen();
    expect((await listener.subscribe([topic])).status).toBe(200);
    await befall({ kind: 'rejectUserTopics' });
    expect((await listener.subscribe([topic])).body).toMatchObject({ code: 'notification.unauthorized.topic' });
  });

  it('takes a thousand topics, not one more', async () => {
    await start({ notifications: { topicsPerChannel: 2 } });
    const listener = await listen();
    const topics = calls.simulator.notifications.agents().map(({ userId }) => `v2.users.${userId}.routingStatus`);
    expect((await listener.subscribe(topics.slice(0, 2))).status).toBe(200);
    const more = await calls.post(`${CHANNELS}/${listener.id}/subscriptions`, [{ id: topics[2] }]);
    expect(more.body['code']).toBe('notification.subscription.too.many.subscriptions');
    expect((await calls.send('DELETE', `${CHANNELS}/${listener.id}/subscriptions`)).status).toBe(204);
    expect((await listener.subscribe(topics.slice(2, 4))).status).toBe(200);
  });

  it('gives way to the twenty-first: first those that nobody is connected to, then the one used longest ago', async () => {
    let nowMs = Date.parse('2026-03-02T06:00:00Z');
    await start({ now: () => nowMs });
    const isThere = async (id: unknown) => (await calls.send('HEAD', `${CHANNELS}/${String(id)}`)).status === 200;
    const oldest = await listen();
    nowMs += 1000;
    const { body: idle } = await calls.send('POST', CHANNELS);
    nowMs += 1000;
    for (let count = 2; count < 20; count++) await listen();
    expect([await isThere(oldest.id), await isThere(idle['id'])]).toEqual([true, true]);
    await listen();
    expect([await isThere(oldest.id), await isThere(idle['id'])]).toEqual([true, false]);
    nowMs += 1000;
    const last = await listen();
    expect((await oldest.heard(`v2.system.no_longer_subscribed.${oldest.id}`)).eventBody).toMatchObject({
      systemTopicType: 'no_longer_subscribed',
    });
    await oldest.closed;
    const other = callsOf(calls.simulator, await login(calls.simulator, calls.simulator.otherClient));
    expect((await other.send('POST', CHANNELS)).status).toBe(200);
    expect((await other.send('HEAD', `${CHANNELS}/${last.id}`)).status).toBe(404);
    expect([await isThere(oldest.id), await isThere(last.id)]).toEqual([false, true]);
  });

  it('is made and subscribed by calls like any: counted, limited, and met by faults', async () => {
    await start({ tokenLimitPerMinute: 2 });
    await calls.send('POST', CHANNELS);
    calls.simulator.addFault({ kind: 'status', method: 'POST', path: CHANNELS, status: 503 });
    expect((await calls.send('POST', CHANNELS)).status).toBe(503);
    const refused = await calls.send('POST', CHANNELS);
    expect([refused.status, Number(refused.headers.get('retry-after')) > 0]).toEqual([429, true]);
    expect(calls.simulator.counts().calls[`POST ${CHANNELS}`]).toEqual({ 200: 1, 429: 1, 503: 1 });
  });

  it('is connected to behind a gateway too', async () => {
    await start({ pathPrefix: '/genesys', notifications: { heartbeatSeconds: 0.05 } });
    const listener = await listen();
    expect(listener.connectUri).toContain('/genesys/channels/');
    await listener.heard('channel.metadata');
  });

  it('lives for a day, and for another from each subscription', async () => {
    let nowMs = Date.parse('2026-03-02T06:00:00Z');
    await start({ now: () => nowMs, tokenLifetimeSeconds: 1_000_000 });
    const listener = await listen([trunkTopic()]);
    const expires = async () =>
      ((await calls.get(CHANNELS)).body['entities'] as unknown as { expires: string }[]).map((one) => one.expires);
    expect(await expires()).toEqual(['2026-03-03T06:00:00.000Z']);
    nowMs += 20 * 3_600_000;
    await listener.subscribe([trunkTopic()]);
    expect(await expires()).toEqual(['2026-03-04T02:00:00.000Z']);
    nowMs += 24 * 3_600_000;
    expect(await expires()).toEqual([]);
    await listener.closed;
  });

  it('has one socket: another takes its place', async () => {
    await start();
    const listener = await listen([trunkTopic()]);
    const second = await connected(calls, listener.id, listener.connectUri);
    listeners.push(second);
    await listener.closed;
    failTrunk();
    await second.heard(trunkTopic());
    expect(listener.messages).toEqual([]);
  });

  it('is cut, silent, closed after a notice, evicted or garbled by switch, and its token revoked', async () => {
    await start({ notifications: { heartbeatSeconds: 0.05 } });
    const silent = await listen([trunkTopic()]);
    await befall({ kind: 'silence' });
    failTrunk();
    silent.send({ message: 'ping' });
    const closing = await listen([trunkTopic()]);
    await befall({ kind: 'unparsable', as: 'text' });
    failTrunk(true);
    await eventually('half a message', () => closing.texts.length > closing.messages.length);
    await befall({ kind: 'closing', channelId: closing.id, afterSeconds: 0.1 });
    await closing.heard('v2.system.socket_closing');
    expect(await closing.closed).toBe(1001);
    expect(silent.messages.filter(({ topicName }) => topicName !== 'channel.metadata')).toEqual([]);
    const cut = await listen();
    await befall({ kind: 'cut', channelId: cut.id });
    expect(await cut.closed).toBe(1006);
    expect((await calls.send('HEAD', `${CHANNELS}/${cut.id}`)).status).toBe(200);
    const revoked = await connected(calls, cut.id, cut.connectUri);
    listeners.push(revoked);
    calls.simulator.addFault({ kind: 'tokenRevoked' });
    await revoked.heard(`v2.system.token_revoked.${cut.id}`);
    await revoked.closed;
    expect((await calls.send('HEAD', `${CHANNELS}/${cut.id}`)).status).toBe(401);
    expect(calls.simulator.notifications.moments().map(({ cause }) => cause)).toEqual(
      expect.arrayContaining(['closing', 'cut', 'tokenRevoked']),
    );
    expect(await befall({ kind: 'cut', channelId: 'nobody' })).toEqual({ message: expect.any(String) });
  });

  it('loses a topic that vanishes, which nobody can subscribe to until it is back', async () => {
    await start();
    const listener = await listen([trunkTopic()]);
    await befall({ kind: 'vanish', topic: trunkTopic() });
    failTrunk();
    expect((await listener.subscribe([trunkTopic()])).body['code']).toBe('notification.invalid.topic');
    await befall({ kind: 'vanish', topic: trunkTopic(), back: true });
    await listener.subscribe([trunkTopic()]);
    failTrunk(true);
    expect((await listener.heard(trunkTopic())).eventBody).toMatchObject({ connectedStatus: { connected: true } });
  });

  it('refuses whom nobody knows, and a client without the scope', async () => {
    await start({ scopes: ['telephony'] });
    expect((await calls.send('POST', CHANNELS)).body['code']).toBe('app.not.authorized.for.scope');
    const { url } = calls.simulator;
    await expect(connected(calls, 'x', `${url.replace('http', 'ws')}/channels/x`)).rejects.toThrow('404');
  });
});
