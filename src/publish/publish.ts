import { Failure } from '../domain/failure.js';
import type { ParquetSnapshot, ParquetSource } from '../warehouse/parquetSource.js';
import { publishedTables } from '../warehouse/publishedTables.js';
import type { PublishDestination } from './publishDestination.js';
import {
  filesOf,
  MANIFEST,
  type ManifestTable,
  manifestText,
  type PublishManifest,
  readManifest,
} from './publishManifest.js';
import { publishTable, type StagedFile, type WrittenPartition } from './publishTable.js';

/** What to publish. */
export interface PublishRequest {
  /** Tables to look at; others stay as they are published. Null for all. */
  readonly tables: readonly string[] | null;
  /** First month to look at, `yyyy-MM`; earlier ones stay as they are published. Null for all. */
  readonly since: string | null;
  /** Writes every partition anew, whatever is known of it. */
  readonly full: boolean;
  /** Whether agents' names are published. */
  readonly names: boolean;
}

/** What a publish came to. */
export interface PublishReport {
  readonly to: string;
  readonly manifest: string;
  /** When what readers see now was published; an earlier publish's instant where nothing changed. */
  readonly publishedAt: string;
  /** Whether the manifest is a new one. */
  readonly changed: boolean;
  readonly tables: Readonly<Record<string, { readonly rows: number; readonly partitions: number }>>;
  readonly rows: number;
  readonly bytes: number;
  readonly written: readonly WrittenPartition[];
  /** Partitions whose bytes stayed. */
  readonly unchanged: number;
  /** Partitions that have no rows any more, `<table>/month=<yyyy-MM>`. */
  readonly removed: readonly string[];
  readonly chainHead: { readonly seq: number; readonly sha256: string } | null;
}

export interface PublishOptions {
  readonly source: ParquetSource;
  readonly destination: PublishDestination;
  readonly request: PublishRequest;
  /** ISO 8601 UTC. */
  readonly now: string;
  onProgress?(partition: { readonly table: string; readonly month: string | null; readonly written: number }): void;
}

/**
 * Publishes the warehouse's tables as Parquet files beside a manifest; only partitions that changed are written.
 *
 * Files are named by their content and the manifest is replaced last, so that it names, at any instant and after any crash, the old
 * state whole or the new one. Old files are removed after it, and so is what an earlier publish left behind when it was killed.
 *
 * @throws Failure `InvalidInput` when what is there was published from another warehouse; `Blocked` when source or place cannot be used;
 *   `Conflict` when another publish was faster. What was published before is as it was.
 */
export async function publish(options: PublishOptions): Promise<PublishReport> {
  const { source, destination, request, now } = options;
  const previous =
    destination.manifest === null ? null : readManifest(destination.manifest, `${MANIFEST} in ${destination.location}`);
  const there = new Map((await destination.list()).map(({ path, bytes }) => [path, bytes]));
  const staged: StagedFile[] = [];
  const written: WrittenPartition[] = [];
  const manifest = await source.read(async (snapshot) => {
    // Of the tables that are not looked at, another warehouse's would stay.
    if (!request.full || request.tables !== null) await refuseOtherWarehouse(snapshot, previous, destination.location);
    const months = await snapshot.months();
    const digests = new Map<string, string>();
    for (const month of months)
      for (const { of, digest } of await snapshot.digests(month)) digests.set(`${of} ${month}`, digest);
    const tables: Record<string, ManifestTable> = {};
    for (const table of publishedTables(request)) {
      const before = previous?.tables[table.table] ?? null;
      if (request.tables !== null && !request.tables.includes(table.table)) {
        if (before !== null) tables[table.table] = before;
        continue;
      }
      tables[table.table] = await publishTable(
        { snapshot, scratchDirectory: destination.scratchDirectory, there, months, digests, staged, written },
        table,
        before,
        { ...request, onPartition: (partition) => options.onProgress?.({ ...partition, written: written.length }) },
      );
    }
    return await manifestOf(snapshot, tables, now);
  });

  const changed =
    previous === null || manifestText({ ...manifest, publishedAt: previous.publishedAt }) !== manifestText(previous);
  for (const file of staged) await destination.put(file);
  if (changed) await destination.commit(manifestText(manifest));
  const kept = new Set(filesOf(manifest).map(({ path }) => path));
  for (const path of there.keys()) if (!kept.has(path)) await destination.remove(path);
  return reportOf(destination, changed ? manifest : previous, previous, { written, changed });
}

/** Refuses to replace what another warehouse published, of which this one may have nothing. */
async function refuseOtherWarehouse(
  snapshot: ParquetSnapshot,
  previous: PublishManifest | null,
  location: string,
): Promise<void> {
  const known = previous?.source.newestSeal ?? null;
  if (known === null || (await snapshot.seal(known.path))?.sha256 === known.sha256) return;
  throw new Failure(
    'InvalidInput',
    `${location} was published from another warehouse: this one does not know its seal ${known.path}. Nothing was changed; publish to another place, or replace what is there with --full, all tables of it`,
  );
}

async function manifestOf(
  snapshot: ParquetSnapshot,
  tables: Record<string, ManifestTable>,
  publishedAt: string,
): Promise<PublishManifest> {
  return {
    v: 1,
    kind: 'rosterline-publish',
    publishedAt,
    writtenBy: snapshot.writtenBy,
    names: tables['agent']?.columns.some(({ name }) => name === 'name') ?? false,
    source: { chainHead: await snapshot.chainHead(), newestSeal: await snapshot.seal() },
    tables,
  };
}

function reportOf(
  { location, manifestLocation }: PublishDestination,
  manifest: PublishManifest,
  previous: PublishManifest | null,
  { written, changed }: Pick<PublishReport, 'written' | 'changed'>,
): PublishReport {
  const now = partitionsOf(manifest);
  const files = filesOf(manifest);
  return {
    to: location,
    manifest: manifestLocation,
    publishedAt: manifest.publishedAt,
    changed,
    tables: Object.fromEntries(
      Object.entries(manifest.tables).map(([table, { rows, partitions }]) => [
        table,
        { rows, partitions: partitions.filter(({ files: some }) => some.length > 0).length },
      ]),
    ),
    rows: files.reduce((sum, { rows }) => sum + rows, 0),
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    written,
    unchanged: now.length - written.length,
    removed: partitionsOf(previous).filter((partition) => !now.includes(partition)),
    chainHead: manifest.source.chainHead,
  };
}

function partitionsOf(manifest: PublishManifest | null): string[] {
  return Object.entries(manifest?.tables ?? {}).flatMap(([table, { partitions }]) =>
    partitions
      .filter(({ files }) => files.length > 0)
      .map(({ month }) => (month === null ? table : `${table}/month=${month}`)),
  );
}
