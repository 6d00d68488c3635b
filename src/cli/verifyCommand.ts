import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { loadConfig } from '../config/loadConfig.js';
import { verify } from '../custody/verify.js';
import { isFailure } from '../domain/failure.js';
import { openFileStore } from '../objects/fileStore.js';
import type { VerifyReport } from '../custody/verifyReport.js';
import { EXIT } from './output.js';
import { runCommand } from './runCommand.js';
import { createStatusLine } from './statusLine.js';
import { openDuckdbWarehouse } from '../warehouse/duckdb/openDuckdbWarehouse.js';

interface VerifyOptions {
  head?: string;
  json?: boolean;
}

/** How long to wait for a worker to let go of the warehouse: it does so a few seconds after its last load. */
const WAIT_FOR_WAREHOUSE_MS = 15_000;

/** `rosterline verify`: recomputes every hash and recounts every day. */
export function addVerifyCommand(program: Command): void {
  program
    .command('verify')
    .description('prove that the objects and the warehouse are what the chain of seals says')
    .option('--head <sha256>', 'head that you noted; shows a chain whose end was cut off')
    .option('--json', 'the report as JSON')
    .action(async (options: VerifyOptions) => {
      await runCommand(options.json ?? false, async (output) => {
        const config = loadConfig(process.env, process.cwd());
        const report = await verifyStores(
          { objects: config.objects.directory, warehouse: config.warehouse },
          options.head,
        );
        for (const line of describeReport(report)) output.say(line);
        output.result(report);
        return report.ok ? EXIT.done : EXIT.failed;
      });
    });
}

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
    `${report.ok ? 'verified' : 'NOT verified'}: ${report.windows} windows, ${report.objects} objects, ${(report.bytes / 1e6).toFixed(1)} MB`,
  );
  if (report.differences.count > 0)
    lines.push(`${report.differences.count} rows differ from Genesys's published adherence formula by over 0.1 point`);
  return lines;
}
