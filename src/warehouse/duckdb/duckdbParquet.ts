import { dirname } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { Failure } from '../../domain/failure.js';
import type { MonthDigest, ParquetPart, ParquetSnapshot, ParquetSource } from '../parquetSource.js';
import { monthDates, partCondition, writeParquetSql } from '../parquetSql.js';
import { isDiskFull } from './duckdbFailure.js';
import { duckdbFile } from './duckdbFile.js';
import type { DuckdbWarehouseOptions } from './openDuckdbWarehouse.js';
import { inTransaction, rowOf, rowsOf } from './rows.js';

/**
 * The embedded warehouse as a source of Parquet files.
 *
 * Holds the file while it reads: a worker that has to load meanwhile waits, as for any other program that has it open.
 */
export function openDuckdbParquet(options: DuckdbWarehouseOptions): ParquetSource {
  const file = duckdbFile({ ...options, memory: options.memory ?? '256MB', idleReleaseMs: options.idleReleaseMs ?? 0 });
  return {
    location: file.path,
    // As a load of any size: every thread, and all the memory that the settings allow.
    read: (use) =>
      file.load(Number.POSITIVE_INFINITY, (connection) =>
        inTransaction(connection, async () => use(await snapshotOf(connection)), 'BEGIN TRANSACTION READ ONLY'),
      ),
    release: () => file.release(),
  };
}

async function snapshotOf(connection: DuckDBConnection): Promise<ParquetSnapshot> {
  return {
    writtenBy: await duckdbVersion(connection),
    chainHead: async () =>
      (await rowOf<{ seq: number; sha256: string }>(connection, 'SELECT seq, sha256 FROM custody_head')) ?? null,
    seal: async (path) =>
      (await rowOf<{ path: string; sha256: string }>(
        connection,
        `SELECT path, sha256 FROM custody_seal WHERE chain_seq IS NOT NULL AND (? IS NULL OR path = ?)
         ORDER BY chain_seq DESC, path LIMIT 1`,
        [path ?? null, path ?? null],
      )) ?? null,
    months: async () => {
      const months = `SELECT DISTINCT strftime(local_date, '%Y-%m') AS month FROM coverage ORDER BY month`;
      return (await rowsOf<{ month: string }>(connection, months)).map(({ month }) => month);
    },
    digests: (month) => digests(connection, month),
    write: async (part, file) => {
      const rows = `(SELECT * FROM ${part.table.table} WHERE ${partCondition(part)})`;
      return await writeParquet(connection, part, rows, file);
    },
  };
}

/** Version of the engine that writes, as it writes it into each file. */
export async function duckdbVersion(connection: DuckDBConnection): Promise<string> {
  const found = await rowOf<{ version: string }>(connection, 'SELECT version() AS version');
  return `DuckDB ${found?.version ?? ''}`;
}

/** Writes a part's rows, from wherever in this DuckDB they are. @returns how many. */
export async function writeParquet(
  connection: DuckDBConnection,
  part: ParquetPart,
  rows: string,
  file: string,
): Promise<number> {
  try {
    const written = await rowOf<{ Count: number }>(connection, writeParquetSql(part, rows, file));
    return written?.Count ?? 0;
  } catch (error) {
    if (!isDiskFull(error)) throw error;
    const message = `the disk under ${dirname(file)} is full; free some space and run this again. What was published before is as it was`;
    throw new Failure('Blocked', message, {}, { cause: error });
  }
}

async function digests(connection: DuckDBConnection, month: string): Promise<MonthDigest[]> {
  const { from, to } = monthDates(month);
  const ofMonth = 'local_date >= CAST(? AS DATE) AND local_date < CAST(? AS DATE)';
  return await rowsOf<MonthDigest>(
    connection,
    `SELECT dataset AS "of", sha256(string_agg(concat_ws('|', management_unit_id, local_date, coalesce(sha256, seal, ''), "rows"),
         chr(10) ORDER BY management_unit_id, local_date)) AS digest
     FROM coverage LEFT JOIN custody_seal ON custody_seal.path = coverage.seal WHERE ${ofMonth} GROUP BY dataset
     UNION ALL
     SELECT 'coverage', sha256(string_agg(concat_ws('|', dataset, management_unit_id, local_date, state, coverage.window_id,
         coalesce(seal, ''), "rows", coalesce(CAST(requested_at AS VARCHAR), ''), coalesce(reason, '')),
         chr(10) ORDER BY dataset, management_unit_id, local_date))
     FROM coverage WHERE ${ofMonth} HAVING count(*) > 0`,
    [from, to, from, to],
  );
}
