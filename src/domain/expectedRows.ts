import type { DatasetName } from './exportWindow.js';
import type { UnitPlan } from './plannedExport.js';

/** Rows that a dataset of a unit has in the warehouse, over the days that were answered (empty ones too). */
export interface LoadedRows {
  readonly dataset: DatasetName;
  readonly managementUnitId: string;
  readonly days: number;
  /** By table. */
  readonly rows: Readonly<Record<string, number>>;
}

/** Days of one unit that say more of it than other units' days do. */
const DAYS_THAT_TELL = 7;

/** Shifts of an agent a day: five a week. */
const SHIFTS_A_DAY = 5 / 7;

/**
 * Rows of an agent and day where the warehouse has none to go by: assumed, for shifts of eight hours on five days a week, with some
 * five exceptions, fifteen activities and eight scheduled ones each, and a row for each half hour on the queue.
 */
const ASSUMED_ROWS_A_DAY: Readonly<Record<string, number>> = {
  adherence_day: SHIFTS_A_DAY,
  adherence_exception: 5 * SHIFTS_A_DAY,
  adherence_actual: 15 * SHIFTS_A_DAY,
  occupancy_interval: 16 * SHIFTS_A_DAY,
  schedule_shift: SHIFTS_A_DAY,
  schedule_activity: 8 * SHIFTS_A_DAY,
};

/** Tables that days may have been loaded without: no rows in them say nothing. */
const OPTIONAL_TABLES: ReadonlySet<string> = new Set(['adherence_exception', 'adherence_actual']);

/** Tables that a request fills, by dataset. */
export function tablesOf(options: {
  exceptions: boolean;
  actuals: boolean;
}): Readonly<Record<DatasetName, readonly string[]>> {
  return {
    adherence: [
      'adherence_day',
      ...(options.exceptions ? ['adherence_exception'] : []),
      ...(options.actuals ? ['adherence_actual'] : []),
    ],
    occupancy: ['occupancy_interval'],
    schedules: ['schedule_shift', 'schedule_activity'],
  };
}

/**
 * Rows that a unit's days should bring: as many a day as the unit's own days in the warehouse have; where those are fewer than a week,
 * as many an agent and day as other units have; where there are none either, as is usual.
 *
 * A table that the days in the warehouse were loaded without (no exceptions, say) counts as usual.
 *
 * @param agents present users by unit.
 */
export function expectedRows(
  plan: Pick<UnitPlan, 'dataset' | 'managementUnitId' | 'days'>,
  tables: readonly string[],
  agents: ReadonlyMap<string, number>,
  loaded: readonly LoadedRows[],
): { rows: number; learnt: boolean } {
  const others = loaded.filter(({ dataset }) => dataset === plan.dataset);
  const own = others.filter(({ managementUnitId }) => managementUnitId === plan.managementUnitId);
  const agentsOf = (unitId: string): number => agents.get(unitId) ?? 0;
  const ownDays = sum(own, ({ days }) => days);
  const agentDays = sum(others, ({ managementUnitId, days }) => days * agentsOf(managementUnitId));
  const agentDaysPlanned = agentsOf(plan.managementUnitId) * plan.days;
  const rows = sum(tables, (table) => {
    const tells = (units: readonly LoadedRows[]) => !OPTIONAL_TABLES.has(table) || rowsIn(units, table) > 0;
    if (ownDays >= DAYS_THAT_TELL && tells(own)) return (rowsIn(own, table) / ownDays) * plan.days;
    if (agentDays > 0 && tells(others)) return (rowsIn(others, table) / agentDays) * agentDaysPlanned;
    return (ASSUMED_ROWS_A_DAY[table] ?? 0) * agentDaysPlanned;
  });
  return { rows, learnt: ownDays >= DAYS_THAT_TELL || agentDays > 0 };
}

function rowsIn(units: readonly LoadedRows[], table: string): number {
  return sum(units, ({ rows }) => rows[table] ?? 0);
}

function sum<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}
