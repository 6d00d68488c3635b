import { afterEach, describe, expect, it } from '@jest/globals';
import { verify } from '../../../src/custody/verify.js';
import { openFileStore } from '../../../src/objects/fileStore.js';
import { eventually } from '../../support/eventually.js';
import { quietTemporal } from '../../support/quietTemporal.js';
import { type SyncEnvironment, syncEnvironment } from '../../support/syncEnvironment.js';
import { temporalServer } from '../../support/temporalServer.js';
import { objectsDirectory } from '../../support/testWorker.js';

quietTemporal('ERROR');
const { address } = await temporalServer();
let sync: SyncEnvironment;
afterEach(() => sync.close());

const EDGES = 'GET /api/v2/telephony/providers/edges';
const QUIET_ROUND = {
  'GET /api/v2/flows/datatables/{datatableId}/rows': 1,
  'GET /api/v2/outbound/campaigns': 1,
  [`${EDGES}/sites/{siteId}/outboundroutes`]: 1,
  [`${EDGES}/trunks`]: 1,
  'GET /api/v2/workforcemanagement/businessunits/{businessUnitId}/weeks/{weekId}/schedules': 1,
};

describe('the trunk sync', () => {
  it('observes a new policy: decides, seals and shows, and writes nothing until it is enabled', async () => {
    sync = await syncEnvironment(address, { name: 'an observed policy' });
    const handle = await sync.start();
    const observed = await sync.lastRound(handle);
    expect(observed).toMatchObject({ round: 1, enabled: false, writes: [], causes: { start: 1 } });
    expect(observed.heldWrites.length).toBeGreaterThan(0);
    expect(sync.simulator.telephony.writes()).toEqual([]);
    await handle.executeUpdate('enable');
    const written = await eventually('it writes', async () => {
      const state = await sync.state(handle);
      return state.writes > 0 && state.next !== 'under way' ? state : null;
    });
    expect(sync.routed()).toEqual(written.routes[0]?.trunkBases);

    // The state holds after a stop and a start: the policy is the same.
    await handle.cancel();
    await expect(handle.result()).rejects.toThrow('cancelled');
    const again = await sync.start();
    const round = await sync.lastRound(again);
    expect(round).toMatchObject({ enabled: true, writes: [] });
    expect(round.round).toBeGreaterThan(written.round);

    sync.forgetCalls();
    expect(await sync.roundNow(again)).toMatchObject({ writes: [], seal: null, causes: { syncNow: 1 } });
    expect(sync.calls()).toEqual(QUIET_ROUND);

    const store = openFileStore({ directory: objectsDirectory(sync.exports.directory), readOnly: true });
    const report = await verify({ store, facts: null });
    expect(report).toMatchObject({ ok: true, broken: [] });
  });

  it('leaves a route as the new schedule wants it where a trunk fails at the same moment', async () => {
    sync = await syncEnvironment(address, { name: 'a failover and an edit' });
    const handle = await sync.startEnabled();
    const [first = ''] = sync.routed();
    const [unit] = sync.simulator.businessUnits;
    sync.simulator.telephony.happen({ kind: 'schedules', businessUnitId: unit?.id ?? '', removeAgents: 20 });
    sync.simulator.telephony.happen({ kind: 'trunks', trunkBaseIds: [first], connected: false });
    await handle.signal('scheduleChanged', { businessUnitId: unit?.id ?? '' });
    await handle.signal('trunkChanged', { trunkId: 'some-trunk', trunkBaseId: first, connected: false });
    // 20 agents are left: 30 calls wanted, three trunks.
    await eventually('the route is as both want it', () => sync.routed().length === 3);
    expect(sync.routed()).not.toContain(first);
  });

  it('asks less and less often for a schedule that it may not read, and goes on with what it knows', async () => {
    sync = await syncEnvironment(address, { name: 'an unreadable schedule' });
    const path = '/agentschedules/search$';
    sync.simulator.addFault({
      kind: 'status',
      method: 'POST',
      path,
      status: 403,
      body: { message: 'no' },
      times: null,
    });
    const startedMs = Date.now();
    const handle = await sync.start();
    const state = await eventually('four rounds have ended', async () => {
      const now = await sync.state(handle);
      return now.round >= 4 ? now : null;
    });
    // After 1 s, 2 s and 5 s.
    expect(Date.now() - startedMs).toBeGreaterThan(7500);
    expect(state.problem).toContain('could not be read');
  });

  it('takes a trunk in failover out of its route within three seconds of the signal, in two calls and what it writes', async () => {
    sync = await syncEnvironment(address, { name: 'a failover' });
    const handle = await sync.startEnabled();
    const [first = '', second = ''] = sync.routed();
    sync.forgetCalls();
    sync.simulator.telephony.forgetWrites();
    sync.simulator.telephony.happen({ kind: 'trunks', trunkBaseIds: [first], connected: false });
    const toldMs = Date.now();
    await handle.signal('trunkChanged', { trunkId: 'some-trunk', trunkBaseId: first, connected: false });
    await eventually('it left', () => !sync.routed().includes(first));
    const tookMs = Date.now() - toldMs;
    process.stdout.write(`from the signal to the route: ${tookMs} ms\n`);
    expect(sync.routed()[0]).toBe(second);
    await eventually('the round has ended', async () => (await sync.state(handle)).next !== 'under way');
    // What this machine takes now to read as much and decide, without writing: where that is over 0.75 s, it is busy.
    const plannedMs = performance.now();
    await handle.executeUpdate('plan');
    expect(tookMs).toBeLessThan(Math.max(3000, 4 * (performance.now() - plannedMs)));
    // It comes back when it has been up for the hold-down, without another signal than the one that it is up.
    sync.simulator.telephony.happen({ kind: 'trunks', trunkBaseIds: [first], connected: true });
    await handle.signal('trunkChanged', { trunkId: 'some-trunk', trunkBaseId: first, connected: true });
    await eventually('it is back', () => sync.routed()[0] === first);
  });
});
