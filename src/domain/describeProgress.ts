import type { ExportProgress } from './exportProgress.js';
import { describeChanges } from './rowChanges.js';
import { describeRange, type HistoryExportInput } from './historyExportInput.js';

/** Progress as markdown, for the details panel of the Temporal UI. Text from outside is fenced, so that it cannot be markup. */
export function describeProgress(request: HistoryExportInput, progress: ExportProgress): string {
  const { windows } = progress;
  const lines = [
    `**${request.datasets.join(' and ')}, ${describeRange(request)} (exclusive)**`,
    '',
    `${windows.done} of ${windows.total} windows done, ${windows.running} running, ${windows.failed} with gaps · ${progress.calls} API calls`,
    '',
    ...Object.entries(progress.rows).map(([table, rows]) => `- ${table}: ${rows.toLocaleString('en')} rows`),
  ];
  const changes = describeChanges(progress.changes ?? {});
  if (changes !== null) lines.push('', changes);
  if (progress.paused)
    lines.push('', `Paused since ${progress.paused.since}:`, '```', fenced(progress.paused.reason), '```');
  if (progress.eta) lines.push('', `Expected to end at ${progress.eta}.`);
  return lines.join('\n');
}

function fenced(text: string): string {
  return text.replaceAll('```', "'''").slice(0, 1000);
}
