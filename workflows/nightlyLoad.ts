import { ApplicationFailure, isCancellation, setCurrentDetails, upsertMemo, workflowInfo } from '@temporalio/workflow';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import type { z } from 'zod';
import { firstGaps, mergeGaps } from '../src/domain/exportSummary.js';
import type { HistoryExportResult } from '../src/domain/historyExportResult.js';
import { NightlyLoadInput } from '../src/domain/nightly/nightlyLoadInput.js';
import type { NightlyLoadResult, NightMemo } from '../src/domain/nightly/nightlyLoadResult.js';
import { addChanges, type TableChanges } from '../src/domain/rowChanges.js';
import { parseOrFail } from './failedWith.js';
import { type EndedExport, runNightExport } from './nightExport.js';
import { untilEnded } from './patience.js';
import { activitiesOf } from './policies.js';
import { verifyCustody } from './verifyCustody.js';

const SCHEDULED_START = defineSearchAttributeKey('TemporalScheduledStartTime', SearchAttributeType.DATETIME);

/**
 * Loads what a night is for: of each unit its last local day that was over at the nominal time, the days that Genesys still restates,
 * and those that an earlier night missed.
 *
 * The nominal time is the schedule's, so that a night that is caught up on or filled in later loads the days it was for; without a
 * schedule it is the input's, or now. Exports run as children (`historyExport`), by themselves as patient as any. In the end the chain of
 * custody is verified (`verifyCustody`).
 *
 * @throws ApplicationFailure `InvalidInput` with path and reason; the name of the failure when an export failed, after all have ended.
 */
export async function nightlyLoad(raw: z.input<typeof NightlyLoadInput> = {}): Promise<NightlyLoadResult> {
  const request = parseOrFail(NightlyLoadInput, raw);
  const { workflowId: exportId, taskQueue, typedSearchAttributes, startTime } = workflowInfo();
  const startedAt = startTime.toISOString();
  const nominalTime = new Date(
    typedSearchAttributes.get(SCHEDULED_START) ?? request.nominalTime ?? startedAt,
  ).toISOString();
  const activities = activitiesOf(taskQueue, 'probing', 'nightly');
  setCurrentDetails(`**The night of ${nominalTime}**`);

  const units = await untilEnded(() =>
    activities.reads.fetchStructure.executeWithOptions({ summary: 'Read the management units' }, [
      { part: { kind: 'managementUnits' }, organisationId: null, exportId, lane: 'nightly' },
    ]),
  );
  const { organisationId } = units;
  const { groups, unknownUnits } = await untilEnded(() =>
    activities.main.planNight.executeWithOptions({ summary: 'See which days the night is for' }, [
      { organisationId, exportId, request, nominalTime, managementUnits: units.path },
    ]),
  );
  const ended = await Promise.all(groups.map((group, index) => runNightExport(`${exportId}/${index + 1}`, group)));
  const report = await untilEnded(() =>
    activities.warehouse.reportNight.executeWithOptions({ summary: 'See what is there now' }, [
      { organisationId, exportId, datasets: request.datasets, groups, startedAt, nominalTime },
    ]),
  ).catch((error: unknown) => {
    // Why an export failed comes first, and is why this did as often as not.
    if (!isCancellation(error)) failWhereOneFailed(ended, null);
    throw error;
  });

  const custody = await verifyCustody({ organisationId, exportId });

  const results = ended.flatMap(({ result }) => result ?? []);
  const exports = ended.map(({ told }) => told);
  const isComplete =
    report.coverage.ok && unknownUnits.length === 0 && exports.every(({ status }) => status === 'complete');
  const night: NightlyLoadResult = {
    status: isComplete ? 'complete' : 'completeWithGaps',
    nominalTime,
    exports,
    units: report.units,
    unitsLeftOut: report.unitsLeftOut,
    coverage: report.coverage,
    ...(custody !== undefined && { custody }),
    unknownUnits,
    ...sumsOf(results),
    gaps: firstGaps(mergeGaps(results.flatMap(({ gaps }) => gaps))),
    seconds: Math.round((Date.now() - startTime.getTime()) / 100) / 10,
  };
  failWhereOneFailed(ended, night);
  const memo: NightMemo = { status: night.status, nominalTime, endedAt: new Date().toISOString() };
  upsertMemo({ nightly: memo });
  return night;
}

function sumsOf(results: readonly HistoryExportResult[]): Pick<NightlyLoadResult, 'rows' | 'changes' | 'calls'> {
  const rows: Record<string, number> = {};
  let changes: TableChanges = {};
  // The management units were read before any export.
  const calls = { made: 1, minimum: 1 };
  for (const result of results) {
    for (const [table, count] of Object.entries(result.rows)) rows[table] = (rows[table] ?? 0) + count;
    changes = addChanges(changes, result.changes ?? {});
    calls.made += result.calls.made;
    calls.minimum += result.calls.minimum;
  }
  return { rows, changes, calls };
}

/** A failed run is red in the Temporal UI; what the others loaded is in its details, where it is known. */
function failWhereOneFailed(ended: readonly EndedExport[], night: NightlyLoadResult | null): void {
  const failed = ended.find(({ failure }) => failure !== null);
  if (!failed?.failure) return;
  const { told, failure } = failed;
  throw ApplicationFailure.create({
    type: failure.name,
    message: `${told.workflowId} (${told.from} to ${told.to}, ${told.units} units) failed: ${failure.message}. What the other exports of this night loaded is kept; the next night loads what is missing.`,
    nonRetryable: true,
    ...(night !== null && { details: [night] }),
  });
}
