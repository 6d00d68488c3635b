import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Answer, type SimulatorCalls, simulatorCalls } from './simulatorCalls.js';

const EDGES = '/api/v2/telephony/providers/edges';

describe('writes about trunks in failover, where the organisation refuses them', () => {
  let calls: SimulatorCalls;
  let nowMs: number;
  let bases: readonly string[];
  beforeEach(async () => {
    nowMs = Date.parse('2026-03-02T06:00:00Z');
    calls = await simulatorCalls({ now: () => nowMs, telephony: { failoverWrites: {} } });
    bases = calls.simulator.telephony.facts().trunkBases.map(({ id }) => id);
    for (const key of bases.slice(0, 3)) await addRow(key);
  });
  afterEach(async () => await calls.simulator.close());

  const rows = () => `/api/v2/flows/datatables/${calls.simulator.telephony.facts().tableId}/rows`;
  const addRow = async (key = '') => await calls.post(rows(), { key });
  const writeRow = async (key = '') => await calls.send('PUT', `${rows()}/${key}`, { key });
  const writeRoute = async (): Promise<Answer> => {
    const [route] = calls.simulator.telephony.facts().routes;
    const path = `${EDGES}/sites/${route?.siteId ?? ''}/outboundroutes/${route?.id ?? ''}`;
    return await calls.send('PUT', path, (await calls.get(path)).body);
  };
  const fail = (at: number) =>
    calls.simulator.telephony.happen({ kind: 'trunks', trunkBaseIds: [bases[at] ?? ''], connected: false });
  const told = ({ status, headers }: Answer) => [status, headers.get('retry-after')];

  it('are refused with Retry-After 30, rows and routes each by itself, and go through after that', async () => {
    fail(0);
    expect(told(await writeRow(bases[0]))).toEqual([429, '30']);
    expect(told(await writeRoute())).toEqual([429, '30']);
    expect((await writeRow(bases[1])).status).toBe(200);
    nowMs += 30_000;
    expect((await writeRow(bases[0])).status).toBe(200);
    expect((await writeRoute()).status).toBe(200);
    expect(calls.simulator.counts().insideGate).toBe(0);
    expect(calls.simulator.telephony.facts().failoverWrites).toEqual({ refused: 2, tooEarly: 0 });
  });

  it('are refused longer when they come too early', async () => {
    fail(0);
    await writeRow(bases[0]);
    nowMs += 5_000;
    expect(told(await writeRow(bases[0]))).toEqual([429, '45']);
    nowMs += 5_000;
    expect(told(await writeRow(bases[0]))).toEqual([429, '60']);
    nowMs += 59_000;
    expect(told(await writeRow(bases[0]))).toEqual([429, '21']);
    nowMs += 21_000;
    expect((await writeRow(bases[0])).status).toBe(200);
    expect(calls.simulator.counts().refused).toBe(4);
    expect(calls.simulator.telephony.facts().failoverWrites).toEqual({ refused: 4, tooEarly: 3 });
  });

  it('cover trunks that fail meanwhile, rows that are added too, and forgive what was on its way', async () => {
    fail(0);
    await writeRow(bases[0]);
    fail(1);
    fail(5);
    nowMs += 100;
    expect(told(await writeRow(bases[1]))).toEqual([429, '30']);
    expect(calls.simulator.counts()).toMatchObject({ insideGate: 0, crossing: 1 });
    nowMs += 1_000;
    expect(told(await addRow(bases[5]))).toEqual([429, '49']);
    expect(calls.simulator.counts()).toMatchObject({ insideGate: 1 });
    nowMs += 49_000;
    expect((await writeRow(bases[1])).status).toBe(200);
    expect((await addRow(bases[5])).status).toBe(200);
  });

  it('are refused anew after the next failover alone', async () => {
    fail(0);
    await writeRow(bases[0]);
    nowMs += 31_000;
    expect((await writeRow(bases[0])).status).toBe(200);
    fail(2);
    expect((await writeRow(bases[0])).status).toBe(200);
    expect(told(await writeRow(bases[2]))).toEqual([429, '30']);
  });

  it('go through where the trunk came back before anybody wrote', async () => {
    fail(0);
    calls.simulator.telephony.happen({ kind: 'trunks', trunkBaseIds: [bases[0] ?? ''], connected: true });
    expect((await writeRow(bases[0])).status).toBe(200);
    expect((await writeRoute()).status).toBe(200);
  });

  it('go through at once in an organisation that does not', async () => {
    const other = await simulatorCalls();
    const { tableId, trunkBases } = other.simulator.telephony.facts();
    other.simulator.telephony.happen({ kind: 'trunks', connected: false });
    const added = await other.post(`/api/v2/flows/datatables/${tableId}/rows`, { key: trunkBases[0]?.id });
    expect(added.status).toBe(200);
    await other.simulator.close();
  });
});
