import { chooseUnits } from '../src/domain/chooseUnits.js';
import type { ExportUnit } from '../src/domain/exportSteps.js';
import { Failure, isFailure } from '../src/domain/failure.js';
import type { NightlyLoadInput } from '../src/domain/nightly/nightlyLoadInput.js';
import type { NightUnit } from '../src/domain/nightly/nightlyLoadResult.js';
import { nightUnit, unitsInResult } from '../src/domain/nightly/nightUnits.js';
import { type NightGroup, planNight } from '../src/domain/nightly/planNight.js';
import type { CoverageDay } from '../src/warehouse/warehouse.js';
import type { ActivityDeps } from './deps.js';
import { ownedWarehouse } from './ownedWarehouse.js';
import { step } from './step.js';
import { managementUnitsOf } from './structure.js';

/** Whose night it is. */
interface Night {
  readonly organisationId: string;
  /** Workflow id of the nightly load. */
  readonly exportId: string;
}

/** Activities of the nightly load: what needs time-zone data, which workflows must not read, and what coverage says in the end. */
export function nightlyActivities(deps: ActivityDeps) {
  return {
    /**
     * The exports of one night, by the units as Genesys has them today.
     *
     * A unit that was asked for and is not there does not stop the others: it is named.
     *
     * @throws Failure `InvalidInput` when none of the units exists.
     */
    async planNight(
      input: Night & { request: NightlyLoadInput; nominalTime: string; managementUnits: string },
    ): Promise<{ groups: NightGroup[]; unknownUnits: string[] }> {
      return await step(deps, input, async () => {
        const all = await managementUnitsOf(deps.objects, input.managementUnits);
        const { units, unknownUnits } = unitsThere(all, input.request);
        const { nominalTime, request } = input;
        const groups = planNight(request, units, { nominalTime, horizonDays: deps.settings.provisionalDays });
        return { groups, unknownUnits };
      });
    },

    /** What the night's days came to, from coverage. */
    async reportNight(
      input: Night & { datasets: NightlyLoadInput['datasets']; groups: readonly NightGroup[]; startedAt: string },
    ): Promise<{ units: NightUnit[]; unitsLeftOut: number; daysMissing: number }> {
      return await step(deps, input, async () => {
        const warehouse = ownedWarehouse(deps);
        const found: NightUnit[] = [];
        for (const { from, to, units } of input.groups)
          for (const dataset of new Set(input.datasets)) {
            const managementUnitIds = units.map(({ id }) => id);
            const days = await warehouse.coverage({ dataset, managementUnitIds, from, to });
            const byUnit = new Map(units.map(({ id }): [string, CoverageDay[]] => [id, []]));
            for (const day of days) byUnit.get(day.managementUnitId)?.push(day);
            for (const unit of units)
              found.push(nightUnit({ dataset, unit, from, to, days: byUnit.get(unit.id) ?? [] }, input.startedAt));
          }
        const daysMissing = found.reduce((sum, unit) => sum + unit.daysMissing, 0);
        return { ...unitsInResult(found), daysMissing };
      });
    },
  };
}

/** @throws Failure `InvalidInput` when there is none of them, or one has an id or zone that cannot be used. */
function unitsThere(
  all: readonly ExportUnit[],
  { managementUnits }: Pick<NightlyLoadInput, 'managementUnits'>,
): { units: ExportUnit[]; unknownUnits: string[] } {
  if (managementUnits === undefined) return { units: chooseUnits(all, {}), unknownUnits: [] };
  const units = new Map<string, ExportUnit>();
  const unknownUnits: string[] = [];
  let problem: Failure | undefined;
  for (const asked of managementUnits)
    try {
      for (const unit of chooseUnits(all, { managementUnits: [asked] })) units.set(unit.id, unit);
    } catch (error) {
      if (!isFailure(error, 'InvalidInput')) throw error;
      problem ??= error;
      unknownUnits.push(asked);
    }
  if (units.size === 0 && problem) throw problem;
  return { units: [...units.values()], unknownUnits };
}
