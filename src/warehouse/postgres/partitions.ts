import { escapeIdentifier } from 'pg';
import type { LocalDate } from '../../domain/exportWindow.js';
import type { Session } from './session.js';

/** A month that some day of a load is in. */
interface Month {
  readonly name: string;
  readonly from: LocalDate;
  /** Exclusive. */
  readonly to: LocalDate;
}

/**
 * Makes the monthly partitions that these days need and that are not there.
 *
 * A partition is made beside the table and then attached: attaching lets readers and writers of the table go on, whereas
 * `CREATE TABLE … PARTITION OF` waits for every query over it, and every query for it. Partitions of other lengths that somebody
 * made (a year's, a default one) are used as they are.
 */
export async function ensurePartitions(
  session: Session,
  schema: string,
  tables: readonly string[],
  dates: readonly LocalDate[],
): Promise<void> {
  const months = monthsOf(dates);
  if ((await missing(session, tables, months)).length === 0) return;
  await session.run('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`rosterline/${schema}/partitions`]);
  for (const { table, month } of await missing(session, tables, months)) {
    const partition = escapeIdentifier(`${table}_${month.name}`);
    await session.run(`CREATE TABLE ${partition} (LIKE ${table} INCLUDING DEFAULTS INCLUDING CONSTRAINTS)`);
    await session.run(
      `ALTER TABLE ${table} ATTACH PARTITION ${partition} FOR VALUES FROM ('${month.from}') TO ('${month.to}')`,
    );
  }
}

async function missing(
  session: Session,
  tables: readonly string[],
  months: readonly Month[],
): Promise<{ table: string; month: Month }[]> {
  const partitions = await session.rows<{ table: string; bound: string }>(
    `SELECT parent.relname AS "table", pg_get_expr(child.relpartbound, child.oid) AS bound
     FROM pg_inherits JOIN pg_class AS parent ON parent.oid = inhparent JOIN pg_class AS child ON child.oid = inhrelid
     WHERE inhparent = ANY(SELECT name::regclass FROM unnest($1::text[]) AS name)`,
    [tables],
  );
  return tables.flatMap((table) => {
    const bounds = partitions.filter((partition) => partition.table === table).map(({ bound }) => bound);
    return months.filter((month) => !bounds.some((bound) => covers(bound, month))).map((month) => ({ table, month }));
  });
}

/** Whether a bound, as the server writes it, has any of the month: then no partition of the whole month can be made. */
function covers(bound: string, month: Month): boolean {
  if (bound === 'DEFAULT') return true;
  const [, from = 'MINVALUE', to = 'MAXVALUE'] =
    /^FOR VALUES FROM \('?([^')]+)'?\) TO \('?([^')]+)'?\)$/.exec(bound) ?? [];
  return (from === 'MINVALUE' || from < month.to) && (to === 'MAXVALUE' || to > month.from);
}

function monthsOf(dates: readonly LocalDate[]): Month[] {
  return [...new Set(dates.map((date) => date.slice(0, 7)))].sort().map((text) => {
    const [year = 0, month = 1] = text.split('-').map(Number);
    const next = new Date(Date.UTC(year, month, 1)).toISOString().slice(0, 10);
    return { name: `p${text.replace('-', '_')}`, from: `${text}-01`, to: next };
  });
}
