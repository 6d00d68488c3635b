import { addDays } from '../calendar.js';
import type { CoverageFacts } from '../coverage/coverageFacts.js';
import type { CoverageFault, CoverageFinding } from '../coverage/coverageFinding.js';
import type { CoverageRules } from '../coverage/coverageRules.js';
import { groupedBy } from '../coverage/groupedBy.js';
import { judgeCoverage } from '../coverage/judgeCoverage.js';
import type { DatasetName, LocalDate } from '../exportWindow.js';
import type { NightCoverage, NightUnit } from './nightlyLoadResult.js';
import { nightUnit, unitsInResult } from './nightUnits.js';
import type { NightGroup } from './planNight.js';

const FINDINGS_IN_RESULT = 100;

/** What a night's report is made from. Instants are ISO 8601 UTC. */
export interface NightFacts {
  readonly datasets: readonly DatasetName[];
  readonly groups: readonly NightGroup[];
  /** Coverage as it is now the night has ended. */
  readonly covered: Pick<CoverageFacts, 'days' | 'counted' | 'countedFrom'>;
  readonly startedAt: string;
  readonly nominalTime: string;
  readonly horizonDays: number;
  readonly rules: CoverageRules;
}

/** What coverage says of a night: of each dataset and unit, and what is at fault. */
export interface NightReport {
  readonly units: readonly NightUnit[];
  readonly unitsLeftOut: number;
  readonly coverage: NightCoverage;
}

/** First local day whose rows have to be counted: those that the night's days are compared with. */
export function countedFrom(groups: readonly NightGroup[], { comparableWeeks }: CoverageRules): LocalDate | null {
  const first = groups.map(({ from }) => from).sort()[0];
  return first === undefined ? null : addDays(first, -7 * comparableWeeks);
}

/** What a night came to, from coverage. */
export function nightReport({ datasets, groups, covered, startedAt, ...facts }: NightFacts): NightReport {
  const daysOf = groupedBy(covered.days, ({ dataset, managementUnitId }) => `${dataset} ${managementUnitId}`);
  const units: NightUnit[] = [];
  const findings: CoverageFinding[] = [];
  for (const group of groups) {
    const { from, to } = group;
    for (const dataset of new Set(datasets))
      for (const unit of group.units) {
        const days = (daysOf.get(`${dataset} ${unit.id}`) ?? []).filter(
          ({ localDate }) => from <= localDate && localDate < to,
        );
        units.push(nightUnit({ dataset, unit, from, to, days }, startedAt));
      }
    findings.push(...findingsOf(group));
  }
  return { ...unitsInResult(units), coverage: nightCoverage(findings) };

  function findingsOf(group: NightGroup): readonly CoverageFinding[] {
    const ids = group.units.map(({ id }) => id);
    const { findings: found } = judgeCoverage({
      ...covered,
      units: group.units,
      expected: [{ datasets, units: ids }],
      asOf: facts.nominalTime,
      horizonDays: facts.horizonDays,
      // The night's exports have ended: what they were asked for and did not bring does not come any more.
      exportsRun: false,
      rules: facts.rules,
      only: { datasets: [...datasets], units: ids, from: group.from, to: group.to },
    });
    return found;
  }
}

function nightCoverage(findings: readonly CoverageFinding[]): NightCoverage {
  const days: Partial<Record<CoverageFault, number>> = {};
  for (const finding of findings) days[finding.fault] = (days[finding.fault] ?? 0) + finding.days;
  const shown = findings.slice(0, FINDINGS_IN_RESULT);
  return { ok: findings.length === 0, days, findings: shown, findingsLeftOut: findings.length - shown.length };
}
