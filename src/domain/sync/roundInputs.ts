import { contentHash } from '../contentHash.js';
import type { RoundInputs } from './roundSeal.js';
import type { SyncTruth } from './syncFacts.js';

/** What a round went by, for its seal: a hash of each kind of fact, and the snapshots that agents were counted from. */
export function roundInputs(truth: SyncTruth): RoundInputs {
  return {
    readAt: truth.readAt,
    hashes: {
      sites: contentHash(truth.sites),
      routes: contentHash(truth.routes),
      trunks: contentHash(truth.trunks),
      schedules: contentHash(truth.schedules),
      rows: contentHash(truth.rows),
      campaigns: contentHash(truth.campaigns),
    },
    snapshots: truth.availability.map(({ siteId, scheduleId, scheduleVersion, landing }) => ({
      siteId,
      scheduleId,
      scheduleVersion,
      landing,
    })),
  };
}
