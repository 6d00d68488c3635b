import { sleep } from '@temporalio/workflow';
import type { ExportWindowInput, WindowResult } from '../../src/domain/exportSteps.js';
import { exportWindow as asItIs } from '../../workflows/exportWindow.js';

export { budgetKeeper } from '../../workflows/budgetKeeper.js';
export { historyExport } from '../../workflows/historyExport.js';

/** A window's workflow as somebody might change it without thinking of those that run: it begins with a pause. */
export async function exportWindow(raw: ExportWindowInput): Promise<WindowResult> {
  await sleep('1 second');
  return await asItIs(raw);
}
