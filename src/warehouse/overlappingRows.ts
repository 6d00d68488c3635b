import type { TableLoad } from '../domain/datasetLoad.js';
import type { ExportWindow, LocalDate } from '../domain/exportWindow.js';
import { holdsSql } from '../domain/userHolder.js';
import type { ComparingSession } from './compareRows.js';

/** An answer of which rows of other units may be in the way. */
export interface OverlappingAnswer {
  readonly load: TableLoad;
  readonly window: ExportWindow;
  /** Local days whose rows are those of the answer now; at least one. */
  readonly dates: readonly LocalDate[];
  /** Temporary table with the rows to write, and the condition on those that are; null where none is. */
  readonly arriving: { readonly stage: string; readonly toLoadSql: string } | null;
  /** Selects what the answer says of anybody, rows that belong to another unit too: the key, the end and `local_date`. */
  readonly answeredSql: string;
}

const DAY_MS = 86_400_000;

/**
 * Makes a temporary table with the keys of the rows that must go, because the time they are about is the unit's.
 *
 * Units of zones that half hours do not fit have quarters of an hour. So the same time of somebody who moved can stand under different
 * keys, and a row goes when it overlaps the answer and its start is the unit's to say: as if that unit had been loaded first. A row
 * whose start another unit holds stays, though the rest of it may be in the answer.
 *
 * @returns its name; null where no row must go, which is so of nearly every load and takes one look at rows of the same users and days.
 */
export async function overlappingRows(session: ComparingSession, answer: OverlappingAnswer): Promise<string | null> {
  const { load, window } = answer;
  const near = `near_${load.table}`;
  await session.makeTemp(near, nearSql(answer));
  if ((await session.rows(`SELECT 1 FROM ${near} LIMIT 1`)).length === 0) return null;
  const overlapping = `overlapping_${load.table}`;
  await session.makeTemp(overlapping, goingSql(answer, near, holderSql(window, near)));
  return (await session.rows(`SELECT 1 FROM ${overlapping} LIMIT 1`)).length === 0 ? null : overlapping;
}

/** Rows of the answer's users about the time that it speaks of, but those of the days themselves. */
function nearSql({ load, window, dates, answeredSql }: OverlappingAnswer): string {
  const earliest = new Date(Date.parse(window.startAt) - DAY_MS).toISOString();
  const [from, to] = [`DATE '${window.from}'`, `DATE '${window.to}'`];
  // The constants let both databases skip other months; no interval is longer than a day, and no date further from another zone's than two.
  return `SELECT other.user_id, other.interval_start, other.interval_end
    FROM (SELECT user_id, min(interval_start) AS earliest, max(interval_end) AS latest FROM (${answeredSql}) AS answered
          WHERE ${datesSql(dates)} GROUP BY user_id) AS spoken_of
    JOIN ${load.table} AS other ON other.user_id = spoken_of.user_id
      AND other.interval_start < spoken_of.latest AND other.interval_end > spoken_of.earliest
    WHERE other.interval_start > TIMESTAMPTZ '${earliest}' AND other.interval_start < TIMESTAMPTZ '${window.endAt}'
      AND other.local_date >= ${from} - 2 AND other.local_date < ${to} + 2
      AND NOT (other.management_unit_id = ${quoted(window.managementUnitId)} AND other.${datesSql(dates)})`;
}

function goingSql({ load, window, dates, arriving, answeredSql }: OverlappingAnswer, near: string, holder: string) {
  const keys = load.key.map((column) => `near.${column}`).join(', ');
  const sameKey = load.key.map((column) => `staged.${column} = near.${column}`).join(' AND ');
  const sameRow =
    arriving === null
      ? 'false'
      : `EXISTS (SELECT 1 FROM ${arriving.stage} AS staged WHERE ${arriving.toLoadSql} AND ${sameKey})`;
  return `SELECT ${keys} FROM ${near} AS near JOIN (${holder}) AS holder
      ON holder.user_id = near.user_id AND holder.interval_start = near.interval_start
    WHERE ${sameRow}
      OR (holder.management_unit_id = ${quoted(window.managementUnitId)}
        AND EXISTS (SELECT 1 FROM (${answeredSql}) AS answered WHERE answered.${datesSql(dates)}
          AND answered.user_id = near.user_id AND answered.interval_start < near.interval_end
          AND answered.interval_end > near.interval_start))`;
}

/** Who holds the user at the start of each of these rows: null where nobody does. */
function holderSql(window: ExportWindow, near: string): string {
  return `SELECT near.user_id, near.interval_start,
      coalesce(min(adherence_day.management_unit_id), min(present_agent.management_unit_id)) AS management_unit_id
    FROM ${near} AS near
    LEFT JOIN adherence_day ON ${holdsSql('near')}
      AND adherence_day.local_date >= DATE '${window.from}' - 3 AND adherence_day.local_date < DATE '${window.to}' + 3
    LEFT JOIN present_agent ON present_agent.user_id = near.user_id
    GROUP BY near.user_id, near.interval_start`;
}

function datesSql(dates: readonly LocalDate[]): string {
  return `local_date IN (${dates.map((date) => `DATE '${date}'`).join(', ')})`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
