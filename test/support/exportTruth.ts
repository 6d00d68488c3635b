import type { DatasetName } from '../../src/domain/exportWindow.js';
import { type ExpectedRows, expectedRows } from '../../src/simulator/expectedRows.js';
import type { SimulatorOptions } from '../../src/simulator/simulatorOptions.js';
import type { RunningSimulator } from '../../src/simulator/startSimulator.js';
import type { CoverageDay } from '../../src/warehouse/warehouse.js';
import type { ExportRig } from './exportRig.js';
import type { PlainRow } from './rowDifferences.js';

/** The tables of adherence and occupancy. */
export const FACT_TABLES = ['adherence_day', 'adherence_exception', 'adherence_actual', 'occupancy_interval'] as const;
/** Those of schedules. */
export const SCHEDULE_TABLES = ['schedule_shift', 'schedule_activity'] as const;
/** Every table that an export may fill. */
export const EXPORT_TABLES = [...FACT_TABLES, ...SCHEDULE_TABLES] as const;
/** Columns that the oracle does not know. */
const OF_THE_LOAD: ReadonlySet<string> = new Set(['window_id', 'landing_sha256', 'loaded_at']);
export type ExportTable = (typeof EXPORT_TABLES)[number];

/** The dataset that fills a table. */
export function datasetOf(table: ExportTable): DatasetName {
  if (table === 'occupancy_interval') return 'occupancy';
  return table.startsWith('schedule_') ? 'schedules' : 'adherence';
}

/** Local dates of some units, by name: `from` inclusive, `to` exclusive. */
export interface UnitRange {
  readonly from: string;
  readonly to: string;
  readonly managementUnits: readonly string[];
}

/** What the organisation has of a range, from the simulator's generator and not through its API. */
export function truth(simulator: RunningSimulator, options: SimulatorOptions, range: UnitRange): ExpectedRows {
  const { from, to } = range;
  const managementUnits = unitIds(simulator, range.managementUnits);
  return expectedRows(options, { from, to, managementUnits, asOfMs: Date.now() });
}

/** Rows of a fact table as the oracle has them: without window, landing and instant of loading. */
export async function factRows(rig: ExportRig, table: ExportTable, where = 'true'): Promise<PlainRow[]> {
  const rows = await rig.read((warehouse) => warehouse.query(`SELECT * FROM ${table} WHERE ${where}`));
  return rows.map((row) => Object.fromEntries(Object.entries(row).filter(([column]) => !OF_THE_LOAD.has(column))));
}

/** Coverage as `expectedCoverage` has it. */
export async function coverageOf(rig: ExportRig): Promise<PlainRow[]> {
  const days = await rig.read((warehouse) => warehouse.allCoverage());
  return days.map(({ dataset, managementUnitId, localDate, state, rows, reason, seal, requestedAt }) => ({
    ...{ dataset, managementUnitId, localDate, state, rows, reason },
    sealed: seal !== null && requestedAt !== null,
  }));
}

/** What coverage says once a range is there: `loaded` where the truth has rows, `empty` where it has none. */
export function expectedCoverage(
  simulator: RunningSimulator,
  rows: ExpectedRows,
  range: UnitRange,
  datasets: readonly DatasetName[] = ['adherence', 'occupancy'],
): PlainRow[] {
  const counts = new Map<string, number>();
  for (const table of EXPORT_TABLES) {
    const dataset = datasetOf(table);
    for (const { management_unit_id, local_date } of rows[table]) {
      const key = [dataset, management_unit_id, local_date].join(' ');
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  return datasets.flatMap((dataset) =>
    unitIds(simulator, range.managementUnits).flatMap((managementUnitId) =>
      datesOf(range).map((localDate) => {
        const count = counts.get([dataset, managementUnitId, localDate].join(' ')) ?? 0;
        const state: CoverageDay['state'] = count > 0 ? 'loaded' : 'empty';
        return { dataset, managementUnitId, localDate, state, rows: count, reason: null, sealed: true };
      }),
    ),
  );
}

/** Ids of a simulated organisation's units by their names. */
export function unitIds({ units }: RunningSimulator, names: readonly string[]): string[] {
  return names.map((name) => units.find((unit) => unit.name === name)?.id ?? name);
}

function datesOf({ from, to }: UnitRange): string[] {
  const days = (Date.parse(to) - Date.parse(from)) / 86_400_000;
  return Array.from({ length: days }, (_, day) =>
    new Date(Date.parse(from) + day * 86_400_000).toISOString().slice(0, 10),
  );
}
