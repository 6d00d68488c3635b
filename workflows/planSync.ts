import { ApplicationFailure } from '@temporalio/workflow';
import type { FailureName } from '../src/domain/failure.js';
import type { SyncGate } from '../src/domain/sync/gatedAnswer.js';
import { type BegunSync, isEnabled, type SyncCarried } from '../src/domain/sync/syncCarried.js';
import type { SyncPlan } from '../src/domain/sync/syncPlan.js';
import { applicationFailure } from './failedWith.js';
import { readTruth } from './readTruth.js';
import { problemOf } from './sendWrites.js';
import { SyncRound } from './syncRound.js';

/**
 * Reads and decides as a full round would, as if the policy were enabled, and writes nothing.
 *
 * @throws ApplicationFailure named as what stood in the way; `Throttled` with the instant at which to ask again.
 */
export async function planSync(request: {
  carried: SyncCarried;
  begun: BegunSync;
  syncId: string;
  gateMet: (gate: SyncGate) => void;
}): Promise<SyncPlan> {
  const { carried, begun, syncId, gateMet } = request;
  const { organisationId, policy } = begun;
  try {
    const answer = await readTruth({ organisationId, syncId, policy, sites: carried.sites, known: null, lane: 'sync' });
    if ('gate' in answer) {
      gateMet(answer.gate);
      const until = new Date(answer.gate.untilMs).toISOString();
      throw planless('Throttled', `Genesys takes no ${answer.gate.family} calls until ${until}; plan again then`);
    }
    const round = new SyncRound({
      organisationId,
      syncId,
      policy,
      memory: carried.memory,
      reads: answer.value,
      nowMs: Date.parse(answer.value.readAt),
      enabled: true,
      approved: carried.approved,
      isOver: () => true,
      gateOf: () => null,
      gateMet,
    });
    await round.snapshots();
    return { ...round.planned, enabled: isEnabled(carried), policyHash: begun.policyHash };
  } catch (error) {
    if (error instanceof ApplicationFailure) throw error;
    throw planless(nameOf(error), problemOf(error));
  }
}

function nameOf(error: unknown): string {
  return applicationFailure(error)?.type ?? ('Transient' satisfies FailureName);
}

function planless(name: string, message: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(`no plan could be made; nothing was written: ${message}`, name);
}
