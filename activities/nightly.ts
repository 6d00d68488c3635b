import { chooseUnits } from '../src/domain/chooseUnits.js';
import type { ExportUnit } from '../src/domain/exportSteps.js';
import { Failure, isFailure } from '../src/domain/failure.js';
import type { NightlyLoadInput } from '../src/domain/nightly/nightlyLoadInput.js';
import { countedFrom, type NightFacts, nightReport, type NightReport } from '../src/domain/nightly/nightReport.js';
import { type NightGroup, planNight } from '../src/domain/nightly/planNight.js';
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

    /** What the night's days came to, from coverage, and what is at fault with them. */
    async reportNight(
      input: Night & Pick<NightFacts, 'datasets' | 'groups' | 'startedAt' | 'nominalTime'>,
    ): Promise<NightReport> {
      return await step(deps, input, async () => {
        const { coverageRules: rules, settings } = deps;
        const covered = await ownedWarehouse(deps).coveredDays(countedFrom(input.groups, rules));
        return nightReport({ ...input, covered, rules, horizonDays: settings.provisionalDays });
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
