import { afterEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../../support/eventually.js';
import { quietTemporal } from '../../support/quietTemporal.js';
import { type SyncEnvironment, syncEnvironment } from '../../support/syncEnvironment.js';
import { temporalServer } from '../../support/temporalServer.js';

quietTemporal('ERROR');
const { address } = await temporalServer();
let sync: SyncEnvironment;
afterEach(() => sync.close());

const ROUTES = '/api/v2/telephony/providers/edges/sites/{siteId}/outboundroutes';
const PUT_ROUTE = `${ROUTES}/{outboundRouteId}`;

/** Where the simulator takes writes of routes and of rows: a prefix of their paths. */
const WRITES_OF_ROUTES = '/api/v2/telephony/';
const WRITES_OF_ROWS = '/api/v2/flows/datatables/';
const GATE_SECONDS = 8;

describe('behind a closed gate', () => {
  it('everything that is told becomes one round when it opens, which writes the truth of then', async () => {
    sync = await syncEnvironment(address, { name: 'a gate of routes' });
    const handle = await sync.startEnabled();
    const [first = '', second = '', third = ''] = sync.routed();
    const { round } = await sync.roundNow(handle);
    const { telephony } = sync.simulator;
    const tell = async (trunkBaseId: string, connected: boolean): Promise<void> => {
      telephony.happen({ kind: 'trunks', trunkBaseIds: [trunkBaseId], connected });
      await handle.signal('trunkChanged', { trunkId: trunkBaseId, trunkBaseId, connected });
    };
    telephony.forgetWrites();
    sync.simulator.addFault({ kind: 'throttle', method: 'PUT', path: WRITES_OF_ROUTES, retryAfter: GATE_SECONDS });
    await tell(first, false);
    const { throttledUntil } = await eventually('the gate shows', async () => {
      const state = await sync.state(handle);
      return state.throttledUntil === null ? null : state;
    });
    expect((await sync.state(handle)).next).toContain('once telephony-writes is open again');
    sync.forgetCalls();
    await tell(second, false);
    await tell(first, true);
    await tell(third, false);
    await handle.signal('scheduleChanged', { businessUnitId: sync.simulator.businessUnits[0]?.id ?? '' });
    await handle.signal('syncNow', {});
    await eventually('the route was rewritten', () => !sync.routed().includes(third));
    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(throttledUntil ?? ''));
    const last = await eventually('the round has ended', async () => {
      const state = await sync.state(handle);
      return state.next === 'under way' ? null : await sync.lastRound(handle);
    });
    expect(last).toMatchObject({
      round: round + 2,
      causes: { trunkChanged: 3, scheduleChanged: 1, syncNow: 1, unfinished: 1 },
    });
    // The first trunk is up again, and waits for its hold-down.
    expect(sync.routed()).not.toContain(second);
    const routes = telephony.writes().filter(({ kind }) => kind === 'route');
    expect(routes).toHaveLength(1);
    expect(sync.calls()).toMatchObject({ [`GET ${ROUTES}`]: 1, [`PUT ${PUT_ROUTE}`]: 1 });
    expect(sync.simulator.counts().insideGate).toBe(0);
  });

  it('of the rows alone, a failover goes on to its route, and the rows follow when it opens', async () => {
    sync = await syncEnvironment(address, { name: 'a gate of rows' });
    const handle = await sync.startEnabled();
    const [first = ''] = sync.routed();
    await sync.roundNow(handle);
    const { telephony } = sync.simulator;
    sync.simulator.addFault({
      kind: 'throttle',
      method: 'PUT',
      path: WRITES_OF_ROWS,
      retryAfter: 5,
    });
    const toldMs = Date.now();
    telephony.happen({ kind: 'trunks', trunkBaseIds: [first], connected: false });
    await handle.signal('trunkChanged', { trunkId: 'one', trunkBaseId: first });
    await eventually('it left its route', () => !sync.routed().includes(first));
    expect(Date.now() - toldMs).toBeLessThan(4000);
    await eventually('its row follows', () => telephony.facts().rows[first]?.['role'] === 'failover');
    expect(sync.simulator.counts().insideGate).toBe(0);
  });
});
