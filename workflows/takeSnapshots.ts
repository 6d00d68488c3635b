import type { SyncGate } from '../src/domain/sync/gatedAnswer.js';
import type { AvailabilityFact, ScheduleFact } from '../src/domain/sync/syncFacts.js';
import type { SyncPolicy } from '../src/domain/sync/syncPolicy.js';
import { problemOf } from './sendWrites.js';
import { syncCallsOf } from './syncActivities.js';

/** What snapshots brought, and what they did not. */
export interface Snapshots {
  readonly facts: readonly AvailabilityFact[];
  /** Schedules of which none could be had. */
  readonly missing: readonly ScheduleFact[];
  readonly gate: SyncGate | null;
  readonly problem: string | null;
}

/**
 * Takes a snapshot of each schedule that moved, one after another: an answer may be large.
 *
 * One that cannot be had ends nothing: carriers fail meanwhile too, and the round goes on with what is known of the agents.
 */
export async function takeSnapshots(
  whose: { readonly organisationId: string; readonly syncId: string; readonly policy: SyncPolicy },
  schedules: readonly ScheduleFact[],
): Promise<Snapshots> {
  const { organisationId, syncId, policy } = whose;
  const { snapshots } = syncCallsOf('sync');
  const facts: AvailabilityFact[] = [];
  for (const [index, schedule] of schedules.entries()) {
    const missing = schedules.slice(index);
    try {
      const sites = policy.sites.filter(({ businessUnit }) => businessUnit === schedule.businessUnitId);
      const answer = await snapshots.snapshotSchedules.executeWithOptions(
        { summary: `Read the agents' shifts of the week of ${schedule.weekDate}` },
        [{ organisationId, syncId, lane: 'sync', schedule, sites, intervalMinutes: policy.intervalMinutes }],
      );
      if ('gate' in answer) return { facts, missing, gate: answer.gate, problem: null };
      facts.push(...answer.value);
    } catch (error) {
      const problem = `the agents' shifts of the week of ${schedule.weekDate} could not be read, and those known before are used: ${problemOf(error)}`;
      return { facts, missing, gate: null, problem };
    }
  }
  return { facts, missing: [], gate: null, problem: null };
}
