import { escapeLiteral } from 'pg';
import type { TableLoad } from '../../domain/datasetLoad.js';
import { windowId } from '../../domain/exportWindow.js';
import type { TableChanges } from '../../domain/rowChanges.js';
import type { WindowSeal } from '../../domain/seal.js';
import { compareRows, type ComparingSession, type TableDifference } from '../compareRows.js';
import type { DecidedDay } from '../decideDays.js';
import { type MovedRows, supersedesOf } from '../heldRows.js';
import { overlappingRows } from '../overlappingRows.js';
import { contentsSql } from '../rowContents.js';
import { keyOutsideWindow, keysAreFree } from '../sameKeys.js';
import type { WindowLoad } from '../warehouse.js';
import type { LoadOutcome } from '../windowSeal.js';
import { type CopiedTable, DAY_OF_INTERVAL } from './copyStage.js';
import { deleteRows, heldDays, type Superseding } from './moveHeldRows.js';
import { ofAnotherUnitSql } from './rowsWaitingForOthers.js';
import type { Session } from './session.js';

/** Columns of keys that are the instant which the local date follows from. */
const INSTANTS = ['start_at', 'interval_start'];

/**
 * Makes the rows of the days decided so those of the answer: writes and removes what differs. Held rows move away first.
 *
 * @returns what became of rows; rows of other units' days that had to go, because their key now belongs to this unit; and what was under
 *   hold.
 * @throws Failure `Corrupt` when a key would be in the table twice.
 */
export async function replaceRows(
  session: Session,
  load: WindowLoad,
  copied: readonly CopiedTable[],
  decided: readonly DecidedDay[],
  superseding: Superseding,
): Promise<Pick<LoadOutcome, 'changes' | 'taken' | 'supersedes'>> {
  const dates = decided.filter((day) => day.action === 'replace').map((day) => day.localDate);
  const changes: TableChanges = {};
  const taken: WindowSeal['taken'] = [];
  const moved: MovedRows[] = superseding.anyHold
    ? (await heldDays(session, load)).filter(({ localDate }) => dates.includes(localDate))
    : [];
  for (const table of copied) {
    const difference = await differenceOf(session, load, table, decided);
    changes[table.load.table] = difference.changes;
    moved.push(...(await deleteGoing(session, load, table, difference, superseding)));
    const { arriving } = difference;
    const freed = await freeKeys(session, load, table, arriving, dates, superseding);
    taken.push(...freed.taken);
    moved.push(...freed.moved);
    if (arriving === null) continue;
    const columns = table.columns.join(', ');
    await session.run(
      `INSERT INTO ${table.load.table} (${columns}, window_id, loaded_at)
       SELECT ${columns}, $1::text, $2::timestamptz FROM ${arriving} WHERE local_date = ANY($3::date[])`,
      [windowId(load.window), superseding.at, dates],
    );
  }
  return { changes, taken, supersedes: supersedesOf(moved) };
}

async function differenceOf(
  session: Session,
  { window }: WindowLoad,
  copied: CopiedTable,
  decided: readonly DecidedDay[],
): Promise<TableDifference> {
  return await compareRows(
    comparingSession(session),
    {
      load: copied.load,
      stage: copied.stage,
      toLoadSql: 'true',
      columns: () => Promise.resolve(copied.columns.filter((column) => column !== 'landing_sha256')),
      managementUnitId: window.managementUnitId,
      waitingSql: copied.othersKeys === null ? 'false' : ofAnotherUnitSql(copied),
    },
    decided,
  );
}

function comparingSession(session: Session): ComparingSession {
  return {
    makeTemp: (table, select) => session.run(`CREATE TEMP TABLE ${table} ON COMMIT DROP AS ${select}`),
    rows: (sql) => session.rows(sql),
  };
}

async function deleteGoing(
  session: Session,
  load: WindowLoad,
  { load: { table } }: CopiedTable,
  { goingSql }: TableDifference,
  superseding: Superseding,
): Promise<MovedRows[]> {
  if (goingSql === null) return [];
  return await deleteRows(session, load, table, { condition: goingSql, values: [] }, superseding);
}

/**
 * Makes sure that no key to be inserted is in the table still. With the stage's own keys unique, each key is then in the table once.
 *
 * Where the unit is part of the key, only days of the same unit could have one; that is an error. Where it is not, rows of other units'
 * days may have it, or have the same time under other keys: loaded there while this unit's adherence was not known, which now says that
 * this unit held the user. They go.
 */
async function freeKeys(
  session: Session,
  windowLoad: WindowLoad,
  table: CopiedTable,
  arriving: string | null,
  dates: readonly string[],
  superseding: Superseding,
): Promise<{ taken: WindowSeal['taken']; moved: MovedRows[] }> {
  const { load } = table;
  const keys = await keysInTheWaySql(session, windowLoad, table, arriving, dates);
  if (keys === null) return { taken: [], moved: [] };
  const sameKey = load.key.map((column) => `other.${column} = going.${column}`).join(' AND ');
  const near = nearSql(load, windowLoad);
  const found = await session.rows<{ managementUnitId: string; localDate: string; rows: number; contents: string }>(
    `SELECT other.management_unit_id AS "managementUnitId", other.local_date AS "localDate", count(*) AS "rows",
       ${contentsSql('postgres', load.table, 'other')} AS contents
     FROM ${load.table} AS other JOIN ${keys} AS going ON ${sameKey} WHERE ${near} GROUP BY 1, 2 ORDER BY 1, 2`,
  );
  const [first] = found;
  if (!first) return { taken: [], moved: [] };
  if (load.key.includes('management_unit_id')) throw keyOutsideWindow(windowLoad, load, first);
  const going = {
    condition: `EXISTS (SELECT 1 FROM ${keys} AS going WHERE ${sameKey} AND ${near})`,
    values: [],
  };
  const moved = await deleteRows(session, windowLoad, load.table, going, superseding);
  for (const { managementUnitId, localDate, rows } of found) {
    await session.run(
      `UPDATE coverage SET "rows" = "rows" - $1::bigint,
         state = CASE WHEN "rows" = $1::bigint AND state = 'loaded' THEN 'empty' ELSE state END
       WHERE dataset = $2 AND management_unit_id = $3 AND local_date = $4::date`,
      [rows, windowLoad.window.dataset, managementUnitId, localDate],
    );
  }
  return { taken: found.map((days) => ({ ...days, table: load.table })), moved };
}

/** Table or query with the keys of rows that must go: those to be inserted, or of the answer's time; null where there can be none. */
async function keysInTheWaySql(
  session: Session,
  { window }: WindowLoad,
  { load, stage, othersKeys }: CopiedTable,
  arriving: string | null,
  dates: readonly string[],
): Promise<string | null> {
  if (keysAreFree(load) || dates.length === 0) return null;
  const toLoadSql = `local_date = ANY('{${dates.join(',')}}'::date[])`;
  if (load.intervals !== true) return arriving && `(SELECT * FROM ${arriving} WHERE ${toLoadSql})`;
  if (arriving === null && othersKeys === null) return null;
  const columns = [...load.key, ...DAY_OF_INTERVAL].join(', ');
  return await overlappingRows(comparingSession(session), {
    load,
    window,
    dates,
    arriving: arriving === null ? null : { stage: arriving, toLoadSql },
    answeredSql: [stage, ...(othersKeys === null ? [] : [othersKeys])]
      .map((answered) => `SELECT ${columns} FROM ${answered}`)
      .join(' UNION ALL '),
  });
}

/**
 * Condition that lets the server look at the rows alone that may have one of the keys: those of the window's instants (an interval may
 * begin before), on the dates that an instant has in some zone. They are none, but where a unit's zone was corrected or units share people.
 */
function nearSql({ key, intervals }: TableLoad, { window }: WindowLoad): string {
  const instant = key.find((column) => INSTANTS.includes(column));
  if (instant === undefined) return 'true';
  const unit = key.includes('management_unit_id')
    ? `other.management_unit_id = ${escapeLiteral(window.managementUnitId)} AND `
    : '';
  return `${unit}other.local_date >= '${window.from}'::date - 2 AND other.local_date < '${window.to}'::date + 2
    AND other.${instant} >= '${window.startAt}'::timestamptz${intervals ? " - interval '1 day'" : ''} AND other.${instant} < '${window.endAt}'::timestamptz`;
}
