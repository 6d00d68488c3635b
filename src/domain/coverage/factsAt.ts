import type { DatasetName } from '../exportWindow.js';
import type { CoverageChoice } from './coverageChoice.js';
import type { CoverageFacts } from './coverageFacts.js';
import type { CoverageRules } from './coverageRules.js';

/** What the configuration says of coverage. */
export interface CoverageSettings {
  readonly coverage: CoverageRules;
  /** Nightly loads that are to bring days. */
  readonly nightly: readonly {
    readonly datasets: readonly DatasetName[];
    readonly units?: readonly string[] | undefined;
  }[];
  readonly export: { readonly provisionalDays: number };
}

/**
 * What is judged at an instant, as the configuration has it.
 *
 * Days count as expected once they have been over for as long as the rules give a nightly load to bring them.
 */
export function factsAt(
  covered: Pick<CoverageFacts, 'days' | 'counted' | 'countedFrom' | 'units'>,
  { coverage: rules, nightly, export: { provisionalDays } }: CoverageSettings,
  { nowMs, exportsRun, only }: { nowMs: number; exportsRun: boolean; only?: CoverageChoice },
): CoverageFacts {
  return {
    ...covered,
    expected: nightly.map(({ datasets, units }) => ({ datasets, units: units ?? null })),
    asOf: new Date(nowMs - rules.expectedAfterHours * 3_600_000).toISOString(),
    horizonDays: provisionalDays,
    exportsRun,
    rules,
    ...(only === undefined ? {} : { only }),
  };
}
