import { z } from 'zod';
import { KeptWindow } from '../src/domain/exportSteps.js';
import type { ObjectStore } from '../src/objects/objectStore.js';
import { exportFolder } from './exportFolder.js';
import { readPlanObject, writePlanObject } from './planObjects.js';

/** How long what a cancelled export's windows had brought is worth going on with: Genesys forgets jobs, and days are restated. */
const WORTH_FOR_MS = 24 * 3_600_000;

/** How an export asked: what was brought for other settings is of no use. */
export const AskedFor = z.object({ exceptions: z.boolean(), actuals: z.boolean() });
export type AskedFor = z.infer<typeof AskedFor>;

/** What the windows of a cancelled export had brought, by their ids. */
const StoppedWindows = z.object({
  v: z.literal(1),
  exportId: z.string(),
  at: z.string(),
  settings: AskedFor,
  windows: z.record(z.string(), KeptWindow),
});
type StoppedWindows = z.infer<typeof StoppedWindows>;

/** Keeps what the windows of a cancelled export had brought, for the same export started again. */
export async function keepStopped(objects: ObjectStore, stopped: Omit<StoppedWindows, 'v'>): Promise<void> {
  await writePlanObject(objects, `${folderOf(stopped.exportId)}/${stopped.at.replaceAll(/[:.]/g, '-')}.json`, {
    v: 1,
    ...stopped,
  });
}

/** What the windows of the same export had brought when it was last cancelled; nothing where it has ended since. */
export async function stoppedWindows(
  objects: ObjectStore,
  asked: { readonly exportId: string; readonly settings: AskedFor; readonly nowMs: number },
): Promise<Readonly<Record<string, KeptWindow>>> {
  const last = (await objects.list(folderOf(asked.exportId))).at(-1);
  if (last === undefined) return {};
  const { exportId, at, settings, windows } = await readPlanObject(objects, last, StoppedWindows);
  const isOfUse =
    exportId === asked.exportId &&
    asked.nowMs - Date.parse(at) < WORTH_FOR_MS &&
    settings.exceptions === asked.settings.exceptions &&
    settings.actuals === asked.settings.actuals;
  return isOfUse ? windows : {};
}

/** An export has ended by itself: what was kept when it was cancelled before is of no use any more. */
export async function forgetStopped(objects: ObjectStore, exportId: string, at: string): Promise<void> {
  const last = (await objects.list(folderOf(exportId))).at(-1);
  if (last === undefined) return;
  await keepStopped(objects, { exportId, at, settings: { exceptions: false, actuals: false }, windows: {} });
}

function folderOf(exportId: string): string {
  return `plans/stopped/${exportFolder(exportId)}`;
}
