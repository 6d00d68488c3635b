import { CancellationScope, executeChild, isCancellation, ParentClosePolicy } from '@temporalio/workflow';
import type { HistoryExportResult } from '../src/domain/historyExportResult.js';
import type { NightExport } from '../src/domain/nightly/nightlyLoadResult.js';
import type { NightGroup } from '../src/domain/nightly/planNight.js';
import { applicationFailure } from './failedWith.js';
import type { historyExport } from './historyExport.js';

/** How one export of a night ended. */
export interface EndedExport {
  readonly told: NightExport;
  readonly result: HistoryExportResult | null;
  readonly failure: { readonly name: string; readonly message: string } | null;
}

/** Runs one export of a night to its end. One that fails, or that an operator cancels, does not end the others. */
export async function runNightExport(
  workflowId: string,
  { from, to, units, request }: NightGroup,
): Promise<EndedExport> {
  const told = { workflowId, from, to, units: units.length };
  try {
    const result = await executeChild<typeof historyExport>('historyExport', {
      workflowId,
      args: [request],
      staticSummary: `${request.datasets?.join(' and ') ?? ''} of ${units.length} units, ${from} to ${to}`,
      // A night that is terminated must not leave an export half way: cancelled, its windows end whole or not at all.
      parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
    });
    return { told: { ...told, status: result.status, windows: result.windows, problem: null }, result, failure: null };
  } catch (error) {
    if (isCancellation(error)) {
      if (CancellationScope.current().consideredCancelled) throw error;
      const problem = 'it was cancelled; the next night loads what is missing';
      return { told: { ...told, status: 'cancelled', windows: 0, problem }, result: null, failure: null };
    }
    const found = applicationFailure(error);
    const failure = {
      name: found?.type ?? 'Transient',
      message: (found?.message ?? (error instanceof Error ? error.message : String(error))).slice(0, 2000),
    };
    return { told: { ...told, status: 'failed', windows: 0, problem: failure.message }, result: null, failure };
  }
}
