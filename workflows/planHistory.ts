import { workflowInfo } from '@temporalio/workflow';
import type { ExportPlan, ExportUnit, LandedStructure, StructurePart } from '../src/domain/exportSteps.js';
import type { ExportState } from '../src/domain/exportState.js';
import type { DatedRequest, HistoryExportInput } from '../src/domain/historyExportInput.js';
import { structureCalls } from '../src/domain/minimumCalls.js';
import type { QueuedActivities } from './policies.js';

/** Runs one of the export's own steps, however long causes outside it last. */
export type OwnStep = <T>(step: (activities: QueuedActivities) => Promise<T>) => Promise<T>;

/** Whose plan it is. */
interface Planner {
  readonly exportId: string;
  readonly runId: string;
  readonly own: OwnStep;
}

/** An export as read and planned: what estimates and loads go by. */
export interface ReadPlan {
  readonly organisationId: string;
  readonly exportId: string;
  readonly request: DatedRequest;
  readonly units: readonly ExportUnit[];
  readonly plan: ExportPlan;
  /** Paths of the parts of the structure that were read. */
  readonly structure: readonly string[];
}

/**
 * Reads the organisation's structure, once an export, and plans the windows.
 *
 * @throws ActivityFailure `InvalidInput` when a unit does not exist or a day is not over.
 */
export async function planHistory(request: HistoryExportInput, planner: Planner): Promise<ExportState> {
  const startedAt = new Date().toISOString();
  const read = await readAndPlan(request, planner, { dryRun: false });
  const { organisationId, exportId, units, structure, plan } = read;
  if (plan.windows > 0)
    await planner.own((activities) =>
      activities.warehouse.loadStructure.executeWithOptions({ summary: 'Load units, agents and activity codes' }, [
        { organisationId, exportId, structure, planFolder: plan.folder },
      ]),
    );
  const planned = await planner.own((activities) =>
    activities.warehouse.estimateExport.executeWithOptions({ summary: 'Estimate calls, rows and time' }, [
      estimateInput(read),
    ]),
  );
  const unitCounts = {
    managementUnits: units.length,
    businessUnits: businessUnitsOf(units).length,
    // What windows cost is added as they end.
    schedules: request.datasets.includes('schedules') ? { windows: 0, weeks: 0 } : null,
  };
  return {
    v: 1,
    organisationId,
    startedAt,
    range: { from: read.request.from, to: read.request.to },
    planned,
    plan,
    page: 0,
    left: [],
    done: 0,
    failed: 0,
    rows: {},
    changes: {},
    calls: { made: structure.length, minimum: structureCalls(unitCounts, plan.windows) },
    longestDays: {},
    paused: null,
    stoodStillMs: 0,
  };
}

/**
 * Reads what a plan needs of the structure and plans: two calls show which units there are; only where that leaves something to do are
 * their users read, and for an export the activity codes.
 */
export async function readAndPlan(
  request: HistoryExportInput,
  { exportId, runId, own }: Planner,
  { dryRun }: { dryRun: boolean },
): Promise<ReadPlan> {
  const first = await fetch({ kind: 'businessUnits' }, null);
  const { organisationId } = first;
  const second = await fetch({ kind: 'managementUnits' }, organisationId);
  const askedAt = workflowInfo().startTime.toISOString();
  const { units, range } = await own((activities) =>
    activities.main.selectUnits.executeWithOptions({ summary: 'Choose the management units' }, [
      { organisationId, exportId, request, askedAt, managementUnits: second.path },
    ]),
  );
  const dated: DatedRequest = { ...request, ...range };
  const weeks = request.datasets.includes('schedules')
    ? await Promise.all(
        businessUnitsOf(units).map((businessUnitId) => fetch({ kind: 'weeks', businessUnitId }, organisationId)),
      )
    : [];
  const plan = await own((activities) =>
    activities.warehouse.planExport.executeWithOptions({ summary: 'Plan the windows' }, [
      {
        organisationId,
        exportId,
        runId,
        request: dated,
        units,
        dryRun,
        ...(weeks.length > 0 ? { weeks: weeks.map(({ path }) => path) } : {}),
      },
    ]),
  );
  const parts: StructurePart[] = [
    ...units.map((unit): StructurePart => ({ kind: 'users', managementUnitId: unit.id })),
    ...(dryRun
      ? []
      : businessUnitsOf(units).map((id): StructurePart => ({ kind: 'activityCodes', businessUnitId: id }))),
  ];
  const rest = plan.windows > 0 ? await Promise.all(parts.map((part) => fetch(part, organisationId))) : [];
  const structure = [first, second, ...weeks, ...rest].map(({ path }) => path);
  return { organisationId, exportId, request: dated, units, plan, structure };

  async function fetch(part: StructurePart, ofOrganisation: string | null): Promise<LandedStructure> {
    return await own((activities) =>
      activities.reads.fetchStructure.executeWithOptions({ summary: `Read ${structurePartName(part)}` }, [
        { part, organisationId: ofOrganisation, exportId, lane: request.lane },
      ]),
    );
  }
}

/** What the activities that estimate are told. */
export function estimateInput({ organisationId, exportId, request, units, structure, plan }: ReadPlan) {
  return { organisationId, exportId, request, units, structure, planFolder: plan.folder };
}

function businessUnitsOf(units: readonly ExportUnit[]): string[] {
  return [...new Set(units.map((unit) => unit.businessUnitId))];
}

function structurePartName(part: StructurePart): string {
  switch (part.kind) {
    case 'businessUnits':
      return 'the business units';
    case 'managementUnits':
      return 'the management units';
    case 'weeks':
      return `how business unit ${part.businessUnitId} counts weeks`;
    case 'users':
      return `the users of management unit ${part.managementUnitId}`;
    case 'activityCodes':
      return `the activity codes of business unit ${part.businessUnitId}`;
  }
}
