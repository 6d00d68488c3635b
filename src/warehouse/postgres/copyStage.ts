import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { TableLoad } from '../../domain/datasetLoad.js';
import type { LocalDate } from '../../domain/exportWindow.js';
import { rowsOf } from '../duckdb/rows.js';
import { contentsSql } from '../rowContents.js';
import { stagedColumns } from '../staging/stagedColumns.js';
import type { StagedTable } from '../staging/stageWindow.js';
import type { Session } from './session.js';

/** A staged table in temporary tables of the transaction. */
export interface CopiedTable {
  readonly load: TableLoad;
  /** Name of the temporary table with the rows to load: the staged columns and `landing_sha256`. */
  readonly stage: string;
  readonly columns: readonly string[];
  /** Name of the temporary table with the keys (and `DAY_OF_INTERVAL`) of rows that belong to another unit; null where there are none. */
  readonly othersKeys: string | null;
  /** What the rows to load hold, by local date: see `contentsSql`. */
  readonly contents: ReadonlyMap<LocalDate, string>;
}

/** What is told beside the key of an interval that belongs to another unit. */
export const DAY_OF_INTERVAL: readonly string[] = ['interval_end', 'local_date'];

/** What DuckDB writes once and the server reads once; NULL is nothing between two commas, an empty text is two quotes. */
const CSV = '(FORMAT csv, HEADER false)';

/** Writes a staged table to files, and returns what copies them to the server: that may run while DuckDB goes on. */
export async function writeStage(
  staging: DuckDBConnection,
  { load, stage, left }: StagedTable,
  scratch: string,
): Promise<{ copied: CopiedTable; copy: (session: Session) => Promise<void> }> {
  const columns = [...(await stagedColumns(staging, stage)), 'landing_sha256'];
  const others = left.has('otherUnit');
  const files = { rows: join(scratch, `${stage}.csv`), others: join(scratch, `${stage}_others.csv`) };
  await staging.run(
    `COPY (SELECT ${columns.map((column) => (column === 'landing_sha256' ? 'landing' : column)).join(', ')} FROM ${stage}
       WHERE left_because IS NULL) TO '${quoted(files.rows)}' ${CSV}`,
  );
  const othersColumns = [...load.key, ...(load.intervals ? DAY_OF_INTERVAL : [])];
  if (others) {
    await staging.run(
      `COPY (SELECT ${othersColumns.join(', ')} FROM ${stage} WHERE left_because = 'otherUnit') TO '${quoted(files.others)}' ${CSV}`,
    );
  }
  const contents = await stagedContents(staging, load, stage);
  const copied = { load, stage, columns, othersKeys: others ? `${stage}_others` : null, contents };
  return {
    copied,
    copy: async (session) => {
      await copyInto(session, stage, load.table, columns, files.rows);
      if (copied.othersKeys !== null)
        await copyInto(session, copied.othersKeys, load.table, othersColumns, files.others);
    },
  };
}

async function copyInto(
  session: Session,
  stage: string,
  table: string,
  columns: readonly string[],
  file: string,
): Promise<void> {
  const list = columns.join(', ');
  await session.run(`CREATE TEMP TABLE ${stage} ON COMMIT DROP AS SELECT ${list} FROM ${table} WITH NO DATA`);
  await session.copyFromFile(`COPY ${stage} (${list}) FROM STDIN (FORMAT csv)`, file);
  await rm(file);
}

/** Summed here, while the server copies: there it would take as long as writing the rows does. */
async function stagedContents(
  staging: DuckDBConnection,
  { table }: TableLoad,
  stage: string,
): Promise<Map<LocalDate, string>> {
  const found = await rowsOf<{ localDate: LocalDate; contents: string }>(
    staging,
    `SELECT local_date AS "localDate", ${contentsSql('duckdb', table, 'it')} AS contents
     FROM (SELECT *, landing AS landing_sha256 FROM ${stage} WHERE left_because IS NULL) AS it GROUP BY ALL`,
  );
  return new Map(found.map(({ localDate, contents }) => [localDate, contents]));
}

function quoted(text: string): string {
  return text.replaceAll("'", "''");
}
