import type { HistoryExportInput } from './historyExportInput.js';

/** What there is to tell of an export that runs; the shape of the query `progress`. */
export interface ProgressFacts {
  readonly windows: {
    readonly total: number;
    readonly done: number;
    readonly running: number;
    readonly failed: number;
  };
  readonly rows: Readonly<Record<string, number>>;
  readonly calls: number;
  readonly paused: { readonly reason: string; readonly since: string } | null;
  readonly gates: readonly { readonly family: string; readonly until: string; readonly why: string }[];
  readonly eta: string | null;
}

/** Progress as markdown, for the details panel of the Temporal UI. Text from outside is fenced, so that it cannot be markup. */
export function describeProgress(request: HistoryExportInput, progress: ProgressFacts): string {
  const { windows } = progress;
  const lines = [
    `**${request.datasets.join(' and ')}, ${request.from} to ${request.to} (exclusive)**`,
    '',
    `${windows.done} of ${windows.total} windows done, ${windows.running} running, ${windows.failed} with gaps · ${progress.calls} API calls`,
    '',
    ...Object.entries(progress.rows).map(([table, rows]) => `- ${table}: ${rows.toLocaleString('en')} rows`),
  ];
  if (progress.paused)
    lines.push('', `Paused since ${progress.paused.since}:`, '```', fenced(progress.paused.reason), '```');
  if (progress.eta) lines.push('', `Expected to end at ${progress.eta}.`);
  return lines.join('\n');
}

function fenced(text: string): string {
  return text.replaceAll('```', "'''").slice(0, 1000);
}
