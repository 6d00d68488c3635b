import type { DatasetName, LocalDate } from '../exportWindow.js';
import type { DayState } from '../seal.js';

/**
 * What can be wrong with a local day.
 *
 * - `gap`: an export asked for it and does not have it as asked.
 * - `neverLoaded`: nobody ever asked for it, though it is over and expected.
 * - `fell`: it has fewer rows or agents than were loaded, than Genesys had before, or than days like it.
 * - `unsettled`: it was read while Genesys could still restate it, and never again since.
 */
export const COVERAGE_FAULTS = ['gap', 'neverLoaded', 'fell', 'unsettled'] as const;
export type CoverageFault = (typeof COVERAGE_FAULTS)[number];

/** States of a day: those of `coverage`, and `missing` where it has no line. */
export const COVERAGE_STATES = ['loaded', 'empty', 'provisional', 'pending', 'failed', 'missing'] as const;
export type CoverageState = DayState | 'missing';

/** Why a day is at fault, more exactly; each has its own remedy. */
export type FaultCause =
  /** `gap`: asked for, not answered, and no export runs. */
  | 'abandoned'
  /** `gap`: the last export of it failed, and it has no answer. */
  | 'failed'
  /** `gap`: the last export of it failed, and an earlier answer stands. */
  | 'staleAnswer'
  | 'neverAsked'
  /** `fell`: a later answer was poorer and was not loaded. */
  | 'shrunk'
  /** `fell`: rows that were loaded are not there any more. */
  | 'rowsGone'
  /** `fell`: fewer than comparable days have. */
  | 'fewerAgents'
  | 'fewerRows'
  | 'notReadAgain';

/** Days of one dataset of one unit that have the same fault: `from` inclusive, `to` exclusive. */
export interface CoverageFinding {
  readonly fault: CoverageFault;
  readonly cause: FaultCause;
  readonly dataset: DatasetName;
  readonly managementUnitId: string;
  /** The unit's name. */
  readonly unit: string;
  readonly from: LocalDate;
  readonly to: LocalDate;
  readonly days: number;
  /** What coverage says, such as `TooLarge`; null where it says nothing. */
  readonly reason: string | null;
  /** What was found and what was to be expected; null but for `rowsGone`, `fewerAgents` and `fewerRows`, which name single days. */
  readonly figures: { readonly found: number; readonly expected: number } | null;
}

/** One line for a person: fault, dataset, unit, days, what is wrong. */
export function describeFinding(finding: CoverageFinding): string {
  const { fault, dataset, unit, managementUnitId, from, to, days } = finding;
  const name = unit === managementUnitId ? unit : `${unit} (${managementUnitId})`;
  const when = days === 1 ? from : `${from} to ${to} (exclusive), ${days} days`;
  return `${describeCoverage(fault)}: ${dataset} of ${name}, ${when}: ${whatIsWrong(finding)}`;
}

/** A fault or state in words: most are words already. */
export function describeCoverage(word: CoverageFault | CoverageState): string {
  return WORDS[word] ?? word;
}

const WORDS: Readonly<Partial<Record<CoverageFault | CoverageState, string>>> = {
  neverLoaded: 'never loaded',
  unsettled: 'not settled',
  missing: 'never loaded',
};

function whatIsWrong({ cause, reason, figures }: CoverageFinding): string {
  const found = (figures?.found ?? 0).toLocaleString('en');
  const expected = (figures?.expected ?? 0).toLocaleString('en');
  switch (cause) {
    case 'abandoned':
      return 'asked for and not answered, and no export is known to run';
    case 'failed':
      return `the export of it failed: ${reason ?? 'no reason is known'}`;
    case 'staleAnswer':
      return `the last export of it failed (${reason ?? 'no reason is known'}); what was there before stands`;
    case 'neverAsked':
      return 'no export has asked for it';
    case 'shrunk':
      return "Genesys's last answer had no rows or fewer agents; the rows of before were kept";
    case 'rowsGone':
      return `${found} rows of the ${expected} that were loaded are there`;
    case 'fewerAgents':
      return `${found} agents, where earlier days of this weekday have ${expected}`;
    case 'fewerRows':
      return `${found} rows, where earlier days of this weekday have ${expected}`;
    case 'notReadAgain':
      return 'read while Genesys could still restate it, and not since';
  }
}
