import type { DuckDBConnection } from '@duckdb/node-api';
import { dayDecision } from '../../domain/dayDecision.js';
import type { LocalDate } from '../../domain/exportWindow.js';
import type { DayState } from '../../domain/seal.js';
import type { CoverageDay, WindowLoad } from '../warehouse.js';
import { readCoverage } from './coverage.js';
import { rowsOf } from './rows.js';
import { type DayRows, rowsWaitingForOthers } from './rowsWaitingForOthers.js';
import type { StagedTable } from './stageWindow.js';

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

/** Decides each asked day: `src/domain/dayDecision.ts`, and `NotCovered` where the answer does not reach over the whole day. */
export async function decideDays(
  connection: DuckDBConnection,
  load: WindowLoad,
  staged: readonly StagedTable[],
): Promise<DecidedDay[]> {
  const { window } = load;
  const before = new Map(
    (
      await readCoverage(connection, {
        dataset: window.dataset,
        managementUnitIds: [window.managementUnitId],
        from: window.from,
        to: window.to,
      })
    ).map((day) => [day.localDate, day]),
  );
  const covered = await coveredDates(connection, load);
  const existing = await existingRows(connection, load);
  const waiting = await rowsWaitingForOthers(connection, load, staged);
  const nothing: DayRows = { rows: new Map<string, number>(), agents: 0 };
  return load.days.map(({ localDate }): DecidedDay => {
    const ofAnswer = stagedRows(staged, localDate);
    const day = {
      localDate,
      before: before.get(localDate) ?? null,
      existing: existing.get(localDate) ?? nothing,
      staged: ofAnswer,
      replaced: together(ofAnswer, waiting.get(localDate) ?? nothing),
    };
    return covered.has(localDate) ? { ...day, ...decided(load, day) } : { ...day, ...notCovered(load, day.before) };
  });
}

type Facts = Pick<DecidedDay, 'localDate' | 'before' | 'existing' | 'replaced'>;
type Verdict = Pick<DecidedDay, 'action' | 'kept' | 'state' | 'reason' | 'requestedAt'>;

function decided(load: WindowLoad, { localDate, before, existing, replaced }: Facts): Verdict {
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

async function coveredDates(connection: DuckDBConnection, load: WindowLoad): Promise<Set<LocalDate>> {
  const nobodyToAsk = load.landings.length === 0 && load.seal.refusedUserIds.length === 0;
  if (nobodyToAsk && load.load.nobodyToAskSql === undefined) return new Set();
  const rows = await rowsOf<{ localDate: string }>(
    connection,
    nobodyToAsk && load.load.nobodyToAskSql !== undefined
      ? `SELECT local_date AS "localDate" FROM (${load.load.nobodyToAskSql})`
      : // A second of grace: an end given as 23:59:59.999 reaches over the whole day.
        `SELECT local_date AS "localDate" FROM asked_day SEMI JOIN item
         ON item.base <= asked_day.day_start AND item.covered_until >= asked_day.day_end - INTERVAL 1 SECOND`,
  );
  return new Set(rows.map((row) => row.localDate));
}

async function existingRows(connection: DuckDBConnection, load: WindowLoad): Promise<Map<LocalDate, DayRows>> {
  const days = new Map<LocalDate, { rows: Map<string, number>; agents: number }>();
  for (const { table, countsAgents } of load.load.tables) {
    const rows = await rowsOf<{ localDate: string; rows: number; agents: number }>(
      connection,
      `SELECT local_date AS "localDate", count(*) AS "rows", ${countsAgents ? 'count(DISTINCT user_id)' : '0'} AS agents
       FROM ${table} WHERE management_unit_id = ? AND local_date >= CAST(? AS DATE) AND local_date < CAST(? AS DATE)
       GROUP BY 1`,
      [load.window.managementUnitId, load.window.from, load.window.to],
    );
    for (const row of rows) {
      const day = days.get(row.localDate) ?? { rows: new Map<string, number>(), agents: 0 };
      day.rows.set(table, row.rows);
      day.agents = Math.max(day.agents, row.agents);
      days.set(row.localDate, day);
    }
  }
  return days;
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
