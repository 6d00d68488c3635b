import type { LandedStructure, StructurePart } from '../src/domain/exportSteps.js';
import type { ExportState } from '../src/domain/exportState.js';
import type { HistoryExportInput } from '../src/domain/historyExportInput.js';
import { minimumCalls } from '../src/domain/minimumCalls.js';
import type { QueuedActivities } from './policies.js';

/** Runs one of the export's own steps, however long causes outside it last. */
type OwnStep = <T>(step: (activities: QueuedActivities) => Promise<T>) => Promise<T>;

/**
 * Reads the organisation's structure, once an export, and plans the windows.
 *
 * @throws ActivityFailure `InvalidInput` when a unit does not exist or a day is not over.
 */
export async function planHistory(
  request: HistoryExportInput,
  ids: { exportId: string; runId: string },
  own: OwnStep,
): Promise<ExportState> {
  const { exportId } = ids;
  const startedAt = new Date().toISOString();
  const first = await fetch({ kind: 'businessUnits' }, null);
  const { organisationId } = first;
  const second = await fetch({ kind: 'managementUnits' }, organisationId);
  const { units } = await own((activities) =>
    activities.main.selectUnits.executeWithOptions({ summary: 'Choose the management units' }, [
      { organisationId, exportId, request, businessUnits: first.path, managementUnits: second.path },
    ]),
  );
  const businessUnits = [...new Set(units.map((unit) => unit.businessUnitId))];
  const parts: StructurePart[] = [
    ...units.map((unit): StructurePart => ({ kind: 'users', managementUnitId: unit.id })),
    ...businessUnits.map((id): StructurePart => ({ kind: 'activityCodes', businessUnitId: id })),
  ];
  const rest = await Promise.all(parts.map((part) => fetch(part, organisationId)));
  const structure = [first, second, ...rest].map(({ path }) => path);
  await own((activities) =>
    activities.warehouse.loadStructure.executeWithOptions({ summary: 'Load units, agents and activity codes' }, [
      { organisationId, exportId, structure },
    ]),
  );
  const plan = await own((activities) =>
    activities.warehouse.planExport.executeWithOptions({ summary: 'Plan the windows' }, [
      { organisationId, ...ids, request, units, structure },
    ]),
  );
  const minimum = minimumCalls({
    managementUnits: units.length,
    businessUnits: businessUnits.length,
    adherenceWindows: 0,
    occupancyWindowUsers: [],
  });
  return {
    v: 1,
    organisationId,
    startedAt,
    plan,
    page: 0,
    done: 0,
    failed: 0,
    rows: {},
    calls: { made: structure.length, minimum: minimum.structure },
    longestDays: {},
    paused: null,
  };

  async function fetch(part: StructurePart, ofOrganisation: string | null): Promise<LandedStructure> {
    return await own((activities) =>
      activities.reads.fetchStructure.executeWithOptions({ summary: `Read ${structurePartName(part)}` }, [
        { part, organisationId: ofOrganisation, exportId },
      ]),
    );
  }
}

function structurePartName(part: StructurePart): string {
  switch (part.kind) {
    case 'businessUnits':
      return 'the business units';
    case 'managementUnits':
      return 'the management units';
    case 'users':
      return `the users of management unit ${part.managementUnitId}`;
    case 'activityCodes':
      return `the activity codes of business unit ${part.businessUnitId}`;
  }
}
