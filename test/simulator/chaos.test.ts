import { afterEach, describe, expect, it } from '@jest/globals';
import { Chaos, ChaosSettings, TRANSIENT_KINDS } from '../../src/simulator/control/chaos.js';
import { BULK, type SimulatorCalls, simulatorCalls } from './simulatorCalls.js';

const ME = '/api/v2/organizations/me';
const CALLS = [
  { method: 'POST', path: '/oauth/token' },
  { method: 'GET', path: ME },
  { method: 'POST', path: BULK },
  { method: 'GET', path: `${BULK}/jobs/some-job` },
  { method: 'POST', path: '/api/v2/analytics/users/aggregates/query' },
  { method: 'GET', path: '/downloads/some-file' },
];

describe('faults by seed', () => {
  let calls: SimulatorCalls | undefined;
  afterEach(async () => await calls?.simulator.close());
  const drawn = (seed: number, rate: number, rounds = 200) => {
    const chaos = new Chaos();
    chaos.begin(ChaosSettings.parse({ seed, rate }));
    return Array.from({ length: rounds }).flatMap(() => CALLS.map((call) => chaos.draw(call)));
  };

  it('are the same for the same calls in the same order, and others for another seed', () => {
    expect(drawn(7, 0.1)).toEqual(drawn(7, 0.1));
    expect(drawn(8, 0.1)).not.toEqual(drawn(7, 0.1));
  });

  it('meet about the share of calls that was asked for, with every kind', () => {
    const met = drawn(1, 0.2, 1_000).filter((fault) => fault !== null);
    expect(met.length / 6_000).toBeGreaterThan(0.17);
    expect(met.length / 6_000).toBeLessThan(0.23);
    const kinds = new Set(
      met.map((fault) => {
        if (fault.kind === 'reset') return fault.when === 'before' ? 'resetBefore' : 'resetAfter';
        if (fault.kind === 'status') return fault.status === 502 ? 'htmlError' : 'serverError';
        return fault.kind;
      }),
    );
    expect([...kinds].sort()).toEqual([...TRANSIENT_KINDS].sort());
    expect(drawn(1, 0).every((fault) => fault === null)).toBe(true);
  });

  it('begin and end by control, strike and are counted', async () => {
    calls = await simulatorCalls();
    expect(await calls.control('POST', 'chaos', { seed: 3, rate: 2 })).toEqual({ message: expect.any(String) });
    await calls.control('POST', 'chaos', { seed: 3, rate: 1, kinds: ['serverError'] });
    expect((await calls.get(ME)).status).toBeGreaterThanOrEqual(500);
    expect(await calls.control('GET', 'chaos')).toEqual({
      chaos: { seed: 3, rate: 1, kinds: ['serverError'], calls: 1 },
    });
    await calls.control('DELETE', 'chaos');
    expect((await calls.get(ME)).status).toBe(200);
    expect(calls.simulator.counts().struck).toEqual({ status: 1 });
  });

  it('refuse writes and searches together with those of their own kind', async () => {
    const organisation = await simulatorCalls({ now: () => Date.parse('2025-06-01T00:00:00Z') });
    calls = organisation;
    const { tableId, routes } = organisation.simulator.telephony.facts();
    const rows = `/api/v2/flows/datatables/${tableId}/rows`;
    const unit = `/api/v2/workforcemanagement/managementunits/${organisation.simulator.units[0]?.id ?? ''}`;
    const once = async (call: () => Promise<{ status: number }>) => {
      for (let seed = 1; ; seed++) {
        organisation.simulator.setChaos({ seed, rate: 1, kinds: ['throttle'] });
        const { status } = await call();
        organisation.simulator.setChaos(null);
        expect(status).toBe(429);
        // Where the refusal named an instant, those of its kind stay refused until then.
        if ((await call()).status === 429) return;
      }
    };
    await once(async () => await organisation.post(rows, { key: 'a' }));
    expect((await organisation.get(rows)).status).toBe(200);
    const [route] = routes;
    const site = `/api/v2/telephony/providers/edges/sites/${route?.siteId ?? ''}/outboundroutes`;
    expect((await organisation.send('PUT', `${site}/${route?.id ?? ''}`, {})).status).toBe(400);
    await once(async () => await organisation.post(`${unit}/agentschedules/search`, {}));
    expect((await organisation.post('/api/v2/audits/query', {})).status).toBe(400);
  });

  it('close a path for those who do not wait, and let those in who do', async () => {
    let nowMs = Date.parse('2025-06-01T00:00:00Z');
    calls = await simulatorCalls({ now: () => nowMs });
    for (let seed = 1; ; seed++) {
      calls.simulator.setChaos({ seed, rate: 1, kinds: ['throttle'] });
      const refused = await calls.get(ME);
      calls.simulator.setChaos(null);
      expect(refused.status).toBe(429);
      const seconds = Number(refused.headers.get('retry-after'));
      nowMs += 500;
      if (!(seconds > 0)) {
        nowMs += 10_000;
        continue;
      }
      expect((await calls.get(ME)).status).toBe(429);
      nowMs += seconds * 1000;
      expect((await calls.get(ME)).status).toBe(200);
      break;
    }
  });
});
