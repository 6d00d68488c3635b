import type { DuckDBConnection } from '@duckdb/node-api';
import type { DatasetName, ExportWindow, LocalDate } from '../../domain/exportWindow.js';
import { windowId } from '../../domain/exportWindow.js';
import type { CoverageDay, MarkedDay } from '../warehouse.js';
import { rowsOf } from './rows.js';

const COLUMNS = `dataset, management_unit_id AS "managementUnitId", local_date AS "localDate", state, window_id AS "windowId",
  seal, "rows", requested_at AS "requestedAt", reason`;

/** Coverage of some units' days, `to` exclusive, in order of unit and date. */
export async function readCoverage(
  connection: DuckDBConnection,
  range: { dataset: DatasetName; managementUnitIds: readonly string[]; from: LocalDate; to: LocalDate },
): Promise<CoverageDay[]> {
  return await rowsOf<CoverageDay>(
    connection,
    `SELECT ${COLUMNS} FROM coverage WHERE dataset = ? AND local_date >= CAST(? AS DATE) AND local_date < CAST(? AS DATE)
       AND management_unit_id IN (SELECT unnest(from_json(CAST(? AS JSON), '["VARCHAR"]')))
     ORDER BY management_unit_id, local_date`,
    [range.dataset, range.from, range.to, JSON.stringify(range.managementUnitIds)],
  );
}

/** All of it, in order of dataset, unit and date. */
export async function readAllCoverage(connection: DuckDBConnection): Promise<CoverageDay[]> {
  return await rowsOf<CoverageDay>(
    connection,
    `SELECT ${COLUMNS} FROM coverage ORDER BY dataset, management_unit_id, local_date`,
  );
}

/** Writes whole coverage rows over what is there. To be called in a transaction. */
export async function writeCoverage(connection: DuckDBConnection, days: readonly CoverageDay[]): Promise<void> {
  await connection.run(
    `INSERT INTO coverage SELECT ${DAY_COLUMNS} FROM (${DAYS_OF_JSON})
     ON CONFLICT (dataset, management_unit_id, local_date) DO UPDATE SET state = excluded.state,
       window_id = excluded.window_id, seal = excluded.seal, "rows" = excluded."rows",
       requested_at = excluded.requested_at, reason = excluded.reason`,
    [JSON.stringify(days)],
  );
}

/** Marks days asked for that nothing is known of or that failed before; leaves every other state alone. */
export async function markPending(
  connection: DuckDBConnection,
  days: readonly Pick<CoverageDay, 'dataset' | 'managementUnitId' | 'localDate' | 'windowId'>[],
): Promise<void> {
  await connection.run(
    `INSERT INTO coverage SELECT dataset, "managementUnitId", "localDate", 'pending', "windowId", NULL, 0, NULL, NULL
     FROM (${DAYS_OF_JSON})
     ON CONFLICT (dataset, management_unit_id, local_date) DO UPDATE SET state = 'pending',
       window_id = excluded.window_id, reason = NULL WHERE coverage.state IN ('pending', 'failed')`,
    [JSON.stringify(days)],
  );
}

/** Takes back marks of `markPending`: of days that had failed, and of days of which nothing was known. To be called in a transaction. */
export async function unmarkPending(connection: DuckDBConnection, days: readonly MarkedDay[]): Promise<void> {
  const marked = days.map(({ failedBefore, ...day }) => ({
    ...day,
    state: failedBefore === null ? 'unknown' : 'failed',
    seal: failedBefore?.windowId ?? null,
    reason: failedBefore?.reason ?? null,
  }));
  // The window of before travels in the column `seal`, which a day that never was loaded has no use for.
  await connection.run(
    `UPDATE coverage SET state = 'failed', window_id = day.seal, reason = day.reason
     FROM (${DAYS_OF_JSON}) AS day WHERE day.state = 'failed' AND ${SAME_MARK}`,
    [JSON.stringify(marked)],
  );
  await connection.run(
    `DELETE FROM coverage USING (${DAYS_OF_JSON}) AS day WHERE day.state = 'unknown' AND ${SAME_MARK}`,
    [JSON.stringify(marked)],
  );
}

/**
 * Marks days failed with a reason. A day that was answered before (`loaded`, `provisional`, and `empty`, which is proven) keeps its
 * state and gets the reason only.
 */
export async function markFailed(
  connection: DuckDBConnection,
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
  await connection.run(
    `INSERT INTO coverage SELECT dataset, "managementUnitId", "localDate", 'failed', "windowId", NULL, 0, NULL, reason
     FROM (${DAYS_OF_JSON})
     ON CONFLICT (dataset, management_unit_id, local_date) DO UPDATE SET
       state = CASE WHEN coverage.state IN ('loaded', 'provisional', 'empty') THEN coverage.state ELSE 'failed' END,
       window_id = CASE WHEN coverage.state IN ('loaded', 'provisional', 'empty') THEN coverage.window_id ELSE excluded.window_id END,
       reason = excluded.reason`,
    [JSON.stringify(failed)],
  );
}

const DAY_COLUMNS = 'dataset, "managementUnitId", "localDate", state, "windowId", seal, "rows", "requestedAt", reason';

const DAYS_OF_JSON = `SELECT unnest(from_json(CAST(? AS JSON), '[{"dataset":"VARCHAR","managementUnitId":"VARCHAR",
  "localDate":"DATE","state":"VARCHAR","windowId":"VARCHAR","seal":"VARCHAR","rows":"BIGINT","requestedAt":"TIMESTAMPTZ",
  "reason":"VARCHAR"}]'), recursive := true)`;

const SAME_MARK = `coverage.state = 'pending' AND coverage.dataset = day.dataset AND coverage.management_unit_id = day."managementUnitId"
       AND coverage.local_date = day."localDate" AND coverage.window_id = day."windowId"`;
