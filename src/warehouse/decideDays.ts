import { dayDecision } from '../domain/dayDecision.js';
import type { LocalDate } from '../domain/exportWindow.js';
import type { DayState } from '../domain/seal.js';
import type { DayRows } from './dayRows.js';
import type { StagedTable } from './staging/stageWindow.js';
import type { CoverageDay, WindowLoad } from './warehouse.js';

/** What a load does with one local day. */
export interface DecidedDay {
  readonly localDate: LocalDate;
  readonly action: 'replace' | 'keep';
  readonly kept: 'Shrunk' | 'Older' | null;
  readonly state: DayState;
  readonly reason: string | null;
  readonly requestedAt: string | null;
  /** The day's line in coverage before this load. */
  readonly before: CoverageDay | null;
  /** Rows that the warehouse has for the day before this load, by table, and distinct agents among them. */
  readonly existing: DayRows;
  /** Rows of the answer for the day, by table, and distinct agents among them. */
  readonly staged: DayRows;
  /** What the warehouse has for the day when it is replaced: the rows of the answer, and those that wait for another unit's load. */
  readonly replaced: DayRows;
}

/** What is decided by, read in the load's transaction. */
export interface DayFacts {
  /** Coverage of the window's days. */
  readonly before: readonly CoverageDay[];
  /** Days that the answer reaches over: `src/warehouse/staging/coveredDates.ts`. */
  readonly covered: ReadonlySet<LocalDate>;
  /** Rows that the warehouse has for the window's unit. */
  readonly existing: ReadonlyMap<LocalDate, DayRows>;
  /** Those of them that stay for another unit's load to take; agents are those of whom the answer has no row to load. */
  readonly waiting: ReadonlyMap<LocalDate, DayRows>;
}

/** Decides each asked day: `src/domain/dayDecision.ts`, and `NotCovered` where the answer does not reach over the whole day. */
export function decideDays(load: WindowLoad, staged: readonly StagedTable[], facts: DayFacts): DecidedDay[] {
  const before = new Map(facts.before.map((day) => [day.localDate, day]));
  const nothing: DayRows = { rows: new Map<string, number>(), agents: 0 };
  return load.days.map(({ localDate }): DecidedDay => {
    const ofAnswer = stagedRows(staged, localDate);
    const day = {
      localDate,
      before: before.get(localDate) ?? null,
      existing: facts.existing.get(localDate) ?? nothing,
      staged: ofAnswer,
      replaced: together(ofAnswer, facts.waiting.get(localDate) ?? nothing),
    };
    return facts.covered.has(localDate)
      ? { ...day, ...decided(load, day) }
      : { ...day, ...notCovered(load, day.before) };
  });
}

type Day = Pick<DecidedDay, 'localDate' | 'before' | 'existing' | 'replaced'>;
type Verdict = Pick<DecidedDay, 'action' | 'kept' | 'state' | 'reason' | 'requestedAt'>;

function decided(load: WindowLoad, { localDate, before, existing, replaced }: Day): Verdict {
  const rows = total(existing);
  return dayDecision({
    staged: { rows: total(replaced), agents: replaced.agents },
    existing:
      before === null && rows === 0
        ? null
        : {
            rows,
            agents: existing.agents,
            // Rows without a line in coverage were put there by hand: as if asked for and never answered.
            state: before?.state ?? 'pending',
            requestedAt: before?.requestedAt ?? null,
            reason: before?.reason ?? null,
          },
    requestedAt: load.requestedAt,
    provisional: localDate >= load.provisionalFrom,
    force: load.force,
    note: load.dayReasons[localDate] ?? null,
  });
}

/** An answer that stops short of a day proves nothing of it: never `empty`. What was answered before stays as it is. */
function notCovered(load: WindowLoad, before: CoverageDay | null): Verdict {
  const answered = before?.state === 'loaded' || before?.state === 'provisional' || before?.state === 'empty';
  return {
    action: 'keep',
    kept: null,
    state: answered ? before.state : 'failed',
    reason: 'NotCovered',
    requestedAt: answered ? before.requestedAt : load.requestedAt,
  };
}

function stagedRows(staged: readonly StagedTable[], localDate: LocalDate): DayRows {
  const rows = new Map(staged.map(({ load, days }) => [load.table, days.get(localDate)?.rows ?? 0]));
  const agents = staged.filter(({ load }) => load.countsAgents).map(({ days }) => days.get(localDate)?.agents ?? 0);
  return { rows, agents: Math.max(0, ...agents) };
}

/** The agents of `more` are others than those of `day`. */
function together(day: DayRows, more: DayRows): DayRows {
  const rows = new Map(day.rows);
  for (const [table, count] of more.rows) rows.set(table, (rows.get(table) ?? 0) + count);
  return { rows, agents: day.agents + more.agents };
}

function total(day: DayRows): number {
  return [...day.rows.values()].reduce((sum, rows) => sum + rows, 0);
}
