import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ParquetSnapshot } from '../warehouse/parquetSource.js';
import type { PublishedTable } from '../warehouse/publishedTables.js';
import { publishedPath } from './publishedPath.js';
import type { ManifestTable, PublishedPartition } from './publishManifest.js';

/** Written into fingerprints: raised when the same rows are to become other files. */
const FORMAT = 1;

/** A finished file on its way. */
export interface StagedFile {
  readonly localFile: string;
  readonly path: string;
  readonly sha256: string;
}

/** A partition that got a new file. */
export interface WrittenPartition {
  readonly table: string;
  readonly month: string | null;
  readonly rows: number;
  readonly bytes: number;
}

/** What the tables of one publish share. */
export interface TableWork {
  readonly snapshot: ParquetSnapshot;
  readonly scratchDirectory: string;
  /** Bytes of each file that is in the place already. */
  readonly there: ReadonlyMap<string, number>;
  readonly months: readonly string[];
  /** By what they are of and month: `adherence 2025-03`. */
  readonly digests: ReadonlyMap<string, string>;
  /** Filled with what is to be put into the place. */
  readonly staged: StagedFile[];
  readonly written: WrittenPartition[];
}

export interface TableRequest {
  readonly since: string | null;
  readonly full: boolean;
  onPartition(partition: { readonly table: string; readonly month: string | null }): void;
}

/**
 * Brings one table's partitions up to date, month by month: memory is that of the largest month's sort.
 *
 * @param before the table as it is published now, or null.
 */
export async function publishTable(
  work: TableWork,
  table: PublishedTable,
  before: ManifestTable | null,
  request: TableRequest,
): Promise<ManifestTable> {
  const { since } = request;
  const isOld = (month: string | null): boolean => month !== null && since !== null && month < since;
  const partitions = before?.partitions.filter(({ month }) => isOld(month)) ?? [];
  for (const month of table.monthly ? work.months : [null]) {
    if (isOld(month)) continue;
    request.onPartition({ table: table.table, month });
    const published = before?.partitions.find((partition) => partition.month === month) ?? null;
    const partition = await publishPartition(work, { table, month }, published, request.full);
    if (partition) partitions.push(partition);
  }
  return {
    columns: table.columns.map(([name, type]) => ({ name, type })),
    sortedBy: [...table.sortedBy],
    partitionedBy: table.monthly ? 'month' : null,
    rows: partitions.reduce((sum, { rows }) => sum + rows, 0),
    partitions,
  };
}

async function publishPartition(
  work: TableWork,
  part: { readonly table: PublishedTable; readonly month: string | null },
  before: PublishedPartition | null,
  full: boolean,
): Promise<PublishedPartition | null> {
  const { table, month } = part;
  const digest = month === null ? null : work.digests.get(`${table.dataset ?? table.table} ${month}`);
  // Every row's day has coverage: without it there is no row.
  if (digest === undefined && !full) return null;
  const fingerprint = month === null ? null : fingerprintOf(table, digest ?? '', work.snapshot.writtenBy);
  const isThere = ({ path, bytes }: { path: string; bytes: number }): boolean => work.there.get(path) === bytes;
  if (!full && before && fingerprint !== null && before.fingerprint === fingerprint && before.files.every(isThere))
    return before;

  const localFile = join(work.scratchDirectory, `${work.staged.length}-${table.table}.parquet`);
  const rows = await work.snapshot.write(part, localFile);
  const { sha256, bytes } = await digestOf(localFile);
  const file = { path: publishedPath(table.table, month, sha256), rows, bytes, sha256 };
  const wasThere = !full && before?.files.some(({ path }) => path === file.path) === true && isThere(file);
  if (rows === 0 || wasThere) {
    await rm(localFile);
  } else {
    work.staged.push({ localFile, path: file.path, sha256 });
    work.written.push({ table: table.table, month, rows, bytes });
  }
  return { month, rows, fingerprint, files: rows === 0 ? [] : [file] };
}

function fingerprintOf({ columns, sortedBy }: PublishedTable, digest: string, writtenBy: string): string {
  const facts = JSON.stringify([FORMAT, writtenBy, columns, sortedBy, digest]);
  return createHash('sha256').update(facts).digest('hex');
}

async function digestOf(file: string): Promise<{ sha256: string; bytes: number }> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(file)) {
    const part = chunk as Buffer;
    hash.update(part);
    bytes += part.length;
  }
  return { sha256: hash.digest('hex'), bytes };
}
