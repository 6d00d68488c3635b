import type { SimulatorOptions } from '../../src/simulator/simulatorOptions.js';
import { eventually } from '../support/eventually.js';
import type { ExportEnvironment } from '../support/exportEnvironment.js';
import { type SyncEnvironment, type SyncHandle, syncsOn } from '../support/syncEnvironment.js';

/** Agents enough for schedules to decide by, and few trunks, so that histories are small. */
export const SYNCED_ORGANISATION = {
  telephony: { trunks: 3 },
  units: [{ name: 'Singapore', timeZone: 'Asia/Singapore', agents: 60 }],
} satisfies Partial<SimulatorOptions>;

/** A sync's life: observing, enabled, a failover, an edited schedule, a pause, a plan, another policy, a message that is none, its end. */
export async function aSyncsLife(environment: ExportEnvironment): Promise<SyncHandle> {
  const sync = syncsOn(environment);
  const handle = await sync.startEnabled();
  await failover(sync, handle);
  const businessUnitId = sync.simulator.businessUnits[0]?.id ?? '';
  sync.simulator.telephony.happen({ kind: 'schedules', businessUnitId, addAgents: 8 });
  await handle.signal('scheduleChanged', { businessUnitId });
  await eventually('the schedule was heeded', async () => {
    const { causes } = await sync.lastRound(handle);
    return causes['scheduleChanged'] !== undefined;
  });
  await handle.executeUpdate('pause');
  await handle.signal('trunkChanged', { trunkId: 7 });
  await handle.executeUpdate('plan');
  await handle.executeUpdate('resume');
  await handle.executeUpdate('setPolicy', { args: [{ policy: sync.policy({ onDrift: 'restore' }) }] });
  await sync.roundNow(handle);
  return await stopped(handle);
}

/** A sync whose routes cannot be written for some seconds. */
export async function aThrottledSync(environment: ExportEnvironment): Promise<SyncHandle> {
  const sync = syncsOn(environment);
  const handle = await sync.startEnabled();
  sync.simulator.addFault({ kind: 'throttle', method: 'PUT', path: '/api/v2/telephony/', retryAfter: 4 });
  await failover(sync, handle);
  return await stopped(handle);
}

/** A sync that was asked so often that it went on in another run. */
export async function aSyncThatGoesOn(environment: ExportEnvironment): Promise<SyncHandle> {
  const sync = syncsOn(environment);
  const handle = await sync.startEnabled();
  const { workflowId, firstExecutionRunId } = handle;
  const now = environment.client.workflow.getHandle(workflowId);
  while ((await now.describe()).runId === firstExecutionRunId) await sync.roundNow(handle);
  await failover(sync, handle);
  return await stopped(handle);
}

async function failover(sync: SyncEnvironment, handle: SyncHandle): Promise<void> {
  const [first = ''] = sync.routed();
  sync.simulator.telephony.happen({ kind: 'trunks', trunkBaseIds: [first], connected: false });
  await handle.signal('trunkChanged', { trunkId: first, trunkBaseId: first });
  await eventually('the trunk left its route', () => !sync.routed().includes(first));
}

async function stopped(handle: SyncHandle): Promise<SyncHandle> {
  await handle.cancel();
  await handle.result().catch(() => undefined);
  return handle;
}
