import type { LimitsRow } from '../../domain/budget/limitsTable.js';
import type { LiveState } from '../../domain/live/liveState.js';
import type { SyncState } from '../../domain/sync/syncState.js';
import type { ListedExport } from '../export/listedExport.js';
import type { NightlySummary } from '../../temporal/nightly/nightlySummaries.js';
import type { Part } from './part.js';
import type { PolledQueue } from './polledQueues.js';
import type { RecentCoverage } from './recentCoverage.js';

/** A workflow of ours that runs, other than exports and their windows. */
export interface OtherWorkflow {
  readonly type: string;
  readonly workflowId: string;
  readonly startedAt: string;
}

/** Everything that `rosterline status` shows. Instants are ISO 8601 UTC. */
export interface StatusReport {
  readonly at: string;
  readonly exports: Part<readonly ListedExport[]>;
  readonly others: Part<readonly OtherWorkflow[]>;
  /** Families of calls that are closed now, or bounded by a rate. */
  readonly limits: Part<readonly LimitsRow[]>;
  readonly nightly: Part<readonly NightlySummary[]>;
  /** What the listener says of itself; null where none runs. */
  readonly listener: Part<LiveState | null>;
  /** What the trunk sync says of itself; null where none runs. */
  readonly sync: Part<SyncState | null>;
  /** Days by dataset, state and fault, judged as `rosterline coverage` does. */
  readonly coverage: Part<RecentCoverage>;
  readonly workers: Part<readonly PolledQueue[]>;
}
