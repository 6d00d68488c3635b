import { afterEach, describe, expect, it } from '@jest/globals';
import { type SimulatorCalls, simulatorCalls } from './simulatorCalls.js';

const EDGES = '/api/v2/telephony/providers/edges';

interface TrunkBody {
  readonly id: string;
  readonly name: string;
  readonly trunkType: string;
  readonly trunkBase?: { readonly id: string };
  readonly connectedStatus: { readonly connected: boolean; readonly connectedStateTime: string };
  readonly optionsStatus: readonly { readonly optionState: boolean; readonly optionStateTime: string }[];
  readonly optionsEnabledStatus: string;
}

describe('the trunks of an organisation', () => {
  let calls: SimulatorCalls;
  afterEach(async () => await calls.simulator.close());
  const list = async (query: string) =>
    (await calls.get(`${EDGES}/trunks?${query}`)).body as unknown as {
      entities: TrunkBody[];
      total: number;
      pageCount: number;
      nextUri?: string;
    };

  it('are five of each of three carriers, the same for the same seed, and connected', async () => {
    calls = await simulatorCalls();
    const { trunkBases } = calls.simulator.telephony.facts();
    const { entities } = await list('trunkType=EXTERNAL&pageSize=100');
    expect(entities.map((trunk) => trunk.trunkBase?.id)).toEqual(trunkBases.map((base) => base.id));
    const ofCarrier = (name: string) => trunkBases.filter((base) => base.carrier === name).map((base) => base.name);
    expect(ofCarrier('StarHub')).toEqual(['StarHub 1', 'StarHub 2', 'StarHub 3', 'StarHub 4', 'StarHub 5']);
    expect([ofCarrier('SingTel').length, ofCarrier('M1').length]).toEqual([5, 5]);
    expect(entities.every(({ connectedStatus }) => connectedStatus.connected)).toBe(true);
    const again = await simulatorCalls();
    expect(again.simulator.telephony.facts().trunkBases).toEqual(trunkBases);
    await again.simulator.close();
  });

  it('are listed in pages, by type and by trunk base', async () => {
    calls = await simulatorCalls({ telephony: { trunks: 3, edges: 2, carriers: ['M1'] } });
    const first = await list('pageSize=4');
    // Six trunks on two edges, and the phones of each.
    expect([first.total, first.pageCount, first.entities.length]).toEqual([8, 2, 4]);
    const second = await list((first.nextUri ?? '').split('?')[1] ?? '');
    expect(second.entities.map((trunk) => trunk.trunkType)).toEqual(['EXTERNAL', 'EXTERNAL', 'PHONE', 'PHONE']);
    expect(second.nextUri).toBeUndefined();
    const [base] = calls.simulator.telephony.facts().trunkBases;
    const ofBase = await list(`trunkBase.id=${base?.id ?? ''}`);
    expect(ofBase.entities.map((trunk) => trunk.id)).toEqual(base?.trunkIds);
    expect((await list('trunkType=PHONE')).total).toBe(2);
  });

  it('cannot be written', async () => {
    calls = await simulatorCalls();
    const [trunk] = (await list('trunkType=EXTERNAL')).entities;
    expect((await calls.send('PUT', `${EDGES}/trunks/${trunk?.id ?? ''}`, trunk)).status).toBe(404);
  });

  it('go into failover by carrier and come back, at the instant of the switch, OPTIONS with them', async () => {
    let nowMs = Date.parse('2026-03-02T06:02:00Z');
    calls = await simulatorCalls({ now: () => nowMs });
    await calls.control('POST', 'trunks', { carrier: 'SingTel', connected: false });
    const down = (await list('trunkType=EXTERNAL&pageSize=100')).entities.filter(
      (one) => !one.connectedStatus.connected,
    );
    expect(down.map((trunk) => trunk.name)).toEqual(['SingTel 1', 'SingTel 2', 'SingTel 3', 'SingTel 4', 'SingTel 5']);
    expect(down[0]?.connectedStatus.connectedStateTime).toBe('2026-03-02T06:02:00.000Z');
    expect(down[0]?.optionsStatus).toEqual([
      expect.objectContaining({ optionState: false, optionStateTime: '2026-03-02T06:02:00.000Z' }),
    ]);
    nowMs += 60_000;
    await calls.control('POST', 'trunks', { carrier: 'SingTel', connected: true });
    const [back] = (await list('trunkType=EXTERNAL')).entities;
    expect(back?.connectedStatus).toEqual({ connected: true, connectedStateTime: '2026-03-02T06:03:00.000Z' });
    expect(back?.optionsStatus[0]?.optionState).toBe(true);
  });

  it('say nothing by OPTIONS where it is disabled, and are connected while OPTIONS alone is down', async () => {
    calls = await simulatorCalls();
    const [one, other] = calls.simulator.telephony.facts().trunkBases;
    calls.simulator.telephony.happen({ kind: 'trunks', trunkBaseIds: [one?.id ?? ''], options: 'disabled' });
    calls.simulator.telephony.happen({ kind: 'trunks', trunkBaseIds: [other?.id ?? ''], options: 'down' });
    const [first, second] = (await list('trunkType=EXTERNAL')).entities;
    expect([first?.optionsEnabledStatus, first?.optionsStatus]).toEqual(['DISABLED', []]);
    expect(second?.connectedStatus.connected).toBe(true);
    expect(second?.optionsStatus[0]?.optionState).toBe(false);
  });

  it('vanish from every list once they are deleted, and cannot be routed to', async () => {
    calls = await simulatorCalls();
    const { trunkBases, routes } = calls.simulator.telephony.facts();
    const gone = trunkBases[0]?.id ?? '';
    calls.simulator.telephony.happen({ kind: 'trunks', trunkBaseIds: [gone], state: 'deleted' });
    expect((await list('trunkType=EXTERNAL')).total).toBe(14);
    expect((await calls.get(`${EDGES}/trunkbasesettings`)).body['total']).toBe(14);
    const [route] = routes;
    const path = `${EDGES}/sites/${route?.siteId ?? ''}/outboundroutes/${route?.id ?? ''}`;
    const { body } = await calls.get(path);
    expect((await calls.send('PUT', path, body)).status).toBe(400);
  });

  it('fail by a script, each at its own instant, whenever somebody looks', async () => {
    let nowMs = Date.parse('2026-03-02T06:00:00Z');
    calls = await simulatorCalls({ now: () => nowMs });
    await calls.control('POST', 'script', [
      { afterSeconds: 30, event: { kind: 'trunks', carrier: 'M1', connected: true } },
      { afterSeconds: 10, event: { kind: 'trunks', carrier: 'M1', connected: false } },
      { afterSeconds: 90, event: { kind: 'trunks', carrier: 'M1', connected: false } },
    ]);
    const m1 = async () =>
      (await list('trunkType=EXTERNAL&pageSize=100')).entities.find(({ name }) => name === 'M1 1')?.connectedStatus;
    expect((await m1())?.connected).toBe(true);
    nowMs += 10_000;
    expect(await m1()).toEqual({ connected: false, connectedStateTime: '2026-03-02T06:00:10.000Z' });
    nowMs += 60_000;
    expect(await m1()).toEqual({ connected: true, connectedStateTime: '2026-03-02T06:00:30.000Z' });
    expect(calls.simulator.telephony.facts().eventsLeft).toBe(1);
  });

  it('let a script say what could not happen, and nobody else suffer from it', async () => {
    let nowMs = Date.parse('2026-03-02T06:00:00Z');
    calls = await simulatorCalls({ now: () => nowMs });
    calls.simulator.telephony.run([
      { afterSeconds: 1, event: { kind: 'deleteRow', key: 'nobody' } },
      { afterSeconds: 2, event: { kind: 'trunks', carrier: 'M1', connected: false } },
    ]);
    nowMs += 2_000;
    expect((await list('trunkType=EXTERNAL')).total).toBe(15);
    const { eventsFailed, eventsLeft, trunkBases } = calls.simulator.telephony.facts();
    expect([eventsLeft, eventsFailed]).toEqual([0, ['2026-03-02T06:00:01.000Z deleteRow: no row has the key nobody']]);
    expect(trunkBases.filter(({ inFailover }) => inFailover).length).toBe(5);
    expect(await calls.control('POST', 'script', [{ afterSeconds: 1, event: { kind: 'rain' } }])).toEqual({
      message: expect.any(String),
    });
  });

  it('are none where the organisation has no telephony', async () => {
    calls = await simulatorCalls({ telephony: null });
    for (const path of [`${EDGES}/trunks`, `${EDGES}/sites`, '/api/v2/outbound/campaigns', '/api/v2/flows/datatables'])
      expect((await calls.get(path)).body).toMatchObject({ entities: [], total: 0 });
  });
});
