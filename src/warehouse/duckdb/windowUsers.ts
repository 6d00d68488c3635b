import type { DuckDBConnection } from '@duckdb/node-api';
import type { ExportWindow, LocalDate } from '../../domain/exportWindow.js';
import type { LocalDay } from '../../domain/localDay.js';
import type { WindowUsers } from '../warehouse.js';
import { readCoverage } from './coverage.js';
import { rowsOf } from './rows.js';

/** The unit's present users and those that its adherence of the same days names, so that people who left or moved keep their history. */
export async function windowUsers(
  connection: DuckDBConnection,
  window: ExportWindow,
  days: readonly LocalDay[],
): Promise<WindowUsers> {
  const dates = days.map((day) => day.localDate);
  const users = await rowsOf<{ userId: string }>(
    connection,
    `SELECT user_id AS "userId" FROM present_agent WHERE management_unit_id = ?
     UNION SELECT user_id FROM adherence_day WHERE management_unit_id = ?
       AND local_date IN (SELECT unnest(from_json(CAST(? AS JSON), '["DATE"]')))
     ORDER BY 1`,
    [window.managementUnitId, window.managementUnitId, JSON.stringify(dates)],
  );
  const known = await adherenceKnown(connection, window);
  return { userIds: users.map((user) => user.userId), presentUsersOnly: dates.filter((date) => !known.has(date)) };
}

async function adherenceKnown(connection: DuckDBConnection, window: ExportWindow): Promise<Set<LocalDate>> {
  const days = await readCoverage(connection, {
    dataset: 'adherence',
    managementUnitIds: [window.managementUnitId],
    from: window.from,
    to: window.to,
  });
  const answered = days.filter(({ state }) => state === 'loaded' || state === 'provisional' || state === 'empty');
  return new Set(answered.map((day) => day.localDate));
}
