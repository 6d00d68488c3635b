import type { ExportWindow } from '../../domain/exportWindow.js';
import type { LocalDay } from '../../domain/localDay.js';
import type { WindowUsers } from '../warehouse.js';
import { readCoverage } from './coverage.js';
import type { Session } from './session.js';

/** The unit's present users and those that its adherence of the same days names, so that people who left or moved keep their history. */
export async function windowUsers(
  session: Session,
  window: ExportWindow,
  days: readonly LocalDay[],
): Promise<WindowUsers> {
  const dates = days.map((day) => day.localDate);
  const users = await session.rows<{ userId: string }>(
    `SELECT user_id AS "userId" FROM present_agent WHERE management_unit_id = $1
     UNION SELECT user_id FROM adherence_day WHERE management_unit_id = $1 AND local_date = ANY($2::date[]) ORDER BY 1`,
    [window.managementUnitId, dates],
  );
  const covered = await readCoverage(session, {
    dataset: 'adherence',
    managementUnitIds: [window.managementUnitId],
    from: window.from,
    to: window.to,
  });
  const known = new Set(
    covered
      .filter(({ state }) => state === 'loaded' || state === 'provisional' || state === 'empty')
      .map((day) => day.localDate),
  );
  return { userIds: users.map((user) => user.userId), presentUsersOnly: dates.filter((date) => !known.has(date)) };
}
