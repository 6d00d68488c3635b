import { addDays } from '../../src/domain/calendar.js';
import { weekDateAt } from '../../src/domain/scheduleWeeks.js';
import type { RunningSimulator } from '../../src/simulator/startSimulator.js';

/**
 * Leaves nobody scheduled from now on: clears the week that runs and the one before it, whose last night shifts reach into this one.
 *
 * Weeks are the first unit's, and begin on a Monday.
 */
export function clearSchedules({ businessUnits, telephony, units }: RunningSimulator): void {
  const timeZone = units[0]?.timeZone ?? 'UTC';
  const week = weekDateAt({ timeZone, startDayOfWeek: 'Monday' }, new Date().toISOString());
  for (const { id } of businessUnits)
    for (const weekDate of [addDays(week, -7), week])
      telephony.happen({ kind: 'schedules', businessUnitId: id, weekDate, clear: true });
}
