import { allHandlersFinished, CancellationScope, condition, continueAsNew } from '@temporalio/workflow';
import type { z } from 'zod';
import { ExportState } from '../src/domain/exportState.js';
import { HistoryExportInput } from '../src/domain/historyExportInput.js';
import type { HistoryExportResult } from '../src/domain/historyExportResult.js';
import { ExportRun } from './exportRun.js';
import { parseOrFail } from './failedWith.js';

/**
 * Exports years of history: plans windows, runs them as children, and seals what they did.
 *
 * One bad window never fails the export: it ends `completeWithGaps`. Causes that are not a window's pause the whole export, which
 * says why in `progress` and goes on by itself. Continues as new before its history grows long; `continued` is what it tells itself.
 *
 * Cancelled, it leaves no window half loaded and no day marked that it did not bring; the same export started again goes on.
 *
 * @throws ApplicationFailure `InvalidInput` with path and reason: before anything was asked of Genesys, or after its structure was
 *   read (a unit that does not exist, a day that is not over).
 */
export async function historyExport(
  raw: z.input<typeof HistoryExportInput>,
  continued?: ExportState,
): Promise<HistoryExportResult> {
  const request = parseOrFail(HistoryExportInput, raw);
  const run = new ExportRun(request, continued && parseOrFail(ExportState, continued));
  try {
    const state = await run.begin();
    if (!(await run.runWindows())) {
      await condition(allHandlersFinished);
      await continueAsNew<typeof historyExport>(raw, state);
    }
    return await run.end();
  } catch (error) {
    if (CancellationScope.current().consideredCancelled) await CancellationScope.nonCancellable(() => run.abandon());
    throw error;
  }
}
