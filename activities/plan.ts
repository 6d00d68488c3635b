import { Context } from '@temporalio/activity';
import { localDays } from '../src/domain/calendar.js';
import { exportOrder } from '../src/domain/exportOrder.js';
import type { ExportPlan, ExportUnit, KeptWindow, PlannedWindow } from '../src/domain/exportSteps.js';
import { type DatasetName, type ExportWindow, windowId } from '../src/domain/exportWindow.js';
import { type DatedRequest, type ExportRange, windowDaysOf } from '../src/domain/historyExportInput.js';
import type { UnitPlan } from '../src/domain/plannedExport.js';
import { Failure } from '../src/domain/failure.js';
import type { BusinessUnitWeeks } from '../src/domain/scheduleWeeks.js';
import { statesToPlan } from '../src/domain/nightly/daysToRead.js';
import { provisionalFrom } from '../src/domain/provisional.js';
import { unitPlan } from '../src/domain/unitPlan.js';
import { windowLabel } from '../src/domain/windowLabel.js';
import { bisectWindow, planWindows, type WindowPlanRequest } from '../src/domain/windowPlan.js';
import type { CoverageDay, Warehouse } from '../src/warehouse/warehouse.js';
import { type FailedBefore, keepFailedBefore } from './abandon.js';
import type { ActivityDeps } from './deps.js';
import { ownedWarehouse } from './ownedWarehouse.js';
import { PlanPage, pagePath, readPlanObject, unitPlansPath, writePlanObject } from './planObjects.js';
import { step } from './step.js';
import { stoppedWindows } from './stoppedWindows.js';
import { businessUnitWeeks } from './structure.js';

/** Windows a page: about 35 kB, and as many as one run of the export's workflow starts. */
const WINDOWS_A_PAGE = 100;

/** Activities that decide what an export brings, with time-zone data, which workflows must not read. */
export function planActivities(deps: ActivityDeps) {
  return {
    /**
     * Plans the windows and writes them as pages, once: later pages are those of the coverage that the export started from.
     *
     * A folder an attempt: one that died half way leaves pages that nobody reads. A dry run writes what each unit has to bring and
     * nothing else.
     */
    async planExport(input: {
      organisationId: string;
      exportId: string;
      runId: string;
      request: DatedRequest;
      units: readonly ExportUnit[];
      dryRun: boolean;
      /** For schedules: how the business units count their weeks. */
      weeks?: readonly string[];
    }): Promise<ExportPlan> {
      return await step(deps, input, async () => {
        const warehouse = ownedWarehouse(deps);
        const { windows, unitPlans, failedBefore } = await planOf(warehouse, input.request, input.units, {
          nowIso: deps.now().toISOString(),
          horizonDays: deps.settings.provisionalDays,
          weeks: await businessUnitWeeks(deps.objects, input.weeks ?? []),
        });
        const folder = `plans/${input.runId}/${Context.current().info.attempt}`;
        await writePlanObject(deps.objects, unitPlansPath(folder), unitPlans);
        const pages = Math.ceil(windows.length / WINDOWS_A_PAGE);
        if (input.dryRun) return { folder, pages, windows: windows.length };
        const planned = withKept(
          windows,
          await stoppedWindows(deps.objects, {
            exportId: input.exportId,
            settings: { exceptions: input.request.exceptions, actuals: input.request.actuals },
            nowMs: deps.now().getTime(),
          }),
        );
        for (let page = 0; page < pages; page++)
          await writePlanObject(
            deps.objects,
            pagePath(folder, page),
            planned.slice(page * WINDOWS_A_PAGE, (page + 1) * WINDOWS_A_PAGE),
          );
        await keepFailedBefore(deps, input.runId, failedBefore);
        await warehouse.markPending(
          windows.flatMap(({ window }) =>
            localDays(window.timeZone, window.from, window.to).map(({ localDate }) => ({
              dataset: window.dataset,
              managementUnitId: window.managementUnitId,
              localDate,
              windowId: windowId(window),
            })),
          ),
        );
        return { folder, pages, windows: windows.length };
      });
    },

    /** The windows of one page of a plan. */
    async planPage(input: {
      organisationId: string;
      exportId: string;
      folder: string;
      page: number;
    }): Promise<PlannedWindow[]> {
      return await step(
        deps,
        input,
        async () => await readPlanObject(deps.objects, pagePath(input.folder, input.page), PlanPage),
      );
    },

    /** The two halves of a window that Genesys refused as too large, or null for one day. */
    async splitWindow(input: {
      organisationId: string;
      exportId: string;
      planned: PlannedWindow;
    }): Promise<PlannedWindow[] | null> {
      return await step(deps, input, () => {
        const halves = bisectWindow(input.planned.window);
        const unitName = /^\w+ of (.*), \d{4}-\d{2}-\d{2} to /.exec(input.planned.label)?.[1] ?? '';
        return Promise.resolve(
          halves && halves.map((window) => ({ window, label: windowLabel(window, { name: unitName }) })),
        );
      });
    },
  };
}

/**
 * The windows of an export in their order, and what each dataset of each unit has to bring.
 *
 * @param horizon what today is, how far Genesys restates, and for schedules how the business units count weeks.
 * @param warehouse null where there is none yet: then nothing is covered.
 */
export async function planOf(
  warehouse: Pick<Warehouse, 'coverage'> | null,
  request: DatedRequest,
  units: readonly ExportUnit[],
  horizon: { nowIso: string; horizonDays: number; weeks: ReadonlyMap<string, BusinessUnitWeeks> },
): Promise<{ windows: PlannedWindow[]; unitPlans: UnitPlan[]; failedBefore: FailedBefore }> {
  const byId = new Map(units.map((unit) => [unit.id, unit]));
  const windows: ExportWindow[] = [];
  const unitPlans: UnitPlan[] = [];
  const failedBefore: FailedBefore = [];
  for (const dataset of new Set(request.datasets)) {
    const known = await daysByUnit(warehouse, dataset, request, [...byId.keys()]);
    failedBefore.push(...failedOf([...known.values()].flat()));
    for (const unit of byId.values()) {
      const restatedFrom = provisionalFrom(horizon.nowIso, unit.timeZone, horizon.horizonDays);
      const asked: WindowPlanRequest = {
        unit: { managementUnitId: unit.id, businessUnitId: unit.businessUnitId, timeZone: unit.timeZone },
        dataset,
        from: request.from,
        to: request.to,
        windowDays: windowDaysOf(request)[dataset],
        reload: request.reload,
        coverage: statesToPlan(known.get(unit.id) ?? [], request, restatedFrom),
        ...(dataset === 'schedules' ? { weeks: weeksOf(unit, horizon.weeks) } : {}),
      };
      const ofUnit = planWindows(asked);
      windows.push(...ofUnit);
      unitPlans.push(unitPlan(asked, ofUnit, horizon));
    }
  }
  const labelled = exportOrder(windows).map((window) => ({
    window,
    label: windowLabel(window, { name: byId.get(window.managementUnitId)?.name ?? window.managementUnitId }),
  }));
  return { windows: labelled, unitPlans, failedBefore };
}

function weeksOf(unit: ExportUnit, known: ReadonlyMap<string, BusinessUnitWeeks>): BusinessUnitWeeks {
  const weeks = known.get(unit.businessUnitId);
  if (!weeks)
    throw new Failure(
      'Corrupt',
      `how business unit ${unit.businessUnitId} counts weeks was not read; start the export again`,
    );
  return weeks;
}

async function daysByUnit(
  warehouse: Pick<Warehouse, 'coverage'> | null,
  dataset: DatasetName,
  { from, to }: ExportRange,
  managementUnitIds: readonly string[],
): Promise<Map<string, CoverageDay[]>> {
  const byUnit = new Map<string, CoverageDay[]>();
  for (const day of (await warehouse?.coverage({ dataset, managementUnitIds, from, to })) ?? []) {
    const ofUnit = byUnit.get(day.managementUnitId);
    if (ofUnit) ofUnit.push(day);
    else byUnit.set(day.managementUnitId, [day]);
  }
  return byUnit;
}

/** Days that had failed, as they are marked again where the export is cancelled. */
function failedOf(days: readonly CoverageDay[]): FailedBefore {
  return days
    .filter(({ state }) => state === 'failed')
    .map(({ dataset, managementUnitId, localDate, windowId: window, reason }) => ({
      ...{ dataset, managementUnitId, localDate, reason },
      windowId: window,
    }));
}

/** Windows with what the same export had brought of them when it was cancelled. */
function withKept(windows: readonly PlannedWindow[], kept: Readonly<Record<string, KeptWindow>>): PlannedWindow[] {
  return windows.map((planned) => {
    const ofWindow = kept[windowId(planned.window)];
    return ofWindow ? { ...planned, kept: ofWindow } : planned;
  });
}
