import { SyncPolicy } from '../../src/domain/sync/syncPolicy.js';
import type { SyncPlan } from '../../src/domain/sync/syncPlan.js';
import type { SyncState } from '../../src/domain/sync/syncState.js';
import type { Random } from '../../src/simulator/data/seededRandom.js';
import type { RunningSimulator } from '../../src/simulator/startSimulator.js';
import { eventually } from '../support/eventually.js';
import type { ExportRig } from '../support/exportRig.js';
import { firstPolicy, type SyncHandle } from '../support/syncEnvironment.js';

/** Starts a sync that writes, and settles when it has nothing left to do. */
export async function startSync(rig: ExportRig): Promise<SyncHandle> {
  // The timer is to help with nothing: what is told by signals alone must come true.
  const policy = SyncPolicy.parse({ ...firstPolicy(rig.simulator), everyMinutes: 60, holdDownSeconds: 1 });
  const handle = (await rig.client.workflow.start('trunkSync', {
    taskQueue: 'rosterline',
    workflowId: `trunkSync/${rig.simulator.organisationId}`,
    args: [{ policy }],
  })) as SyncHandle;
  await handle.executeUpdate('enable');
  await settled(handle);
  return handle;
}

/** Something happens to the organisation, and what a listener would tell of it. */
export function happens(simulator: RunningSimulator, random: Random, index: number) {
  const { telephony } = simulator;
  const businessUnitId = simulator.businessUnits[0]?.id ?? '';
  if (index % 4 === 3) {
    telephony.happen({
      kind: 'schedules',
      businessUnitId,
      ...(random.chance(0.5) ? { removeAgents: 8 } : { addAgents: 8 }),
    });
    return { signal: 'scheduleChanged', payload: { businessUnitId }, words: 'an edit of the schedule' };
  }
  const bases = telephony.facts().trunkBases;
  const down = bases.filter(({ inFailover }) => inFailover);
  const base = down.length > 2 ? random.pick(down) : random.pick(bases);
  const connected = base.inFailover;
  telephony.happen({ kind: 'trunks', trunkBaseIds: [base.id], connected });
  const payload = { trunkId: base.trunkIds[0] ?? base.id, trunkBaseId: base.id, connected };
  return { signal: 'trunkChanged', payload, words: `${base.name} went ${connected ? 'up' : 'down'}` };
}

/** Until no round is due within the hour and a plan would write nothing. */
export async function settled(handle: SyncHandle): Promise<void> {
  await eventually('no round is to come', async () => {
    const state = await through(() => handle.query<SyncState>('state'));
    return state.enabled && /by the timer/.test(state.next) ? state : null;
  });
  const { writes } = await through(() => handle.executeUpdate<SyncPlan, []>('plan'));
  const waiting = writes.held.filter(({ because }) => because !== 'rowWrittenLately');
  const undone = [...writes.send, ...waiting.map(({ write }) => write)].map(
    ({ kind, id, why }) => `${kind} ${id}: ${why}`,
  );
  if (undone.length > 0) throw new Error(`a plan would still write ${undone.join('; ')}`);
}

/** How long a server that was killed may take to answer, on a busy machine. */
const ANSWERS_WITHIN_MS = 180_000;

/** Asks again while the server is away, as a listener would. @throws Error with what the last question met. */
export async function through<T>(ask: () => Promise<T>): Promise<T> {
  let met: unknown = null;
  const asked = await eventually(
    'the server answers',
    async () => {
      try {
        return { answer: await ask() };
      } catch (error) {
        met = error;
        return null;
      }
    },
    ANSWERS_WITHIN_MS,
  ).catch((error: unknown) => {
    throw new Error(`${String(error)} (${String(met)})`, { cause: met });
  });
  return asked.answer;
}
