import { z } from 'zod';

const Count = z.number().int().nonnegative();

/**
 * What a load did to the rows of one table, counted by key.
 *
 * `inserted + changed` rows were written, `changed + deleted` were there before and are no more as they were; `unchanged` rows were left
 * as they stood, with the landing, window and instant of the load that wrote them. `inserted + changed + unchanged` are the answer's rows.
 */
export const RowChanges = z.object({ inserted: Count, changed: Count, deleted: Count, unchanged: Count });
export type RowChanges = z.infer<typeof RowChanges>;

/** What loads did, by table. */
export const TableChanges = z.record(z.string(), RowChanges);
export type TableChanges = z.infer<typeof TableChanges>;

/** What two loads did together, by table. */
export function addChanges(
  some: Readonly<Record<string, RowChanges>>,
  more: Readonly<Record<string, RowChanges>>,
): TableChanges {
  const sums: TableChanges = { ...some };
  for (const [table, changes] of Object.entries(more)) {
    const before = sums[table];
    sums[table] = before ? together(before, changes) : changes;
  }
  return sums;
}

/** What loads did to all tables together. */
export function totalChanges(tables: Readonly<Record<string, RowChanges>>): RowChanges {
  return Object.values(tables).reduce(together, { inserted: 0, changed: 0, deleted: 0, unchanged: 0 });
}

/** In one line, where rows were there before: `of them 3 new, 12 changed, 1,040 unchanged and left as they were; 2 gone`. Else null. */
export function describeChanges(tables: Readonly<Record<string, RowChanges>>): string | null {
  const { inserted, changed, deleted, unchanged } = totalChanges(tables);
  if (changed + deleted + unchanged === 0) return null;
  const said = [inserted, changed, unchanged, deleted].map((count) => count.toLocaleString('en'));
  return `of them ${said[0]} new, ${said[1]} changed, ${said[2]} unchanged and left as they were; ${said[3]} gone`;
}

/** Rows that loads wrote or removed: what a reader of the warehouse has to read again. */
export function rowsRewritten({ inserted, changed, deleted }: RowChanges): number {
  return inserted + changed + deleted;
}

function together(some: RowChanges, more: RowChanges): RowChanges {
  return {
    inserted: some.inserted + more.inserted,
    changed: some.changed + more.changed,
    deleted: some.deleted + more.deleted,
    unchanged: some.unchanged + more.unchanged,
  };
}
