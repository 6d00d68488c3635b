import { daysBetween, localDays } from './calendar.js';
import type { ExportWindow } from './exportWindow.js';
import { provisionalFrom } from './provisional.js';
import type { UnitPlan } from './plannedExport.js';
import type { WindowPlanRequest } from './windowPlan.js';

/**
 * What one dataset of one unit has to bring, from the windows that were planned for it.
 *
 * @param windows those of `planWindows` for the request.
 * @param horizonDays days back from today that Genesys may still restate.
 */
export function unitPlan(
  request: Pick<WindowPlanRequest, 'unit' | 'dataset' | 'from' | 'to'>,
  windows: readonly ExportWindow[],
  { nowIso, horizonDays }: { nowIso: string; horizonDays: number },
): UnitPlan {
  const { unit, dataset, from, to } = request;
  const restatedFrom = provisionalFrom(nowIso, unit.timeZone, horizonDays);
  let days = 0;
  let daysProvisional = 0;
  for (const window of windows) {
    days += localDays(unit.timeZone, window.from, window.to).length;
    const firstRestated = restatedFrom > window.from ? restatedFrom : window.from;
    daysProvisional += Math.max(0, daysBetween(firstRestated, window.to));
  }
  const asked = localDays(unit.timeZone, from, to).length;
  return {
    dataset,
    managementUnitId: unit.managementUnitId,
    windows: windows.length,
    days,
    daysThere: asked - days,
    daysProvisional,
    ...(dataset === 'schedules'
      ? { weeks: windows.reduce((weeks, { weekDates = [] }) => weeks + weekDates.length, 0) }
      : {}),
  };
}
