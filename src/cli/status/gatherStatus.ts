import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import type { Config } from '../../config/loadConfig.js';
import { callsLeftOf, noSoonerThanCalls } from '../../domain/exportEta.js';
import { DATASET_NAMES } from '../../domain/exportWindow.js';
import type { LimitsRow } from '../../domain/budget/limitsTable.js';
import type { LiveState } from '../../domain/live/liveState.js';
import type { SyncState } from '../../domain/sync/syncState.js';
import { askLimits } from '../../temporal/askLimits.js';
import { keeperIdOf } from '../../temporal/budgetLink.js';
import { anyExportRuns } from '../../temporal/coverageInTemporal.js';
import { nightlySummaries } from '../../temporal/nightly/nightlySummaries.js';
import { HISTORY_EXPORT } from '../export/namedExport.js';
import type { ListedExport } from '../export/listedExport.js';
import { runningExports } from '../export/listExports.js';
import { type Part, part } from './part.js';
import { polledQueues } from './polledQueues.js';
import type { RecentCoverage } from './recentCoverage.js';
import type { OtherWorkflow, StatusReport } from './statusReport.js';

/** How long each part may take. */
const WITHIN_MS = 6_000;
/** Calls end before their part is given up: one that is tried again on a closed connection would end the process. */
const CALLS_WITHIN_MS = 5_000;
const OTHERS_AT_MOST = 50;

/**
 * Asks everything that `status` shows, all at once. Never throws: a part that cannot be asked says why.
 *
 * @param connected a client, or why there is none.
 * @param coverage reads it, told whether an export runs.
 */
export async function gatherStatus(
  config: Config,
  connected: Part<Client>,
  coverage: (exportsRun: boolean) => Promise<RecentCoverage>,
): Promise<StatusReport> {
  const { taskQueue } = config;
  const asked = async <T>(ask: (client: Client) => Promise<T>): Promise<Part<T>> =>
    connected.known
      ? await part(WITHIN_MS, async () => {
          const client = connected.value;
          return await client.withDeadline(Date.now() + CALLS_WITHIN_MS, () => ask(client));
        })
      : connected;
  const [exports, others, limits, nightly, listener, sync, covered, workers] = await Promise.all([
    asked((client) => runningExports(client, taskQueue)),
    asked((client) => otherWorkflows(client, taskQueue)),
    asked((client) => limitsOf(client, config)),
    asked((client) => nightlySummaries(client, config)),
    asked((client) => stateOfOnly<LiveState>(client, taskQueue, 'liveFeed')),
    asked((client) => stateOfOnly<SyncState>(client, taskQueue, 'trunkSync')),
    part(WITHIN_MS, async () => {
      const exportsRun = await asked((client) => anyExportRuns(client, taskQueue));
      return await coverage(exportsRun.known && exportsRun.value);
    }),
    asked((client) => polledQueues(client, taskQueue)),
  ]);
  const at = new Date().toISOString();
  return {
    at,
    exports: foretold(exports, limits),
    others,
    limits,
    nightly,
    listener,
    sync,
    coverage: covered,
    workers,
  };
}

/** An export's own foretelling knows the gates that it met; the keeper knows every gate, and the rates. */
function foretold(exports: Part<ListedExport[]>, limits: Part<LimitsRow[]>): Part<readonly ListedExport[]> {
  if (!exports.known || !limits.known) return exports;
  const families = limits.value.map(({ family, gateUntil, learnt }) => ({
    ...{ family, gateUntil },
    ratePerSecond: learnt?.ratePerSecond ?? null,
  }));
  const nowMs = Date.now();
  const value = exports.value.map((listed) => {
    const { progress, summary } = listed;
    if (progress === null) return listed;
    const named = DATASET_NAMES.filter((dataset) => summary?.includes(dataset));
    const callsLeft = callsLeftOf(named.length > 0 ? named : DATASET_NAMES, progress.windows, progress.calls);
    return {
      ...listed,
      progress: { ...progress, eta: noSoonerThanCalls(progress.eta, { callsLeft, families }, nowMs) },
    };
  });
  return { known: true, value };
}

async function otherWorkflows(client: Client, taskQueue: string): Promise<OtherWorkflow[]> {
  const query = `TaskQueue = "${taskQueue}" AND ExecutionStatus = "Running" AND WorkflowType != "${HISTORY_EXPORT}" AND WorkflowType != "exportWindow"`;
  const found: OtherWorkflow[] = [];
  for await (const { type, workflowId, startTime } of client.workflow.list({ query })) {
    found.push({ type, workflowId, startedAt: startTime.toISOString() });
    if (found.length === OTHERS_AT_MOST) break;
  }
  return found;
}

/** What bounds calls now; nothing where no keeper runs. */
async function limitsOf(client: Client, config: Config): Promise<LimitsRow[]> {
  try {
    const { families } = await askLimits(client, keeperIdOf(config.clientId()), Date.now());
    return families.filter(({ gateUntil, learnt }) => gateUntil !== null || learnt?.ratePerSecond);
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return [];
    throw error;
  }
}

/** What the one workflow of a type says of itself; null where none runs. */
async function stateOfOnly<T>(client: Client, taskQueue: string, type: string): Promise<T | null> {
  const query = `WorkflowType = "${type}" AND TaskQueue = "${taskQueue}" AND ExecutionStatus = "Running"`;
  for await (const { workflowId } of client.workflow.list({ query }))
    return await client.workflow.getHandle(workflowId).query<T>('state');
  return null;
}
