/**
 * When a seal's load happened among all others: by its instant, which a warehouse makes strictly increasing; then, for seals of
 * several warehouses, by entry of the chain and number. Entries alone would not do: of two exports, the one that loaded first may end last.
 */
export type LoadOrder = readonly [loadedAt: string, entry: number, number: number];

/** A table whose rows of one day are not as many as were sealed. */
export interface RowsApart {
  readonly table: string;
  readonly wanted: number;
  readonly have: number;
}

/**
 * Tables of one day that differ from its seal, less what later loads took from it for another unit.
 *
 * @param sealed the numbers of the seal that coverage names; undefined where nothing was loaded, so that no row is expected.
 */
export function daysApart(
  sealed: readonly [windowId: string, order: LoadOrder, rows: Readonly<Record<string, number>>] | undefined,
  taken: readonly (readonly [table: string, rows: number, order: LoadOrder])[],
  actual: readonly (readonly [table: string, rows: number])[],
): RowsApart[] {
  const wanted = new Map(Object.entries(sealed?.[2] ?? {}));
  for (const [table, rows, order] of taken) {
    if (sealed !== undefined && isBefore(sealed[1], order)) wanted.set(table, (wanted.get(table) ?? 0) - rows);
  }
  const have = new Map<string, number>();
  for (const [table, rows] of actual) have.set(table, (have.get(table) ?? 0) + rows);
  return [...new Set([...wanted.keys(), ...have.keys()])]
    .map((table) => ({ table, wanted: wanted.get(table) ?? 0, have: have.get(table) ?? 0 }))
    .filter((each) => each.wanted !== each.have);
}

function isBefore([aLoaded, aEntry, aNumber]: LoadOrder, [bLoaded, bEntry, bNumber]: LoadOrder): boolean {
  const [a, b] = [Date.parse(aLoaded), Date.parse(bLoaded)];
  if (a !== b) return a < b;
  return aEntry !== bEntry ? aEntry < bEntry : aNumber < bNumber;
}
