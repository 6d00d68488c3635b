import { z } from 'zod';
import { PlannedWindow } from '../src/domain/exportSteps.js';
import { Failure } from '../src/domain/failure.js';
import { UnitPlan } from '../src/domain/plannedExport.js';
import { SealedLanding } from '../src/domain/seal.js';
import type { ObjectStore } from '../src/objects/objectStore.js';

/** The windows of one page of a plan. */
export const PlanPage = z.array(PlannedWindow);

/** What each dataset of each unit has to bring. */
export const UnitPlans = z.array(UnitPlan);

/** What an export's manifest needs of its plan. */
export const PlanSummary = z.object({ structure: z.array(SealedLanding) });
export type PlanSummary = z.infer<typeof PlanSummary>;

export function pagePath(folder: string, page: number): string {
  return `${folder}/${String(page).padStart(6, '0')}.json`;
}

export function unitPlansPath(folder: string): string {
  return `${folder}/units.json`;
}

export function summaryPath(folder: string): string {
  return `${folder}/summary.json`;
}

/** An object of a plan, in our types. @throws Failure `Corrupt` when it is missing. */
export async function readPlanObject<T extends z.ZodType>(
  objects: ObjectStore,
  path: string,
  schema: T,
): Promise<z.infer<T>> {
  const bytes = await objects.read(path);
  if (!bytes) throw new Failure('Corrupt', `${path} is missing from ${objects.location}; start the export again`);
  return schema.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
}

/** Writes an object of a plan, once. */
export async function writePlanObject(objects: ObjectStore, path: string, content: unknown): Promise<void> {
  await objects.createOnce(path, Buffer.from(JSON.stringify(content)));
}
