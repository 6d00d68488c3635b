import type { DuckDBConnection } from '@duckdb/node-api';
import type { TableLoad } from '../../domain/datasetLoad.js';
import { windowId } from '../../domain/exportWindow.js';
import { Failure } from '../../domain/failure.js';
import type { WindowLoad } from '../warehouse.js';
import { rowOf, rowsOf } from './rows.js';

/** A table's rows of the answer, in a temporary table of this connection, each key once. */
export interface StagedTable {
  readonly load: TableLoad;
  /** Name of the temporary table; has `landing` and `left_because` beside the table's columns. */
  readonly stage: string;
  /** Rows to load and distinct users among them, by local date. */
  readonly days: ReadonlyMap<string, { rows: number; agents: number }>;
  /** Rows that stay in the landing, by why. */
  readonly left: ReadonlyMap<string, number>;
}

/** Parses the landings' lines into the temporary tables that `DatasetLoad` names. DuckDB parses; nothing runs row by row here. */
export async function stageLandings(connection: DuckDBConnection, load: WindowLoad): Promise<void> {
  const { window, days, seal } = load;
  // Two calls may bring the same bytes (two answers without anybody): one landing, read once.
  const landings = [...new Map(load.landings.map((landing) => [landing.sha256, landing])).values()];
  const columns = `landing VARCHAR, item BIGINT, position BIGINT, doc ${load.load.docType}`;
  if (landings.length === 0) await connection.run(`CREATE TEMP TABLE raw (${columns})`);
  else {
    await connection.run(
      `CREATE TEMP TABLE raw AS SELECT landing, item, position, doc FROM read_json([${landings
        .map((landing) => quoted(landing.ndjsonPath))
        .join(', ')}], format = 'newline_delimited', compression = 'uncompressed', columns = {
          landing: 'VARCHAR', item: 'BIGINT', position: 'BIGINT', doc: ${quoted(load.load.docType)}})`,
    );
  }
  const items = landings.flatMap(({ sha256, items: all }) => all.map((item) => ({ landing: sha256, ...item })));
  await connection.run(
    `CREATE TEMP TABLE item AS SELECT landing, item, base, "coveredUntil" AS covered_until, CAST(envelope AS JSON) AS envelope
     FROM (SELECT unnest(from_json(CAST(? AS JSON), '[{"landing":"VARCHAR","item":"BIGINT","base":"TIMESTAMPTZ",
       "coveredUntil":"TIMESTAMPTZ","envelope":"VARCHAR"}]'), recursive := true))`,
    [JSON.stringify(items)],
  );
  await connection.run(
    `CREATE TEMP TABLE asked AS SELECT CAST(? AS VARCHAR) AS window_id, CAST(? AS VARCHAR) AS management_unit_id,
       CAST(? AS VARCHAR) AS business_unit_id, CAST(? AS VARCHAR) AS time_zone, CAST(? AS TIMESTAMPTZ) AS start_at,
       CAST(? AS TIMESTAMPTZ) AS end_at, CAST(? AS VARCHAR) AS formula`,
    [
      windowId(window),
      window.managementUnitId,
      window.businessUnitId,
      window.timeZone,
      window.startAt,
      window.endAt,
      seal.settings['formula'] === undefined ? null : String(seal.settings['formula']),
    ],
  );
  await connection.run(
    `CREATE TEMP TABLE asked_day AS SELECT "localDate" AS local_date, "startAt" AS day_start, "endAt" AS day_end,
       "lengthSeconds" AS length_seconds
     FROM (SELECT unnest(from_json(CAST(? AS JSON), '[{"localDate":"DATE","startAt":"TIMESTAMPTZ","endAt":"TIMESTAMPTZ",
       "lengthSeconds":"BIGINT"}]'), recursive := true))`,
    [JSON.stringify(days)],
  );
}

/** @throws Failure `Corrupt` with the path of the first violation of the dataset's checks. */
export async function runChecks(connection: DuckDBConnection, load: WindowLoad): Promise<void> {
  for (const check of load.load.checks) {
    const violation = await rowOf<{ path: string; problem: string }>(connection, check.sql);
    if (!violation) continue;
    throw new Failure(
      'Corrupt',
      `${windowId(load.window)}: ${violation.path} ${violation.problem} in Genesys's answer. Nothing was loaded; the bytes are kept as received`,
    );
  }
}

/**
 * Computes a table's rows of the answer and makes each key unique among them.
 *
 * @throws Failure `Corrupt` when a key is there twice with different values.
 */
export async function stageTable(
  connection: DuckDBConnection,
  load: TableLoad,
  windowLoad: WindowLoad,
): Promise<StagedTable> {
  const stage = `stage_${load.table}`;
  await connection.run(`CREATE TEMP TABLE ${stage} AS ${load.rowsSql}`);
  const left = new Map<string, number>();
  for (const row of await rowsOf<{ why: string; rows: number }>(
    connection,
    `SELECT left_because AS why, count(*) AS "rows" FROM ${stage} WHERE left_because IS NOT NULL GROUP BY 1`,
  )) {
    left.set(row.why, row.rows);
  }

  if (await repeatedKey(connection, stage, load)) {
    const repeated = await dropRepeated(connection, stage);
    const key = await repeatedKey(connection, stage, load);
    if (key) {
      throw new Failure(
        'Corrupt',
        `${windowId(windowLoad.window)}: Genesys's answer has ${load.table} twice with different values for ${key}. Nothing was loaded; the bytes are kept as received`,
      );
    }
    left.set('repeated', repeated);
  }
  return { load, stage, left, days: await stagedDays(connection, stage) };
}

async function repeatedKey(connection: DuckDBConnection, stage: string, load: TableLoad): Promise<string | null> {
  const key = load.key.join(', ');
  const row = await rowOf(
    connection,
    `SELECT ${key} FROM ${stage} WHERE left_because IS NULL GROUP BY ${key} HAVING count(*) > 1 ORDER BY ALL LIMIT 1`,
  );
  return row ? Object.values(row).join(', ') : null;
}

/** Drops rows that are alike in everything but the landing they came in; returns how many. */
async function dropRepeated(connection: DuckDBConnection, stage: string): Promise<number> {
  const before = await countToLoad(connection, stage);
  await connection.run(
    `CREATE OR REPLACE TEMP TABLE ${stage} AS SELECT min(landing) AS landing, * EXCLUDE (landing) FROM ${stage}
     WHERE left_because IS NULL GROUP BY ALL`,
  );
  return before - (await countToLoad(connection, stage));
}

async function countToLoad(connection: DuckDBConnection, stage: string): Promise<number> {
  const row = await rowOf<{ rows: number }>(
    connection,
    `SELECT count(*) AS "rows" FROM ${stage} WHERE left_because IS NULL`,
  );
  return row?.rows ?? 0;
}

async function stagedDays(connection: DuckDBConnection, stage: string): Promise<StagedTable['days']> {
  const rows = await rowsOf<{ localDate: string; rows: number; agents: number }>(
    connection,
    `SELECT local_date AS "localDate", count(*) AS "rows", count(DISTINCT user_id) AS agents
     FROM ${stage} WHERE left_because IS NULL GROUP BY 1`,
  );
  return new Map(rows.map((row) => [row.localDate, row]));
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
