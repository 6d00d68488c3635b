import type { DuckDBConnection } from '@duckdb/node-api';
import type { TableLoad } from '../../domain/datasetLoad.js';
import { windowId } from '../../domain/exportWindow.js';
import { Failure } from '../../domain/failure.js';
import type { WindowLoad } from '../warehouse.js';
import { rowOf, rowsOf } from '../duckdb/rows.js';

/** A table's rows of the answer, in a temporary table of this connection, each key to load once. */
export interface StagedTable {
  readonly load: TableLoad;
  /** Name of the temporary table; has `landing` and `left_because` beside the table's columns. */
  readonly stage: string;
  /** Rows to load, and distinct users among them where the table counts agents, by local date. */
  readonly days: ReadonlyMap<string, { rows: number; agents: number }>;
  /** Rows that stay in the landing, by why. */
  readonly left: ReadonlyMap<string, number>;
}

/** Each thread reads lines through a buffer of twice the longest; DuckDB's own choice would take 32 MB a thread. */
const SMALLEST_LINE_BUFFER_BYTES = 1024 * 1024;

/** What a warehouse elsewhere does in between. */
export interface StagingSteps {
  /** Before the SQL that may read the warehouse's own tables. */
  readonly beforeTables?: () => Promise<void>;
  /** After each table, the last of them first: those are the large ones, which take longest to copy elsewhere meanwhile. */
  readonly take?: (staged: StagedTable) => Promise<void>;
}

/**
 * Parses the answer, checks it, and computes the rows of each table that was asked for.
 *
 * The connection must have no temporary tables yet.
 *
 * @throws Failure `Corrupt` when a check fails or a key is there twice with different values.
 */
export async function stageWindow(
  connection: DuckDBConnection,
  load: WindowLoad,
  signal: AbortSignal | undefined,
  between: StagingSteps = {},
): Promise<StagedTable[]> {
  // An interrupt that falls between two statements stops neither.
  await stageLandings(connection, load);
  signal?.throwIfAborted();
  await runChecks(connection, load);
  await between.beforeTables?.();
  const staged: StagedTable[] = [];
  for (const table of load.load.tables.toReversed()) {
    if (table.onlyWhen !== undefined && load.seal.settings[table.onlyWhen] === false) continue;
    const one = await stageTable(connection, table, load);
    signal?.throwIfAborted();
    await between.take?.(one);
    staged.unshift(one);
  }
  return staged;
}

/** Parses the landings' lines into the temporary tables that `DatasetLoad` names. DuckDB parses; nothing runs row by row here. */
async function stageLandings(connection: DuckDBConnection, load: WindowLoad): Promise<void> {
  const { window, days, seal } = load;
  // Rows find their local day by comparing with at most 31: a plain loop takes a third less time than the sorting join DuckDB would choose.
  await connection.run('SET SESSION nested_loop_join_threshold = 64');
  // Two calls may bring the same bytes (two answers without anybody): one landing, read once.
  const landings = [...new Map(load.landings.map((landing) => [landing.sha256, landing])).values()];
  const columns = `landing VARCHAR, item BIGINT, position BIGINT, doc ${load.load.docType}`;
  if (landings.length === 0) await connection.run(`CREATE TEMP TABLE raw (${columns})`);
  else {
    await connection.run(
      `CREATE TEMP TABLE raw AS SELECT landing, item, position, doc FROM read_json([${landings
        .map((landing) => quoted(landing.ndjsonPath))
        .join(', ')}], format = 'newline_delimited', compression = 'uncompressed',
          maximum_object_size = ${Math.max(SMALLEST_LINE_BUFFER_BYTES, ...landings.map((landing) => landing.longestLineBytes))}, columns = {
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
    `CREATE TEMP TABLE setting AS SELECT unnest(from_json(CAST(? AS JSON), '[{"name":"VARCHAR","value":"VARCHAR"}]'),
       recursive := true)`,
    [JSON.stringify(Object.entries(seal.settings).map(([name, value]) => ({ name, value: String(value) })))],
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
async function runChecks(connection: DuckDBConnection, load: WindowLoad): Promise<void> {
  const checks = load.load.checks.map(({ sql }, order) => `SELECT ${order} AS "order", path, problem FROM (${sql})`);
  const violation = await rowOf<{ path: string; problem: string }>(
    connection,
    `${checks.join(' UNION ALL ')} ORDER BY "order" LIMIT 1`,
  );
  if (!violation) return;
  throw new Failure(
    'Corrupt',
    `${windowId(load.window)}: ${violation.path} ${violation.problem} in Genesys's answer. Nothing was loaded; the bytes are kept as received`,
  );
}

/**
 * Computes a table's rows of the answer and makes each key unique among them.
 *
 * @throws Failure `Corrupt` when a key is there twice with different values.
 */
async function stageTable(connection: DuckDBConnection, load: TableLoad, windowLoad: WindowLoad): Promise<StagedTable> {
  const stage = `stage_${load.table}`;
  await connection.run(`CREATE TEMP TABLE ${stage} AS ${load.rowsSql}`);
  const counted = await countStage(connection, stage, load);
  const left = counted.left;
  if (!counted.keyRepeated) return { load, stage, left, days: counted.days };

  await connection.run(
    `CREATE OR REPLACE TEMP TABLE ${stage} AS SELECT min(landing) AS landing, * EXCLUDE (landing) FROM ${stage}
     WHERE left_because IS NULL GROUP BY ALL
     UNION ALL BY NAME SELECT * FROM ${stage} WHERE left_because IS NOT NULL`,
  );
  const unlike = await rowOf(
    connection,
    `SELECT ${load.key.join(', ')} FROM ${stage} WHERE left_because IS NULL GROUP BY ALL HAVING count(*) > 1 ORDER BY ALL LIMIT 1`,
  );
  if (unlike) {
    throw new Failure(
      'Corrupt',
      `${windowId(windowLoad.window)}: Genesys's answer has ${load.table} twice with different values for ${Object.values(unlike).join(', ')}. Nothing was loaded; the bytes are kept as received`,
    );
  }
  const { days } = await countStage(connection, stage, load);
  left.set('repeated', total(counted.days) - total(days));
  return { load, stage, left, days };
}

/** Counts what a stage holds; `keyRepeated` says that a key to load may be there more than once. */
async function countStage(
  connection: DuckDBConnection,
  stage: string,
  { key, countsAgents }: TableLoad,
): Promise<Pick<StagedTable, 'days'> & { left: Map<string, number>; keyRepeated: boolean }> {
  const counts = await rowsOf<{
    localDate: string | null;
    why: string | null;
    rows: number;
    agents: number;
    keys: number;
  }>(
    connection,
    // By hash: grouping by the keys themselves takes several times as long, and two keys of one hash cost a second look, no more.
    `SELECT local_date AS "localDate", left_because AS why, count(*) AS "rows",
            ${countsAgents ? 'count(DISTINCT user_id)' : '0'} AS agents, count(DISTINCT hash(${key.join(', ')})) AS keys
     FROM ${stage} GROUP BY ALL`,
  );
  const days = new Map<string, { rows: number; agents: number }>();
  const left = new Map<string, number>();
  let keyRepeated = false;
  for (const { localDate, why, rows, agents, keys } of counts) {
    if (why !== null) left.set(why, (left.get(why) ?? 0) + rows);
    else if (localDate !== null) {
      days.set(localDate, { rows, agents });
      keyRepeated ||= keys < rows;
    }
  }
  return { days, left, keyRepeated };
}

function total(days: StagedTable['days']): number {
  return [...days.values()].reduce((sum, day) => sum + day.rows, 0);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
