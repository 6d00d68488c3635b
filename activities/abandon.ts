import { z } from 'zod';
import { bindSeals } from '../src/custody/bindSeals.js';
import { localDays } from '../src/domain/calendar.js';
import type { KeptWindow } from '../src/domain/exportSteps.js';
import { windowId } from '../src/domain/exportWindow.js';
import type { MarkedDay } from '../src/warehouse/warehouse.js';
import type { ActivityDeps } from './deps.js';
import { ownedWarehouse } from './ownedWarehouse.js';
import { PlanPage, readPlanObject, writePlanObject } from './planObjects.js';
import { recordArrived } from './recordArrived.js';
import { step } from './step.js';
import { type AskedFor, keepStopped } from './stoppedWindows.js';

/** Days that had failed before an export asked for them, as their coverage was. */
export const FailedBefore = z.array(
  z.object({
    dataset: z.string(),
    managementUnitId: z.string(),
    localDate: z.string(),
    windowId: z.string(),
    reason: z.string().nullable(),
  }),
);
export type FailedBefore = z.infer<typeof FailedBefore>;

/** Writes down what days were before a plan marks them, once a run: a later attempt would see its own marks. */
export async function keepFailedBefore(deps: ActivityDeps, runId: string, failed: FailedBefore): Promise<void> {
  await writePlanObject(deps.objects, failedBeforePath(runId), failed);
}

/** Activities that end a cancelled export. */
export function abandonActivities(deps: ActivityDeps) {
  return {
    /**
     * Takes back what a cancelled export had marked and did not bring: its days become what they were. Keeps what its windows had
     * brought for the same export started again, and binds the seals of those that were loaded to the chain. Safe to repeat.
     */
    async abandonExport(input: {
      organisationId: string | null;
      exportId: string;
      runId: string;
      settings: AskedFor;
      stopped: Readonly<Record<string, KeptWindow>>;
    }): Promise<null> {
      return await step(deps, input, async () => {
        const { exportId, runId, settings, stopped } = input;
        const warehouse = ownedWarehouse(deps);
        const at = deps.now().toISOString();
        for await (const days of markedDays(deps, runId)) await warehouse.unmarkPending(days);
        if (Object.keys(stopped).length > 0)
          await keepStopped(deps.objects, { exportId, at, settings, windows: stopped });
        await bindSeals(deps.objects, warehouse, { kind: 'export', at });
        await recordArrived(deps);
        return null;
      });
    },
  };
}

/** Days that the plans of a run have marked, a page at a time. */
async function* markedDays({ objects }: ActivityDeps, runId: string): AsyncGenerator<MarkedDay[]> {
  const paths = await objects.list(`plans/${runId}`);
  if (!paths.includes(failedBeforePath(runId))) return;
  const failed = await readPlanObject(objects, failedBeforePath(runId), FailedBefore);
  const before = new Map(failed.map((day) => [keyOf(day), { windowId: day.windowId, reason: day.reason }]));
  for (const path of paths.filter((one) => /\/\d{6}\.json$/.test(one))) {
    const page = await readPlanObject(objects, path, PlanPage);
    yield page.flatMap(({ window }) =>
      localDays(window.timeZone, window.from, window.to).map(({ localDate }) => {
        const day = { dataset: window.dataset, managementUnitId: window.managementUnitId, localDate };
        return { ...day, windowId: windowId(window), failedBefore: before.get(keyOf(day)) ?? null };
      }),
    );
  }
}

function keyOf(day: { dataset: string; managementUnitId: string; localDate: string }): string {
  return `${day.dataset} ${day.managementUnitId} ${day.localDate}`;
}

function failedBeforePath(runId: string): string {
  return `plans/${runId}/before.json`;
}
