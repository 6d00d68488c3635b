import { existsSync } from 'node:fs';
import { verify } from '../custody/verify.js';
import type { VerifyReport } from '../custody/verifyReport.js';
import { isFailure } from '../domain/failure.js';
import { openFileStore } from '../objects/fileStore.js';
import { openDuckdbWarehouse } from '../warehouse/duckdb/openDuckdbWarehouse.js';
import { createStatusLine } from './statusLine.js';

/** How long to wait for a worker to let go of the warehouse: it does so a few seconds after its last load. */
const WAIT_FOR_WAREHOUSE_MS = 15_000;

/** Verifies a directory of objects against a warehouse, waiting a little where a worker holds it. */
export async function verifyStores(
  stores: { objects: string; warehouse: { path: string; memory: string } },
  head?: string,
): Promise<VerifyReport> {
  // Opening a file that is not there would make one: without a warehouse the objects alone are verified.
  const warehouse = existsSync(stores.warehouse.path)
    ? openDuckdbWarehouse({ ...stores.warehouse, tempDirectory: `${stores.warehouse.path}.tmp` })
    : null;
  const status = createStatusLine();
  const giveUpAt = Date.now() + WAIT_FOR_WAREHOUSE_MS;
  try {
    for (;;) {
      try {
        return await verify({
          store: openFileStore({ directory: stores.objects, readOnly: true }),
          facts: warehouse,
          ...(head === undefined ? {} : { expectedHead: head }),
          onProgress: ({ objects, bytes }) =>
            status.show(`verified ${objects} objects, ${(bytes / 1e6).toFixed(1)} MB`),
        });
      } catch (error) {
        if (!isFailure(error, 'Blocked') || Date.now() > giveUpAt) throw error;
        status.show(`waiting for the warehouse: ${error.message}`);
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
    }
  } finally {
    status.end();
    await warehouse?.release();
  }
}

/** A report in a few lines, the broken things first. */
export function describeReport(report: VerifyReport): string[] {
  const lines = report.broken.map(
    ({ kind, windowId, object, expected, actual }) =>
      `${kind}: ${object}${windowId === null ? '' : ` of ${windowId}`} (expected ${expected ?? 'nothing'}, found ${actual ?? 'nothing'})`,
  );
  lines.push(
    `${report.ok ? 'verified' : 'NOT verified'}: ${report.windows} windows, ${report.rounds > 0 ? `${report.rounds} rounds, ` : ''}${report.objects} objects, ${(report.bytes / 1e6).toFixed(1)} MB`,
  );
  if (report.differences.count > 0)
    lines.push(`${report.differences.count} rows differ from Genesys's published adherence formula by over 0.1 point`);
  return lines;
}
