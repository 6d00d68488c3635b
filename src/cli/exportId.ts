import { canonicalBytes, sha256Hex } from '../custody/canonicalJson.js';
import type { HistoryExportInput } from '../domain/historyExportInput.js';

/** Workflow id of an export that was given none: the same request has the same id, so a second start attaches to the first. */
export function exportId(input: HistoryExportInput): string {
  return `historyExport/${sha256Hex(canonicalBytes(input)).slice(0, 12)}`;
}
