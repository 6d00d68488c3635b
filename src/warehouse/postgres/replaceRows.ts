import { escapeLiteral } from 'pg';
import type { TableLoad } from '../../domain/datasetLoad.js';
import { windowId } from '../../domain/exportWindow.js';
import type { WindowSeal } from '../../domain/seal.js';
import type { DecidedDay } from '../decideDays.js';
import { type MovedRows, supersedesOf } from '../heldRows.js';
import { contentsSql } from '../rowContents.js';
import { keyOutsideWindow, keysAreFree } from '../sameKeys.js';
import type { WindowLoad } from '../warehouse.js';
import type { LoadOutcome } from '../windowSeal.js';
import type { CopiedTable } from './copyStage.js';
import { deleteRows, heldDays, type Superseding } from './moveHeldRows.js';
import { notOfAnotherUnitSql } from './rowsWaitingForOthers.js';
import type { Session } from './session.js';

/** Columns of keys that are the instant which the local date follows from. */
const INSTANTS = ['start_at', 'interval_start'];

/**
 * Replaces the rows of the days decided so by the staged ones. Held rows move away first.
 *
 * @returns rows of other units' days that had to go, because their key now belongs to this unit; and what was under hold.
 * @throws Failure `Corrupt` when a key would be in the table twice.
 */
export async function replaceRows(
  session: Session,
  load: WindowLoad,
  copied: readonly CopiedTable[],
  decided: readonly DecidedDay[],
  superseding: Superseding,
): Promise<Pick<LoadOutcome, 'taken' | 'supersedes'>> {
  const dates = decided.filter((day) => day.action === 'replace').map((day) => day.localDate);
  const taken: WindowSeal['taken'] = [];
  const moved: MovedRows[] = superseding.anyHold
    ? (await heldDays(session, load)).filter(({ localDate }) => dates.includes(localDate))
    : [];
  for (const table of copied) {
    moved.push(...(await deleteDays(session, load, table, decided, superseding)));
    const freed = await freeKeys(session, load, table, dates, superseding);
    taken.push(...freed.taken);
    moved.push(...freed.moved);
    const columns = table.columns.join(', ');
    await session.run(
      `INSERT INTO ${table.load.table} (${columns}, window_id, loaded_at)
       SELECT ${columns}, $1::text, $2::timestamptz FROM ${table.stage} WHERE local_date = ANY($3::date[])`,
      [windowId(load.window), superseding.at, dates],
    );
  }
  return { taken, supersedes: supersedesOf(moved) };
}

async function deleteDays(
  session: Session,
  load: WindowLoad,
  copied: CopiedTable,
  decided: readonly DecidedDay[],
  superseding: Superseding,
): Promise<MovedRows[]> {
  const { table } = copied.load;
  const dates = decided
    .filter((day) => day.action === 'replace' && (day.existing.rows.get(table) ?? 0) > 0)
    .map((day) => day.localDate);
  if (dates.length === 0) return [];
  const going = {
    condition: `other.management_unit_id = $1 AND other.local_date = ANY($2::date[]) AND ${notOfAnotherUnitSql(copied)}`,
    values: [load.window.managementUnitId, dates],
  };
  return await deleteRows(session, load, table, going, superseding);
}

/**
 * Makes sure that no key to be inserted is in the table still. With the stage's own keys unique, each key is then in the table once.
 *
 * Where the unit is part of the key, only days of the same unit could have one; that is an error. Where it is not, rows of other units'
 * days may have it: loaded there while this unit's adherence was not known, which now says that this unit held the user. They go.
 */
async function freeKeys(
  session: Session,
  windowLoad: WindowLoad,
  { load, stage }: CopiedTable,
  dates: readonly string[],
  superseding: Superseding,
): Promise<{ taken: WindowSeal['taken']; moved: MovedRows[] }> {
  if (keysAreFree(load)) return { taken: [], moved: [] };
  const sameKey = load.key.map((column) => `other.${column} = staged.${column}`).join(' AND ');
  const to = `${nearSql(load, windowLoad)} AND staged.local_date = ANY($1::date[])`;
  const found = await session.rows<{ managementUnitId: string; localDate: string; rows: number; contents: string }>(
    `SELECT other.management_unit_id AS "managementUnitId", other.local_date AS "localDate", count(*) AS "rows",
       ${contentsSql('postgres', load.table, 'other')} AS contents
     FROM ${load.table} AS other JOIN ${stage} AS staged ON ${sameKey} WHERE ${to} GROUP BY 1, 2 ORDER BY 1, 2`,
    [dates],
  );
  const [first] = found;
  if (!first) return { taken: [], moved: [] };
  if (load.key.includes('management_unit_id')) throw keyOutsideWindow(windowLoad, load, first);
  const going = {
    condition: `EXISTS (SELECT 1 FROM ${stage} AS staged WHERE ${sameKey} AND ${to})`,
    values: [dates],
  };
  const moved = await deleteRows(session, windowLoad, load.table, going, superseding);
  for (const { managementUnitId, localDate, rows } of found) {
    await session.run(
      `UPDATE coverage SET "rows" = "rows" - $1::bigint WHERE dataset = $2 AND management_unit_id = $3 AND local_date = $4::date`,
      [rows, windowLoad.window.dataset, managementUnitId, localDate],
    );
  }
  return { taken: found.map((days) => ({ ...days, table: load.table })), moved };
}

/**
 * Condition that lets the server look at the rows alone that may have one of the keys: those of the window's instants, on the dates that
 * an instant has in some zone. They are none, but where a unit's zone was corrected or units share people.
 */
function nearSql({ key }: TableLoad, { window }: WindowLoad): string {
  const instant = key.find((column) => INSTANTS.includes(column));
  if (instant === undefined) return 'true';
  const unit = key.includes('management_unit_id')
    ? `other.management_unit_id = ${escapeLiteral(window.managementUnitId)} AND `
    : '';
  return `${unit}other.local_date >= '${window.from}'::date - 2 AND other.local_date < '${window.to}'::date + 2
    AND other.${instant} >= '${window.startAt}'::timestamptz AND other.${instant} < '${window.endAt}'::timestamptz`;
}
