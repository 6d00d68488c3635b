import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { PostgresConfig } from '../../config/storageConfig.js';
import { duckdbVersion, writeParquet } from '../duckdb/duckdbParquet.js';
import type { MonthDigest, ParquetPart, ParquetSnapshot, ParquetSource } from '../parquetSource.js';
import { monthDates, partCondition } from '../parquetSql.js';
import { StagingDatabases } from '../staging/stagingDatabases.js';
import { custodyHead } from './custody.js';
import { PostgresDatabase } from './postgresDatabase.js';
import type { Session } from './session.js';

/** Stands for NULL in what is copied: a text that is the same comes in quotes, and stays a text. */
const NULL_TEXT = '\\N';

/**
 * A Postgres warehouse as a source of Parquet files: rows are copied out month by month and written by a DuckDB in memory, so that the
 * same rows make the same bytes as from the embedded warehouse.
 *
 * @param options.tempDirectory a directory of this machine with room for one month of the largest table, as text.
 */
export function openPostgresParquet(
  config: PostgresConfig,
  options: { readonly tempDirectory: string; readonly log?: (message: string) => void },
): ParquetSource {
  const { tempDirectory, log } = options;
  const database = new PostgresDatabase(config, { connections: 1, log });
  const staging = new StagingDatabases({ memory: config.memory, tempDirectory, atOnce: 1 });
  return {
    location: database.location,
    read: async (use) => {
      await mkdir(tempDirectory, { recursive: true, mode: 0o700 });
      const scratch = await mkdtemp(join(tempDirectory, 'publish-'));
      try {
        return await staging.use(Number.POSITIVE_INFINITY, (connection) =>
          database.read(async (session) => use(await snapshotOf(session, connection, scratch))),
        );
      } finally {
        await rm(scratch, { recursive: true, force: true });
      }
    },
    release: async () => {
      await Promise.all([staging.release(), database.release()]);
    },
  };
}

async function snapshotOf(session: Session, duckdb: DuckDBConnection, scratch: string): Promise<ParquetSnapshot> {
  return {
    writtenBy: await duckdbVersion(duckdb),
    chainHead: () => custodyHead(session),
    seal: async (path) =>
      (await session.row<{ path: string; sha256: string }>(
        `SELECT path, sha256 FROM custody_seal WHERE chain_seq IS NOT NULL AND ($1::text IS NULL OR path = $1)
         ORDER BY chain_seq DESC, path COLLATE "C" LIMIT 1`,
        [path ?? null],
      )) ?? null,
    months: async () => {
      const months = `SELECT DISTINCT to_char(local_date, 'YYYY-MM') AS month FROM coverage ORDER BY month`;
      return (await session.rows<{ month: string }>(months)).map(({ month }) => month);
    },
    digests: (month) => digests(session, month),
    write: (part, file) => write(session, duckdb, part, { copied: join(scratch, 'part.csv'), file }),
  };
}

async function write(
  session: Session,
  duckdb: DuckDBConnection,
  part: ParquetPart,
  { copied, file }: { readonly copied: string; readonly file: string },
): Promise<number> {
  const { table, columns } = part.table;
  const names = columns.map(([name]) => `"${name}"`).join(', ');
  await rm(copied, { force: true });
  await session.copyToFile(
    `COPY (SELECT ${names} FROM ${table} WHERE ${partCondition(part)}) TO STDOUT (FORMAT csv, NULL '${NULL_TEXT}')`,
    copied,
  );
  const types = columns.map(([name, type]) => `'${name}': '${type}'`);
  const rows = `read_csv('${copied.replaceAll("'", "''")}', header = false, auto_detect = false, delim = ',', quote = '"',
    escape = '"', nullstr = '${NULL_TEXT}', allow_quoted_nulls = false, columns = {${types.join(', ')}})`;
  return await writeParquet(duckdb, part, rows, file);
}

async function digests(session: Session, month: string): Promise<MonthDigest[]> {
  const { from, to } = monthDates(month);
  const digest = (values: string, order: string): string =>
    `encode(sha256(convert_to(string_agg(concat_ws('|', ${values}), chr(10) ORDER BY ${order}), 'UTF8')), 'hex')`;
  const key = 'management_unit_id COLLATE "C", local_date';
  return await session.rows<MonthDigest>(
    `SELECT dataset AS "of", ${digest(`management_unit_id, local_date, coalesce(sha256, seal, ''), "rows"`, key)} AS digest
     FROM coverage LEFT JOIN custody_seal ON custody_seal.path = coverage.seal
     WHERE local_date >= $1::date AND local_date < $2::date GROUP BY dataset
     UNION ALL
     SELECT 'coverage', ${digest(
       `dataset, management_unit_id, local_date, state, coverage.window_id, coalesce(seal, ''), "rows",
        coalesce(requested_at::text, ''), coalesce(reason, '')`,
       `dataset COLLATE "C", ${key}`,
     )}
     FROM coverage WHERE local_date >= $1::date AND local_date < $2::date HAVING count(*) > 0`,
    [from, to],
  );
}
