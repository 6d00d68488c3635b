import { addDays, localDays } from '../calendar.js';
import type { DatasetName, LocalDate } from '../exportWindow.js';
import { provisionalFrom } from '../provisional.js';
import type { CountedDay, CoverageFacts, CoveredDay } from './coverageFacts.js';
import {
  COVERAGE_STATES,
  type CoverageFault,
  type CoverageFinding,
  type CoverageState,
  type FaultCause,
} from './coverageFinding.js';
import { type ExpectedDays, expectedDays, type NewUnit, newUnits, unknownUnits, zoneOf } from './expectedDays.js';
import { FallenDays } from './fallenDays.js';
import { groupedBy } from './groupedBy.js';

/** Days in a row that look the same: `from` inclusive, `to` exclusive. */
export interface DayRun {
  readonly from: LocalDate;
  readonly to: LocalDate;
  readonly state: CoverageState;
  readonly fault: CoverageFault | null;
}

/** One dataset of one unit: its days that are to be there, and how they are. */
export interface UnitCoverage {
  readonly dataset: DatasetName;
  readonly managementUnitId: string;
  readonly unit: string;
  readonly timeZone: string;
  readonly from: LocalDate;
  readonly to: LocalDate;
  readonly days: Readonly<Record<CoverageState, number>>;
  /** In order; a date that the zone left out (Samoa, 2011-12-30) is in none. */
  readonly runs: readonly DayRun[];
}

/** What is there of what should be. */
export interface CoverageJudgement {
  /** Whether nothing is at fault. */
  readonly ok: boolean;
  readonly asOf: string;
  /** In order of dataset and of the unit's name. */
  readonly units: readonly UnitCoverage[];
  /** In the same order, then by day. */
  readonly findings: readonly CoverageFinding[];
  /** Units that nightly loads name and that no export has read, by id or name: at fault, though no day of them can be named. */
  readonly unknownUnits: readonly string[];
  /** No fault by themselves. */
  readonly newUnits: readonly NewUnit[];
}

/** Table of each dataset by which days are compared: it has a row, or rows, for each who was there, and is always asked for. */
export const MAIN_TABLES: Readonly<Record<DatasetName, string>> = {
  adherence: 'adherence_day',
  occupancy: 'occupancy_interval',
  schedules: 'schedule_shift',
};

/** A note in `coverage` that is no failure. */
const NOTES: readonly string[] = ['PresentUsersOnly'];

interface JudgedDay {
  readonly localDate: LocalDate;
  readonly state: CoverageState;
  readonly fault: Fault | null;
}

type Fault = Pick<CoverageFinding, 'fault' | 'cause' | 'reason' | 'figures'>;

/**
 * Judges whether what should be in the warehouse is: each expected local day of each dataset and unit, once.
 *
 * @throws Failure `InvalidInput` when `asOf` is no instant.
 */
export function judgeCoverage(facts: CoverageFacts): CoverageJudgement {
  const counted = groupedBy(facts.counted, (day) => `${day.dataset} ${day.managementUnitId}`);
  const judged = expectedDays(facts).map((expected) => {
    const key = `${expected.dataset} ${expected.unit.id}`;
    return { expected, days: judgeDays(facts, expected, counted.get(key) ?? []) };
  });
  const findings = judged.flatMap(({ expected, days }) => findingsOf(expected, days));
  const unknown = unknownUnits(facts);
  return {
    ok: findings.length === 0 && unknown.length === 0,
    asOf: facts.asOf,
    units: judged.map(({ expected, days }) => unitCoverage(expected, days)),
    findings,
    unknownUnits: unknown,
    newUnits: newUnits(facts),
  };
}

function judgeDays(facts: CoverageFacts, expected: ExpectedDays, countedDays: readonly CountedDay[]): JudgedDay[] {
  const { dataset, unit, from, to } = expected;
  const lines = new Map(expected.days.map((day) => [day.localDate, day]));
  const counted = new Map(countedDays.map((day) => [day.localDate, day]));
  const isCounted = ({ localDate }: CoveredDay) => facts.countedFrom === null || localDate >= facts.countedFrom;
  const answered = expected.days.filter((day) => isAnswered(day) && isCounted(day));
  const fallen = new FallenDays(answered, counted, MAIN_TABLES[dataset], facts.rules);
  const restatedFrom = provisionalFrom(facts.asOf, zoneOf(unit), facts.horizonDays);
  const settledBefore = addDays(restatedFrom, -facts.rules.settleWithinDays);
  return localDays(zoneOf(unit), from, to).map(({ localDate }) => {
    const line = lines.get(localDate);
    if (!line) return { localDate, state: 'missing', fault: faultOf('neverLoaded', 'neverAsked') };
    return { localDate, state: line.state, fault: faultOfLine(line) };
  });

  function faultOfLine(line: CoveredDay): Fault | null {
    const { state, reason, localDate } = line;
    if (state === 'failed') return faultOf('gap', 'failed', reason);
    if (state === 'pending') return facts.exportsRun ? null : faultOf('gap', 'abandoned', reason);
    const poorer = isCounted(line) ? fallen.judge(line) : null;
    if (poorer?.cause === 'rowsGone') return { fault: 'fell', ...poorer, reason };
    if (reason === 'Shrunk') return faultOf('fell', 'shrunk', reason);
    if (reason !== null && !NOTES.includes(reason)) return faultOf('gap', 'staleAnswer', reason);
    if (poorer) return { fault: 'fell', ...poorer, reason };
    return state === 'provisional' && localDate < settledBefore ? faultOf('unsettled', 'notReadAgain', reason) : null;
  }
}

function faultOf(fault: CoverageFault, cause: FaultCause, reason: string | null = null): Fault {
  return { fault, cause, reason, figures: null };
}

function isAnswered({ state }: CoveredDay): boolean {
  return state === 'loaded' || state === 'empty' || state === 'provisional';
}

/** Days in a row with the same fault as one finding; days with figures stand alone, because each has its own. */
function findingsOf({ dataset, unit }: ExpectedDays, days: readonly JudgedDay[]): CoverageFinding[] {
  const findings: CoverageFinding[] = [];
  for (const [index, { localDate, fault }] of days.entries()) {
    if (fault === null) continue;
    const before = days[index - 1]?.fault ?? null;
    const last = findings.at(-1);
    const to = addDays(localDate, 1);
    if (last && before !== null && isSame(before, fault))
      findings[findings.length - 1] = { ...last, to, days: last.days + 1 };
    else findings.push({ ...fault, dataset, managementUnitId: unit.id, unit: unit.name, from: localDate, to, days: 1 });
  }
  return findings;
}

function isSame(a: Fault, b: Fault): boolean {
  return a.cause === b.cause && a.reason === b.reason && a.figures === null && b.figures === null;
}

function unitCoverage({ dataset, unit, from, to }: ExpectedDays, days: readonly JudgedDay[]): UnitCoverage {
  const counts = Object.fromEntries(COVERAGE_STATES.map((state) => [state, 0])) as Record<CoverageState, number>;
  const runs: DayRun[] = [];
  let begun: JudgedDay | undefined;
  for (const [index, day] of days.entries()) {
    counts[day.state]++;
    begun ??= day;
    const next = days[index + 1];
    if (next?.state === day.state && next.fault?.fault === day.fault?.fault) continue;
    const { state, fault } = day;
    runs.push({ from: begun.localDate, to: addDays(day.localDate, 1), state, fault: fault?.fault ?? null });
    begun = undefined;
  }
  const { id, name, timeZone } = unit;
  return { dataset, managementUnitId: id, unit: name, timeZone, from, to, days: counts, runs };
}
