import { allHandlersFinished, condition, continueAsNew, workflowInfo } from '@temporalio/workflow';
import type { z } from 'zod';
import { ExportState } from '../src/domain/exportState.js';
import { HistoryExportInput } from '../src/domain/historyExportInput.js';
import type { HistoryExportResult } from '../src/domain/historyExportResult.js';
import { ExportRun } from './exportRun.js';
import { parseOrFail } from './failedWith.js';

/**
 * Events after which a run hands over to the next at the end of a page. A page of a hundred windows makes about 600, and several times
 * that when its windows are halved or were another export's: so each page but a small one begins with an empty history.
 */
const EVENTS_A_RUN = 400;

/**
 * Exports years of history: plans windows, runs them as children, and seals what they did.
 *
 * One bad window never fails the export: it ends `completeWithGaps`. Causes that are not a window's pause the whole export, which
 * says why in `progress` and goes on by itself. Continues as new between pages of the plan; `continued` is what it tells itself.
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
  const state = await run.begin();
  while (state.page < state.plan.pages) {
    await run.runPage();
    const { historyLength, continueAsNewSuggested } = workflowInfo();
    if (state.page < state.plan.pages && (historyLength > EVENTS_A_RUN || continueAsNewSuggested)) {
      await condition(allHandlersFinished);
      await continueAsNew<typeof historyExport>(raw, state);
    }
  }
  return await run.end();
}
