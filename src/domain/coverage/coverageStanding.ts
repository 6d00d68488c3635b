import { addDays } from '../calendar.js';
import { DATASET_NAMES, type DatasetName, type LocalDate } from '../exportWindow.js';
import { COVERAGE_FAULTS, COVERAGE_STATES, type CoverageFault, type CoverageState } from './coverageFinding.js';
import type { CoverageJudgement } from './judgeCoverage.js';

/** One dataset of all units, in figures. */
export interface CoverageStanding {
  readonly dataset: DatasetName;
  /** Expected local days by state. */
  readonly days: Readonly<Record<CoverageState, number>>;
  /** Days at fault, by fault. */
  readonly faults: Readonly<Record<CoverageFault, number>>;
  /** Last local day with an answer, of any unit; null where there is none. */
  readonly until: LocalDate | null;
}

/** A judgement in figures, a dataset each, without units: of every dataset, whether anything of it is expected or not. */
export function coverageStandings({
  units,
  findings,
}: Pick<CoverageJudgement, 'units' | 'findings'>): CoverageStanding[] {
  return DATASET_NAMES.map((dataset) => {
    const ofDataset = units.filter((unit) => unit.dataset === dataset);
    const days = countsOf(COVERAGE_STATES, (state) => ofDataset.map((unit) => unit.days[state]));
    const faults = countsOf(COVERAGE_FAULTS, (fault) =>
      findings
        .filter((finding) => finding.dataset === dataset && finding.fault === fault)
        .map((finding) => finding.days),
    );
    return { dataset, days, faults, until: lastAnswered(ofDataset) };
  });
}

function countsOf<Key extends string>(keys: readonly Key[], counts: (key: Key) => number[]): Record<Key, number> {
  const sums = keys.map((key) => [key, counts(key).reduce((sum, count) => sum + count, 0)] as const);
  return Object.fromEntries(sums) as Record<Key, number>;
}

function lastAnswered(units: CoverageJudgement['units']): LocalDate | null {
  const ends = units.flatMap(({ runs }) =>
    runs.filter(({ state }) => state === 'loaded' || state === 'empty' || state === 'provisional').map(({ to }) => to),
  );
  const end = ends.sort().at(-1);
  return end === undefined ? null : addDays(end, -1);
}
