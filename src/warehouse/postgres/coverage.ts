import type { DatasetName, ExportWindow, LocalDate } from '../../domain/exportWindow.js';
import { windowId } from '../../domain/exportWindow.js';
import type { CoverageDay, MarkedDay } from '../warehouse.js';
import type { Session } from './session.js';

const COLUMNS = `dataset, management_unit_id AS "managementUnitId", local_date AS "localDate", state, window_id AS "windowId",
  seal, "rows", requested_at AS "requestedAt", reason`;

/** Coverage of some units' days, `to` exclusive, in order of unit and date. */
export async function readCoverage(
  session: Session,
  range: { dataset: DatasetName; managementUnitIds: readonly string[]; from: LocalDate; to: LocalDate },
): Promise<CoverageDay[]> {
  return await session.rows<CoverageDay>(
    `SELECT ${COLUMNS} FROM coverage WHERE dataset = $1 AND local_date >= $2::date AND local_date < $3::date
       AND management_unit_id = ANY($4::text[]) ORDER BY management_unit_id, local_date`,
    [range.dataset, range.from, range.to, range.managementUnitIds],
  );
}

/** All of it, in order of dataset, unit and date. */
export async function readAllCoverage(session: Session): Promise<CoverageDay[]> {
  return await session.rows<CoverageDay>(
    `SELECT ${COLUMNS} FROM coverage ORDER BY dataset, management_unit_id, local_date`,
  );
}

/** Writes whole coverage rows over what is there. */
export async function writeCoverage(session: Session, days: readonly CoverageDay[]): Promise<void> {
  await session.run(
    `INSERT INTO coverage (${INTO}) SELECT ${DAY_COLUMNS} FROM ${DAYS_OF_JSON}
     ON CONFLICT (dataset, management_unit_id, local_date) DO UPDATE SET state = excluded.state,
       window_id = excluded.window_id, seal = excluded.seal, "rows" = excluded."rows",
       requested_at = excluded.requested_at, reason = excluded.reason`,
    [JSON.stringify(days)],
  );
}

/** Marks days asked for that nothing is known of or that failed before; leaves every other state alone. */
export async function markPending(
  session: Session,
  days: readonly Pick<CoverageDay, 'dataset' | 'managementUnitId' | 'localDate' | 'windowId'>[],
): Promise<void> {
  await session.run(
    `INSERT INTO coverage (${INTO})
     SELECT dataset, "managementUnitId", "localDate", 'pending', "windowId", NULL, 0, NULL, NULL FROM ${DAYS_OF_JSON}
     ON CONFLICT (dataset, management_unit_id, local_date) DO UPDATE SET state = 'pending',
       window_id = excluded.window_id, reason = NULL WHERE coverage.state IN ('pending', 'failed')`,
    [JSON.stringify(days)],
  );
}

/** Takes back marks of `markPending`: of days that had failed, and of days of which nothing was known. To be called in a transaction. */
export async function unmarkPending(session: Session, days: readonly MarkedDay[]): Promise<void> {
  const marked = days.map(({ failedBefore, ...day }) => ({
    ...day,
    state: failedBefore === null ? 'unknown' : 'failed',
    seal: failedBefore?.windowId ?? null,
    reason: failedBefore?.reason ?? null,
  }));
  // The window of before travels in the column `seal`, which a day that never was loaded has no use for.
  await session.run(
    `UPDATE coverage SET state = 'failed', window_id = day.seal, reason = day.reason
     FROM ${DAYS_OF_JSON} WHERE day.state = 'failed' AND ${SAME_MARK}`,
    [JSON.stringify(marked)],
  );
  await session.run(`DELETE FROM coverage USING ${DAYS_OF_JSON} WHERE day.state = 'unknown' AND ${SAME_MARK}`, [
    JSON.stringify(marked),
  ]);
}

/**
 * Marks days failed with a reason. A day that was answered before (`loaded`, `provisional`, and `empty`, which is proven) keeps its
 * state and gets the reason only.
 */
export async function markFailed(
  session: Session,
  window: ExportWindow,
  localDates: readonly LocalDate[],
  reason: string,
): Promise<void> {
  const { dataset, managementUnitId } = window;
  const failed = localDates.map((localDate) => ({
    dataset,
    managementUnitId,
    localDate,
    windowId: windowId(window),
    reason,
  }));
  await session.run(
    `INSERT INTO coverage (${INTO})
     SELECT dataset, "managementUnitId", "localDate", 'failed', "windowId", NULL, 0, NULL, reason FROM ${DAYS_OF_JSON}
     ON CONFLICT (dataset, management_unit_id, local_date) DO UPDATE SET
       state = CASE WHEN coverage.state IN ('loaded', 'provisional', 'empty') THEN coverage.state ELSE 'failed' END,
       window_id = CASE WHEN coverage.state IN ('loaded', 'provisional', 'empty') THEN coverage.window_id ELSE excluded.window_id END,
       reason = excluded.reason`,
    [JSON.stringify(failed)],
  );
}

const INTO = 'dataset, management_unit_id, local_date, state, window_id, seal, "rows", requested_at, reason';

const DAY_COLUMNS = 'dataset, "managementUnitId", "localDate", state, "windowId", seal, "rows", "requestedAt", reason';

/** In one order, so that two that write the same days do not wait for each other. */
const DAYS_OF_JSON = `(SELECT * FROM json_to_recordset($1::json) AS day (dataset TEXT, "managementUnitId" TEXT, "localDate" DATE,
  state TEXT, "windowId" TEXT, seal TEXT, "rows" BIGINT, "requestedAt" TIMESTAMPTZ, reason TEXT)
  ORDER BY dataset, "managementUnitId" COLLATE "C", "localDate") AS day`;

const SAME_MARK = `coverage.state = 'pending' AND coverage.dataset = day.dataset AND coverage.management_unit_id = day."managementUnitId"
       AND coverage.local_date = day."localDate" AND coverage.window_id = day."windowId"`;
