import { Context } from '@temporalio/activity';
import { z } from 'zod';
import { localDays } from '../src/domain/calendar.js';
import { exportOrder } from '../src/domain/exportOrder.js';
import type { ExportPlan, ExportUnit, PlannedWindow } from '../src/domain/exportSteps.js';
import { type DatasetName, ExportWindow, windowId } from '../src/domain/exportWindow.js';
import { Failure } from '../src/domain/failure.js';
import { type HistoryExportInput, windowDaysOf } from '../src/domain/historyExportInput.js';
import { SealedLanding } from '../src/domain/seal.js';
import { windowLabel } from '../src/domain/windowLabel.js';
import { bisectWindow, planWindows } from '../src/domain/windowPlan.js';
import type { ObjectStore } from '../src/objects/objectStore.js';
import type { Warehouse } from '../src/warehouse/warehouse.js';
import type { ActivityDeps } from './deps.js';
import { ownedWarehouse } from './ownedWarehouse.js';
import { step } from './step.js';
import { structureLandings } from './structure.js';

/** Windows a page: about 35 kB, and as many as one run of the export's workflow starts. */
const WINDOWS_A_PAGE = 100;

const PlanPage = z.array(z.object({ window: ExportWindow, label: z.string() }));

/** What an export's manifest needs of its plan. */
export const PlanSummary = z.object({ structure: z.array(SealedLanding) });

/** Activities that decide what an export brings, with time-zone data, which workflows must not read. */
export function planActivities(deps: ActivityDeps) {
  return {
    /**
     * Plans the windows and writes them as pages, once: later pages are those of the coverage that the export started from.
     *
     * A folder an attempt: one that died half way leaves pages that nobody reads.
     */
    async planExport(input: {
      organisationId: string;
      exportId: string;
      runId: string;
      request: HistoryExportInput;
      units: readonly ExportUnit[];
      structure: readonly string[];
    }): Promise<ExportPlan> {
      return await step(deps, input, async () => {
        const warehouse = ownedWarehouse(deps);
        const planned = await plan(warehouse, input.request, input.units);
        const folder = `plans/${input.runId}/${Context.current().info.attempt}`;
        const pages = Math.ceil(planned.length / WINDOWS_A_PAGE);
        for (let page = 0; page < pages; page++)
          await write(
            deps.objects,
            pagePath(folder, page),
            planned.slice(page * WINDOWS_A_PAGE, (page + 1) * WINDOWS_A_PAGE),
          );
        const summary: z.infer<typeof PlanSummary> = {
          structure: await structureLandings(deps.objects, input.structure),
        };
        await write(deps.objects, `${folder}/summary.json`, summary);
        await warehouse.markPending(
          planned.flatMap(({ window }) =>
            localDays(window.timeZone, window.from, window.to).map(({ localDate }) => ({
              dataset: window.dataset,
              managementUnitId: window.managementUnitId,
              localDate,
              windowId: windowId(window),
            })),
          ),
        );
        return { folder, pages, windows: planned.length };
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

/** An object of a plan, in our types. */
export async function readPlanObject<T extends z.ZodType>(
  objects: ObjectStore,
  path: string,
  schema: T,
): Promise<z.infer<T>> {
  const bytes = await objects.read(path);
  if (!bytes) throw new Failure('Corrupt', `${path} is missing from ${objects.location}; start the export again`);
  return schema.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
}

async function plan(
  warehouse: Warehouse,
  request: HistoryExportInput,
  units: readonly ExportUnit[],
): Promise<PlannedWindow[]> {
  const byId = new Map(units.map((unit) => [unit.id, unit]));
  const windows: ExportWindow[] = [];
  for (const dataset of new Set(request.datasets)) {
    const states = await statesByUnit(warehouse, dataset, request, [...byId.keys()]);
    for (const unit of byId.values())
      windows.push(
        ...planWindows({
          unit: { managementUnitId: unit.id, businessUnitId: unit.businessUnitId, timeZone: unit.timeZone },
          dataset,
          from: request.from,
          to: request.to,
          windowDays: windowDaysOf(request)[dataset],
          reload: request.reload,
          coverage: states.get(unit.id) ?? new Map(),
        }),
      );
  }
  return exportOrder(windows).map((window) => ({
    window,
    label: windowLabel(window, { name: byId.get(window.managementUnitId)?.name ?? window.managementUnitId }),
  }));
}

async function statesByUnit(
  warehouse: Warehouse,
  dataset: DatasetName,
  { from, to }: { from: string; to: string },
  managementUnitIds: readonly string[],
) {
  const days = await warehouse.coverage({ dataset, managementUnitIds, from, to });
  const states = new Map<string, Map<string, (typeof days)[number]['state']>>();
  for (const { managementUnitId, localDate, state } of days) {
    const ofUnit = states.get(managementUnitId) ?? new Map<string, typeof state>();
    states.set(managementUnitId, ofUnit.set(localDate, state));
  }
  return states;
}

async function write(objects: ObjectStore, path: string, content: unknown): Promise<void> {
  await objects.createOnce(path, Buffer.from(JSON.stringify(content)));
}

function pagePath(folder: string, page: number): string {
  return `${folder}/${String(page).padStart(6, '0')}.json`;
}
