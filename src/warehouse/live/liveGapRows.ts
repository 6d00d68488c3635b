import type { LiveGap } from '../../domain/live/liveGap.js';
import type { GapCause } from '../../domain/live/liveSink.js';
import { instantMs, instantText, type LiveSql } from './liveSql.js';

interface GapRow extends Omit<LiveGap, 'fromMs' | 'toMs' | 'recoveredMs'> {
  readonly cause: GapCause;
  readonly fromAt: string | null;
  readonly toAt: string | null;
  readonly recoveredAt: string | null;
}

const COLUMNS = `take_over AS "takeOver", gap, cause, from_at AS "fromAt", to_at AS "toAt", recovered_at AS "recoveredAt",
  business_units AS "businessUnits", trunks, management_units AS "managementUnits", users, answers_read AS "read",
  rows_changed AS "changed", problem`;

/** Writes gaps over what is there of the same numbers. */
export async function writeGaps(sql: LiveSql, gaps: readonly LiveGap[]): Promise<void> {
  if (gaps.length === 0) return;
  const rows = gaps.map(({ fromMs, toMs, recoveredMs, ...gap }) => ({
    take_over: gap.takeOver,
    gap: gap.gap,
    cause: gap.cause,
    from_at: instantText(fromMs),
    to_at: instantText(toMs),
    recovered_at: instantText(recoveredMs),
    business_units: gap.businessUnits,
    trunks: gap.trunks,
    management_units: gap.managementUnits,
    users: gap.users,
    answers_read: gap.read,
    rows_changed: gap.changed,
    problem: gap.problem,
  }));
  const heard = sql.recordset({
    take_over: 'BIGINT',
    gap: 'BIGINT',
    cause: 'TEXT',
    from_at: 'TIMESTAMPTZ',
    to_at: 'TIMESTAMPTZ',
    recovered_at: 'TIMESTAMPTZ',
    business_units: 'BIGINT',
    trunks: 'BIGINT',
    management_units: 'BIGINT',
    users: 'BIGINT',
    answers_read: 'BIGINT',
    rows_changed: 'BIGINT',
    problem: 'TEXT',
  });
  await sql.rows(
    `INSERT INTO live_gap (take_over, gap, cause, from_at, to_at, recovered_at, business_units, trunks, management_units, users,
       answers_read, rows_changed, problem)
     SELECT take_over, gap, cause, from_at, to_at, recovered_at, business_units, trunks, management_units, users,
       answers_read, rows_changed, problem FROM ${heard}
     ON CONFLICT (take_over, gap) DO UPDATE SET from_at = excluded.from_at, to_at = excluded.to_at,
       recovered_at = excluded.recovered_at, business_units = excluded.business_units, trunks = excluded.trunks,
       management_units = excluded.management_units, users = excluded.users, answers_read = excluded.answers_read, rows_changed = excluded.rows_changed,
       problem = excluded.problem`,
    [JSON.stringify(rows)],
  );
}

/** Gaps that are not recovered yet, oldest first. */
export async function readOpenGaps(sql: LiveSql): Promise<LiveGap[]> {
  const rows = await sql.rows<GapRow>(
    `SELECT ${COLUMNS} FROM live_gap WHERE recovered_at IS NULL ORDER BY take_over, gap`,
  );
  return rows.map(gapOf);
}

/** The last gaps, the newest first. */
export async function readLastGaps(sql: LiveSql, last: number): Promise<LiveGap[]> {
  const rows = await sql.rows<GapRow>(
    `SELECT ${COLUMNS} FROM live_gap ORDER BY take_over DESC, gap DESC LIMIT CAST($1 AS BIGINT)`,
    [last],
  );
  return rows.map(gapOf);
}

function gapOf({ fromAt, toAt, recoveredAt, ...row }: GapRow): LiveGap {
  return { ...row, fromMs: instantMs(fromAt), toMs: instantMs(toAt), recoveredMs: instantMs(recoveredAt) };
}
