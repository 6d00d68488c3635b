import { verify } from '../custody/verify.js';
import type { VerifyReport } from '../custody/verifyReport.js';
import { isFailure } from '../domain/failure.js';
import { type ObjectsSettings, openObjects } from '../temporal/openObjects.js';
import { openExistingWarehouse, type WarehouseSettings } from '../temporal/openWarehouse.js';
import { createStatusLine } from './statusLine.js';

/** How long to wait for a worker to let go of the warehouse: it does so a few seconds after its last load. */
const WAIT_FOR_WAREHOUSE_MS = 15_000;

/** Verifies objects against a warehouse, waiting a little where a worker holds it. */
export async function verifyStores(stores: ObjectsSettings & WarehouseSettings, head?: string): Promise<VerifyReport> {
  // Without a warehouse the objects alone are verified.
  const warehouse = openExistingWarehouse(stores, 'verify');
  const status = createStatusLine();
  const giveUpAt = Date.now() + WAIT_FOR_WAREHOUSE_MS;
  try {
    for (;;) {
      try {
        return await verify({
          store: openObjects(stores, { readOnly: true }),
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
