import type { DatasetName, LocalDate } from '../domain/exportWindow.js';
import type { WindowSeal } from '../domain/seal.js';
import { FACT_TABLES } from './factTables.js';

type Supersedes = NonNullable<WindowSeal['supersedes']>;

/** Every fact table's `<table>_superseded`: the same columns, and when and by which seal a row was superseded. */
export const SUPERSEDED_TABLES: readonly { readonly table: string; readonly superseded: string }[] = Object.values(
  FACT_TABLES,
)
  .flat()
  .map((table) => ({ table, superseded: supersededTable(table) }));

/** Where held rows of a fact table move before they change. */
export function supersededTable(table: string): string {
  return `${table}_superseded`;
}

/** SQL condition that the row `other`, which has a unit and a local date, is under a hold of the dataset; the same in DuckDB and Postgres. */
export function heldSql(dataset: DatasetName): string {
  return `EXISTS (SELECT 1 FROM legal_hold AS hold WHERE (hold.dataset IS NULL OR hold.dataset = '${dataset}')
    AND (hold.management_unit_id IS NULL OR hold.management_unit_id = other.management_unit_id)
    AND other.local_date >= hold.from_date AND other.local_date < hold.to_date)`;
}

/** Held rows of one local day that moved, or a held day whose seal is superseded though it had no rows (`table` null). */
export interface MovedRows {
  /** Seal whose load the day last passed. */
  readonly seal: string | null;
  readonly localDate: LocalDate;
  readonly table: string | null;
  readonly landing: string | null;
  readonly rows: number;
}

/** What a seal says of the held rows that its load moved: by the seal of before, in order of its path. */
export function supersedesOf(moved: readonly MovedRows[]): Supersedes {
  const seals = new Map<string | null, MovedRows[]>();
  for (const rows of moved) seals.set(rows.seal, [...(seals.get(rows.seal) ?? []), rows]);
  return [...seals]
    .sort(([a], [b]) => ((a ?? '') < (b ?? '') ? -1 : 1))
    .map(([seal, of]) => ({
      seal,
      localDates: sorted(of.map(({ localDate }) => localDate)),
      rows: Object.fromEntries(
        sorted(of.flatMap(({ table }) => table ?? [])).map((table) => [
          table,
          of.reduce((sum, one) => sum + (one.table === table ? one.rows : 0), 0),
        ]),
      ),
      landings: sorted(of.flatMap(({ landing }) => landing ?? [])),
    }));
}

function sorted(values: readonly string[]): string[] {
  return [...new Set(values)].sort();
}
