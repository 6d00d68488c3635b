import { expectedRows, type LoadedRows, tablesOf } from './expectedRows.js';
import type { ExportUnit } from './exportSteps.js';
import type { DatedRequest } from './historyExportInput.js';
import { minimumCalls } from './minimumCalls.js';
import type { Bound, ExportEstimate, UnitEstimate, UnitPlan } from './plannedExport.js';

/** What an estimate goes by. */
export interface EstimateFacts {
  readonly request: DatedRequest;
  readonly units: readonly ExportUnit[];
  readonly plans: readonly UnitPlan[];
  /** Present users by unit. */
  readonly agents: ReadonlyMap<string, number>;
  readonly loaded: readonly LoadedRows[];
  /** A job of adherence until it is noticed, and its polls, from `seen` jobs. */
  readonly job: { readonly noticedMs: number; readonly polls: number; readonly seen: number };
  /** Calls a minute that the API announced for the token; null where it announced none. */
  readonly callsAMinute: number | null;
}

/** Lines of the estimate by unit that a result carries: a result is part of a workflow's history, which stays small. */
const UNITS_SHOWN = 100;

/** Seconds of a window beside its job: request, download, load, seal, and the steps between; about what they take on two cores. */
const SECONDS_A_WINDOW = 0.8;
/** Seconds of one users-aggregates query, or of a call that brings schedules. */
const SECONDS_A_QUERY = 0.3;
/** Seconds at both ends: structure, plan, seal. */
const SECONDS_A_RUN = 2;
/** Windows and rows a second that one worker on two cores carries, however many are under way. */
const WINDOWS_A_SECOND = 4;
const ROWS_A_SECOND = 50_000;

/**
 * What an export should come to, before it runs.
 *
 * Calls: the fewest, and the polls that jobs like those seen so far need beyond one; no refusals. Time: the longest of what the token's
 * limit allows, what jobs take at so many windows at once, and what this machine carries. The limit counts fixed minutes, so that the
 * first minute's calls leave at once.
 *
 * Within 15 % (calls), 30 % (rows) and a factor of two (time) of what an undisturbed export takes, once jobs have been seen and days
 * loaded; before that it goes by what is usual.
 */
export function estimateExport(facts: EstimateFacts): ExportEstimate {
  const { request, plans, agents, job, callsAMinute } = facts;
  const tables = tablesOf(request);
  const rows = plans.map((plan) => expectedRows(plan, tables[plan.dataset], agents, facts.loaded));
  const rowsExpected = Math.round(rows.reduce((sum, unit) => sum + unit.rows, 0));
  const windows = total(plans, 'windows');
  const adherenceWindows = total(
    plans.filter(({ dataset }) => dataset === 'adherence'),
    'windows',
  );
  const schedules = plans.filter(({ dataset }) => dataset === 'schedules');
  const minimum = minimumCalls({
    managementUnits: facts.units.length,
    businessUnits: new Set(facts.units.map(({ businessUnitId }) => businessUnitId)).size,
    adherenceWindows,
    occupancyWindowUsers: plans
      .filter(({ dataset }) => dataset === 'occupancy')
      .flatMap(({ managementUnitId, windows: count }) =>
        new Array<number>(count).fill(agents.get(managementUnitId) ?? 0),
      ),
    schedules: request.datasets.includes('schedules')
      ? { windows: total(schedules, 'windows'), weeks: schedules.reduce((sum, { weeks = 0 }) => sum + weeks, 0) }
      : null,
  });
  const expected = Math.round(minimum.total + adherenceWindows * (job.polls - 1));
  const secondsByBound: Record<Bound, number | null> = {
    'token limit': callsAMinute === null ? null : Math.floor(Math.max(0, expected - 1) / callsAMinute) * 60,
    'job times':
      (adherenceWindows * (job.noticedMs / 1000) +
        (minimum.occupancy + minimum.schedules) * SECONDS_A_QUERY +
        windows * SECONDS_A_WINDOW) /
      Math.max(1, Math.min(request.maxParallelWindows, windows)),
    'this machine': windows / WINDOWS_A_SECOND + rowsExpected / ROWS_A_SECOND,
  };
  const boundBy = slowest(secondsByBound);
  const lines = plans
    .map((plan, at) => lineOf(plan, facts, rows[at]?.rows ?? 0))
    .sort((a, b) => b.days - a.days || compareText(a.name, b.name) || compareText(a.dataset, b.dataset));
  return {
    windows,
    calls: { minimum: minimum.total, expected },
    secondsExpected: windows === 0 ? 0 : Math.ceil((secondsByBound[boundBy] ?? 0) + SECONDS_A_RUN),
    rowsExpected,
    range: { from: request.from, to: request.to },
    boundBy,
    secondsByBound,
    callsAMinute,
    parallelWindows: request.maxParallelWindows,
    job: { seconds: job.noticedMs / 1000, polls: job.polls, seen: job.seen },
    rowsFrom: rows.some(({ learnt }) => learnt) ? 'warehouse' : 'assumption',
    units: lines.slice(0, UNITS_SHOWN),
    unitsLeftOut: Math.max(0, lines.length - UNITS_SHOWN),
  };
}

function slowest(secondsByBound: Readonly<Record<Bound, number | null>>): Bound {
  const bounds = Object.keys(secondsByBound) as Bound[];
  return bounds.reduce((a, b) => ((secondsByBound[b] ?? 0) > (secondsByBound[a] ?? 0) ? b : a));
}

function lineOf(plan: UnitPlan, { units, agents }: EstimateFacts, rows: number): UnitEstimate {
  const unit = units.find(({ id }) => id === plan.managementUnitId);
  return {
    ...plan,
    name: unit?.name ?? plan.managementUnitId,
    timeZone: unit?.timeZone ?? '',
    agents: agents.get(plan.managementUnitId) ?? 0,
    rowsExpected: Math.round(rows),
  };
}

function total(plans: readonly UnitPlan[], field: 'windows'): number {
  return plans.reduce((sum, plan) => sum + plan[field], 0);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
