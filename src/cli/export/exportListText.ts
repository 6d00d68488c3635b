import { plain } from '../screenText.js';
import { progressText } from '../progressText.js';
import type { ListedExport } from './listedExport.js';

/** Two lines an export: which it is and how it stands, then how far it is or what came of it. */
export function exportListText(exports: readonly ListedExport[], nowMs: number): string[] {
  return exports.flatMap((listed) => [
    `${listed.workflowId}  ${stateText(listed)}${listed.summary === null ? '' : `: ${plain(listed.summary)}`}`,
    `    ${detailText(listed, nowMs)}`,
  ]);
}

/** How an export stands, in a word or three. */
export function stateText({ state, progress, result }: ListedExport): string {
  if (state === 'RUNNING') return progress?.paused ? 'paused' : 'running';
  if (result) return result.status === 'complete' ? 'complete' : 'complete with gaps';
  return state.toLowerCase().replaceAll('_', ' ');
}

function detailText({ state, progress, result, unknown, endedAt }: ListedExport, nowMs: number): string {
  if (progress) return progressText(progress, nowMs);
  if (result) {
    const rows = Object.values(result.rows).reduce((sum, count) => sum + count, 0);
    const gaps = result.gaps.length > 0 ? `, ${result.gaps.length} gaps` : '';
    return `ended ${endedAt}: ${result.windows} windows, ${rows.toLocaleString('en')} rows, ${result.calls.made} API calls${gaps}`;
  }
  if (state === 'RUNNING') return `how far it is cannot be said: ${unknown ?? 'no worker answers'}`;
  return `ended ${endedAt ?? 'at a time that is not known'}${unknown === null ? '' : `: ${plain(unknown)}`}`;
}
