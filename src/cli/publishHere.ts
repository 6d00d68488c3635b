import { endAfter } from '../domain/endAfter.js';
import type { Config } from '../config/loadConfig.js';
import { publish, type PublishReport, type PublishRequest } from '../publish/publish.js';
import { openParquetSource } from '../temporal/openParquetSource.js';
import { openDestination } from '../temporal/openDestination.js';
import { createStatusLine } from './statusLine.js';
import { whenWarehouseFree } from './whenWarehouseFree.js';

/**
 * Publishes the configured warehouse to a place, waiting a little where a worker holds the warehouse.
 *
 * @throws Failure as `publish`; `InvalidInput` when there is no warehouse.
 */
export async function publishHere(config: Config, to: string, request: PublishRequest): Promise<PublishReport> {
  const source = openParquetSource(config);
  const status = createStatusLine();
  const publishing = async (): Promise<PublishReport> => {
    const destination = await openDestination(config, to);
    return await endAfter(
      () =>
        publish({
          source: {
            ...source,
            read: (use) =>
              whenWarehouseFree(
                (opened) =>
                  source.read((snapshot) => {
                    opened();
                    return use(snapshot);
                  }),
                (waiting) => status.show(waiting),
              ),
          },
          destination,
          request,
          now: new Date().toISOString(),
          onProgress: ({ table, month, written }) =>
            status.show(`publishing ${table}${month === null ? '' : ` of ${month}`}; ${written} files written so far`),
        }),
      () => destination.close(),
    );
  };
  return await endAfter(publishing, async () => {
    status.end();
    await source.release();
  });
}

/** What was published, in a few lines: the figures, what changed, where it is. */
export function describePublish(report: PublishReport): string[] {
  const { tables, rows, bytes, written, unchanged, removed, chainHead } = report;
  const names = Object.entries(tables).filter(([, table]) => table.rows > 0);
  const width = Math.max(0, ...names.map(([, table]) => table.rows.toLocaleString('en').length));
  const lines = names.map(
    ([name, table]) =>
      `  ${table.rows.toLocaleString('en').padStart(width)} rows in ${name}, ${plural(table.partitions, 'file')}`,
  );
  const newBytes = written.reduce((sum, file) => sum + file.bytes, 0);
  const changes = [
    `${plural(written.length, 'file')} written (${megabytes(newBytes)})`,
    `${unchanged.toLocaleString('en')} unchanged`,
    ...(removed.length > 0 ? [`${removed.length.toLocaleString('en')} removed: ${listed(removed)}`] : []),
  ];
  return [
    `published: ${rows.toLocaleString('en')} rows, ${megabytes(bytes)}; ${changes.join(', ')}`,
    ...lines,
    `manifest ${report.manifest}${chainHead ? `, of the chain up to entry ${chainHead.seq}` : ''}`,
  ];
}

function listed(partitions: readonly string[]): string {
  const more = partitions.length - 3;
  return `${partitions.slice(0, 3).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function plural(count: number, what: string): string {
  return `${count.toLocaleString('en')} ${what}${count === 1 ? '' : 's'}`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
