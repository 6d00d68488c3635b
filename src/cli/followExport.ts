import type { Client } from '@temporalio/client';
import type { HistoryExportResult } from '../domain/historyExportResult.js';
import type { ExportProgress } from '../domain/exportProgress.js';
import { duration, progressText } from './progressText.js';
import { createStatusLine } from './statusLine.js';

const ASK_EVERY_MS = 1000;

/** Shows an export's progress until it ends. An unanswered question (a worker restarts) only leaves the line as it was. */
export async function followExport(client: Client, workflowId: string): Promise<HistoryExportResult> {
  const handle = client.workflow.getHandle(workflowId);
  const status = createStatusLine();
  const startedAt = Date.now();
  const shown = { text: 'starting' };
  const ask = async (): Promise<void> => {
    try {
      shown.text = progressText(await handle.query<ExportProgress>('progress'), Date.now());
    } catch {
      // No worker answered in time; the next question may be.
    }
    status.show(`${duration(Date.now() - startedAt)}: ${shown.text}`);
  };
  const timer = setInterval(() => void ask(), ASK_EVERY_MS);
  try {
    return (await handle.result()) as HistoryExportResult;
  } finally {
    clearInterval(timer);
    status.end();
  }
}
