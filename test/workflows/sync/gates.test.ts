import { describe, expect, it } from '@jest/globals';
import { eventually } from '../../support/eventually.js';
import { inTime, MomentPassed } from '../../support/inTime.js';
import { quietTemporal } from '../../support/quietTemporal.js';
import { type SyncEnvironment, syncEnvironment } from '../../support/syncEnvironment.js';
import { temporalServer } from '../../support/temporalServer.js';

quietTemporal('ERROR');
const { address } = await temporalServer();
let sync: SyncEnvironment;

const ROUTES = '/api/v2/telephony/providers/edges/sites/{siteId}/outboundroutes';
const PUT_ROUTE = `${ROUTES}/{outboundRouteId}`;

/** Where the simulator takes writes of routes and of rows: a prefix of their paths. */
const WRITES_OF_ROUTES = '/api/v2/telephony/';
const WRITES_OF_ROWS = '/api/v2/flows/datatables/';

describe('behind a closed gate', () => {
  it('everything that is told becomes one round when it opens, which writes the truth of then', async () => {
    await inTime([8, 60], async (seconds) => {
      sync = await syncEnvironment(address, { name: `a gate of routes ${seconds}` });
      try {
        await oneRoundBehind(seconds);
      } finally {
        await sync.close();
      }
    });
  });

  it('of the rows alone, a failover goes on to its route, and the rows follow when it opens', async () => {
    await inTime([5, 60], async (seconds) => {
      sync = await syncEnvironment(address, { name: `a gate of rows ${seconds}` });
      try {
        await failsOverBehind(seconds);
      } finally {
        await sync.close();
      }
    });
  });
});

/** Much that is told while routes may not be written for so long. */
async function oneRoundBehind(seconds: number): Promise<void> {
  const handle = await sync.startEnabled();
  const [first = '', second = '', third = ''] = sync.routed();
  const { round } = await sync.roundNow(handle);
  const { telephony } = sync.simulator;
  const tell = async (trunkBaseId: string, connected: boolean): Promise<void> => {
    telephony.happen({ kind: 'trunks', trunkBaseIds: [trunkBaseId], connected });
    await handle.signal('trunkChanged', { trunkId: trunkBaseId, trunkBaseId, connected });
  };
  telephony.forgetWrites();
  sync.simulator.addFault({ kind: 'throttle', method: 'PUT', path: WRITES_OF_ROUTES, retryAfter: seconds });
  await tell(first, false);
  const { throttledUntil, next } = await eventually('the gate shows', async () => {
    const state = await sync.state(handle);
    if (!sync.routed().includes(first)) throw new MomentPassed('the gate had opened again');
    return state.throttledUntil !== null && state.next !== 'under way' ? state : null;
  });
  expect(next).toContain('once telephony-writes is open again');
  sync.forgetCalls();
  await tell(second, false);
  await tell(first, true);
  await tell(third, false);
  await handle.signal('scheduleChanged', { businessUnitId: sync.simulator.businessUnits[0]?.id ?? '' });
  await handle.signal('syncNow', {});
  if (Date.now() > Date.parse(throttledUntil ?? '') - 1000)
    throw new MomentPassed('not all was told before the gate opened');
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
}

/** A failover while the rows may not be written for so long. */
async function failsOverBehind(seconds: number): Promise<void> {
  const handle = await sync.startEnabled();
  const [first = ''] = sync.routed();
  await sync.roundNow(handle);
  const { telephony } = sync.simulator;
  sync.simulator.addFault({ kind: 'throttle', method: 'PUT', path: WRITES_OF_ROWS, retryAfter: seconds });
  telephony.happen({ kind: 'trunks', trunkBaseIds: [first], connected: false });
  await handle.signal('trunkChanged', { trunkId: 'one', trunkBaseId: first });
  await eventually('it left its route', () => !sync.routed().includes(first));
  const leftMs = Date.now();
  const throttledUntil = await eventually('the gate shows', async () => {
    const state = await sync.state(handle);
    if (state.next !== 'under way' && telephony.facts().rows[first]?.['role'] === 'failover')
      throw new MomentPassed('the gate had opened again');
    return state.throttledUntil;
  });
  if (leftMs > Date.parse(throttledUntil)) throw new MomentPassed('it left its route when the gate had opened');
  await eventually('its row follows', () => telephony.facts().rows[first]?.['role'] === 'failover');
  expect(sync.simulator.counts().insideGate).toBe(0);
}
