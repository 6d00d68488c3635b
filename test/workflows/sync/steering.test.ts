import { afterEach, describe, expect, it } from '@jest/globals';
import type { SyncPlan } from '../../../src/domain/sync/syncPlan.js';
import { eventually } from '../../support/eventually.js';
import { quietTemporal } from '../../support/quietTemporal.js';
import { type SyncEnvironment, type SyncHandle, syncEnvironment } from '../../support/syncEnvironment.js';
import { temporalServer } from '../../support/temporalServer.js';

quietTemporal('ERROR');
const { address } = await temporalServer();
const open: SyncEnvironment[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((sync) => sync.close()));
});

async function organisation(name: string): Promise<SyncEnvironment> {
  const sync = await syncEnvironment(address, { name });
  open.push(sync);
  return sync;
}

async function refusal(update: Promise<unknown>): Promise<string> {
  return await update.then(
    () => 'not refused',
    (error: unknown) => String(error instanceof Error && error.cause instanceof Error ? error.cause.message : error),
  );
}

describe('an operator of the trunk sync', () => {
  it('pauses and resumes it, plans without writing, and changes the policy, which observes again', async () => {
    const sync = await organisation('steering');
    const { telephony } = sync.simulator;
    const handle: SyncHandle = await sync.startEnabled();
    const [first = ''] = sync.routed();

    await handle.executeUpdate('pause', { args: [{ reason: 'maintenance of the edges' }] });
    expect(await sync.state(handle)).toMatchObject({ paused: { reason: 'maintenance of the edges' } });
    telephony.forgetWrites();
    telephony.happen({ kind: 'trunks', trunkBaseIds: [first], connected: false });
    await handle.signal('trunkChanged', { trunkId: first, trunkBaseId: first });
    const plan = await handle.executeUpdate<SyncPlan, []>('plan');
    expect(plan.writes.send[0]).toMatchObject({ kind: 'route', lane: 'failover' });
    expect(telephony.writes()).toEqual([]);
    await handle.executeUpdate('resume');
    await eventually('the trunk left', () => !sync.routed().includes(first));
    // The round that left it ends first: what it began to write, it writes.
    await sync.roundNow(handle);

    const policy = sync.policy({ onDrift: 'restore' });
    expect(
      await refusal(handle.executeUpdate('setPolicy', { args: [{ policy: { ...policy, sites: [] } }] })),
    ).toContain('policy.sites');
    expect(await refusal(handle.executeUpdate('enable', { args: [{ policyHash: 'of another' }] }))).toContain(
      'nothing was enabled',
    );
    expect(await handle.executeUpdate('setPolicy', { args: [{ policy }] })).toMatchObject({ enabled: false });
    expect(await sync.roundNow(handle)).toMatchObject({ enabled: false, writes: [] });
  });

  it('approves a round in which most trunks of a route failed at once, and no other', async () => {
    const sync = await organisation('a mass failure');
    const { telephony } = sync.simulator;
    const handle = await sync.startEnabled();
    await sync.roundNow(handle);
    const before = sync.routed();
    const failed = telephony.facts().trunkBases.filter(({ carrier }) => carrier !== 'M1');
    const trunkBaseIds = failed.map(({ id }) => id);
    telephony.happen({ kind: 'trunks', trunkBaseIds, connected: false });
    const held = await sync.roundNow(handle);
    expect(held.routes[0]?.held).toBe('massFailure');
    expect(sync.routed()).toEqual(before);
    expect((await sync.state(handle)).needsApproval).toBe(held.round);
    expect(await refusal(handle.executeUpdate('approve', { args: [{ round: 999 }] }))).toContain(
      'nothing was approved',
    );
    // Rounds go on meanwhile, and decide the same.
    await sync.roundNow(handle);
    await handle.executeUpdate('approve', { args: [{ round: held.round }] });
    await eventually('the route was rewritten', () => sync.routed().every((id) => !trunkBaseIds.includes(id)));
  });
});

describe('bad luck', () => {
  it('of a route that was changed since it was read costs one more look; of a row that is gone, it is added', async () => {
    const sync = await organisation('conflicts');
    const { telephony } = sync.simulator;
    const handle = await sync.startEnabled();
    await sync.roundNow(handle);
    const [first = ''] = sync.routed();
    sync.simulator.addFault({
      kind: 'status',
      method: 'PUT',
      path: '/api/v2/telephony/',
      status: 409,
      body: { code: 'general.conflict', message: 'The entity was changed.', status: 409 },
    });
    sync.forgetCalls();
    // Unknown to the round that looks at trunks and routes alone: a row that is gone is added in its place.
    telephony.happen({ kind: 'deleteRow', key: first });
    telephony.happen({ kind: 'trunks', trunkBaseIds: [first], connected: false });
    await handle.signal('trunkChanged', { trunkId: first, trunkBaseId: first });
    await eventually('its row is there again', () => telephony.facts().rows[first]?.['role'] === 'failover');
    expect(sync.routed()).not.toContain(first);
    const route = '/api/v2/telephony/providers/edges/sites/{siteId}/outboundroutes/{outboundRouteId}';
    expect(sync.calls()).toMatchObject({ [`PUT ${route}`]: 2, [`GET ${route}`]: 1 });
  });

  it('of being asked from two places at once is one round', async () => {
    const sync = await organisation('two places');
    const handle = await sync.startEnabled();
    const { round } = await sync.roundNow(handle);
    await sync.exports.worker.stop();
    await Promise.all([handle.signal('syncNow', { reason: 'one' }), handle.signal('syncNow', { reason: 'other' })]);
    await sync.exports.moveTo(sync.simulator);
    const last = await eventually('the round has ended', async () => {
      const state = await sync.state(handle);
      return state.round > round && state.next !== 'under way' ? await sync.lastRound(handle) : null;
    });
    expect(last).toMatchObject({ round: round + 1, causes: { syncNow: 2 } });
  });

  it('of two organisations on one Temporal server keeps each to its own worker and trunks', async () => {
    const [one, other] = await Promise.all([organisation('one organisation'), organisation('another organisation')]);
    const [handle, others] = await Promise.all([one.startEnabled(), other.startEnabled()]);
    const [first = ''] = one.routed();
    const before = other.routed();
    one.simulator.telephony.happen({ kind: 'trunks', trunkBaseIds: [first], connected: false });
    await handle.signal('trunkChanged', { trunkId: first, trunkBaseId: first });
    await eventually('it left', () => !one.routed().includes(first));
    await other.roundNow(others);
    expect(other.routed()).toEqual(before);
  });
});
