import { createHash } from 'node:crypto';
import { z } from 'zod';
import { describeIssues } from '../src/config/loadConfig.js';
import type { ExportUnit, LandedStructure, SelectedUnits, StructurePart } from '../src/domain/exportSteps.js';
import { Failure } from '../src/domain/failure.js';
import type { HistoryExportInput } from '../src/domain/historyExportInput.js';
import type { Lane } from '../src/domain/lane.js';
import { SealedLanding } from '../src/domain/seal.js';
import { chooseUnits } from '../src/domain/chooseUnits.js';
import { rangeOf } from '../src/domain/exportRange.js';
import type { BusinessUnitWeeks } from '../src/domain/scheduleWeeks.js';
import type { GenesysClient } from '../src/genesys/genesysClient.js';
import type { ObjectStore } from '../src/objects/objectStore.js';
import type { ActivityDeps } from './deps.js';
import { ownedWarehouse } from './ownedWarehouse.js';
import { type PlanSummary, summaryPath, writePlanObject } from './planObjects.js';
import { step } from './step.js';

const Weeks = z.object({ timeZone: z.string(), startDayOfWeek: z.string() });

const Named = z.object({ id: z.string(), name: z.string() });

/** Our reading of one part of the structure, kept beside its landing: names are in here and nowhere in a history. */
const StructureObject = z.object({
  landing: SealedLanding,
  part: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('businessUnits'), value: z.array(Named) }),
    z.object({
      kind: z.literal('managementUnits'),
      value: z.array(
        Named.extend({ businessUnitId: z.string(), timeZone: z.string(), startDayOfWeek: z.string().nullable() }),
      ),
    }),
    z.object({ kind: z.literal('weeks'), businessUnitId: z.string(), value: Weeks }),
    z.object({
      kind: z.literal('users'),
      managementUnitId: z.string(),
      value: z.array(z.object({ id: z.string(), name: z.string().nullable() })),
    }),
    z.object({
      kind: z.literal('activityCodes'),
      businessUnitId: z.string(),
      value: z.array(Named.extend({ category: z.string().nullable() })),
    }),
  ]),
});
type StructureObject = z.infer<typeof StructureObject>;

/** Activities that read the organisation's structure: once an export. */
export function structureActivities(deps: ActivityDeps) {
  return {
    /** Reads one part of the structure and lands it. One API call. */
    async fetchStructure(input: {
      part: StructurePart;
      organisationId: string | null;
      exportId: string;
      /** Left out by runs that began before lanes were told. */
      lane?: Lane;
    }): Promise<LandedStructure> {
      return await step(deps, input, async () => {
        const { answer, part } = await readPart(deps.genesys.inLane(input.lane ?? 'backfill'), input.part);
        const landing = await deps.objects.landBytes(answer.raw, answer.encoding);
        const object: StructureObject = { landing: { ...landing, receivedAt: answer.receivedAt }, part };
        const bytes = Buffer.from(JSON.stringify(object));
        const path = `structure/${createHash('sha256').update(bytes).digest('hex')}.json`;
        await deps.objects.createOnce(path, bytes);
        return { organisationId: deps.organisation.id, path };
      });
    },

    /**
     * Chooses the units that were asked for, by id or exact name, and works out the dates in their zones.
     *
     * @throws Failure `InvalidInput` naming an unknown unit and those that exist, or a day that is not over yet.
     */
    async selectUnits(input: {
      organisationId: string;
      exportId: string;
      request: HistoryExportInput;
      /** When the export was asked for: what `since` counts from. */
      askedAt: string;
      managementUnits: string;
    }): Promise<SelectedUnits> {
      return await step(deps, input, async () => {
        const units = chooseUnits(await managementUnitsOf(deps.objects, input.managementUnits), input.request);
        const { askedAt } = input;
        return { units, range: rangeOf(input.request, units, { askedAt, nowIso: deps.now().toISOString() }) };
      });
    },

    /** Loads the structure's parts into the dimension tables, in one transaction, and notes its landings beside the plan. */
    async loadStructure(input: {
      organisationId: string;
      exportId: string;
      structure: readonly string[];
      planFolder: string;
    }): Promise<null> {
      return await step(deps, input, async () => {
        const objects = await Promise.all(input.structure.map((path) => readObject(deps.objects, path)));
        const parts = objects.map(({ part }) => part);
        const of = <K extends StructureObject['part']['kind']>(kind: K) =>
          parts.filter((part): part is Extract<StructureObject['part'], { kind: K }> => part.kind === kind);
        await ownedWarehouse(deps).loadStructure({
          businessUnits: of('businessUnits').flatMap(({ value }) => value),
          managementUnits: of('managementUnits').flatMap(({ value }) => value),
          agents: of('users').flatMap(({ managementUnitId, value }) =>
            value.map(({ id, name }) => ({ userId: id, name, managementUnitId })),
          ),
          activityCodes: of('activityCodes').flatMap(({ businessUnitId, value }) =>
            value.map((code) => ({ businessUnitId, ...code })),
          ),
          readAt: deps.now().toISOString(),
        });
        const summary: PlanSummary = { structure: objects.map(({ landing }) => landing) };
        await writePlanObject(deps.objects, summaryPath(input.planFolder), summary);
        return null;
      });
    },
  };
}

/** The management units that were read. */
export async function managementUnitsOf(objects: ObjectStore, path: string): Promise<ExportUnit[]> {
  const { part } = await readObject(objects, path);
  if (part.kind !== 'managementUnits') throw new Failure('Corrupt', `${path}: not management units`);
  return part.value.map(({ id, name, businessUnitId, timeZone }) => ({ id, name, businessUnitId, timeZone }));
}

/** How many users Genesys lists in each unit that was read. */
export async function presentUsers(objects: ObjectStore, paths: readonly string[]): Promise<Map<string, number>> {
  const parts = await Promise.all(paths.map(async (path) => (await readObject(objects, path)).part));
  return new Map(parts.flatMap((part) => (part.kind === 'users' ? [[part.managementUnitId, part.value.length]] : [])));
}

/** How each business unit that was read counts its weeks. */
export async function businessUnitWeeks(
  objects: ObjectStore,
  paths: readonly string[],
): Promise<Map<string, BusinessUnitWeeks>> {
  const parts = await Promise.all(paths.map(async (path) => (await readObject(objects, path)).part));
  return new Map(parts.flatMap((part) => (part.kind === 'weeks' ? [[part.businessUnitId, part.value]] : [])));
}

async function readObject(objects: ObjectStore, path: string): Promise<StructureObject> {
  const bytes = await objects.read(path);
  if (!bytes) throw new Failure('Corrupt', `${path} is missing from ${objects.location}; start the export again`);
  const parsed = StructureObject.safeParse(JSON.parse(Buffer.from(bytes).toString('utf8')));
  if (!parsed.success) throw new Failure('Corrupt', `${path}: ${describeIssues(parsed.error)}`);
  return parsed.data;
}

async function readPart(genesys: GenesysClient, part: StructurePart) {
  switch (part.kind) {
    case 'businessUnits': {
      const answer = await genesys.businessUnits();
      return { answer, part: { kind: part.kind, value: answer.value } };
    }
    case 'managementUnits': {
      const answer = await genesys.managementUnits();
      return { answer, part: { kind: part.kind, value: answer.value } };
    }
    case 'weeks': {
      const answer = await genesys.businessUnit(part.businessUnitId);
      const { timeZone, startDayOfWeek } = answer.value;
      return { answer, part: { ...part, value: { timeZone, startDayOfWeek } } };
    }
    case 'users': {
      const answer = await genesys.managementUnitUsers(part.managementUnitId);
      return { answer, part: { ...part, value: answer.value } };
    }
    case 'activityCodes': {
      const answer = await genesys.activityCodes(part.businessUnitId);
      return { answer, part: { ...part, value: answer.value } };
    }
  }
}
