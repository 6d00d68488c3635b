/**
 * When a seal's load happened among all others: by its instant, which a warehouse makes strictly increasing; then, for seals of
 * several warehouses, by entry of the chain and number. Entries alone would not do: of two exports, the one that loaded first may end last.
 */
export type LoadOrder = readonly [loadedAt: string, entry: number, number: number];

/** What a seal says of a day: rows by table, and what they hold, where it was sealed. */
export type SealedNumbers = readonly [
  windowId: string,
  order: LoadOrder,
  rows: Readonly<Record<string, number>>,
  contents: Readonly<Record<string, string>>,
];

/** Rows of a day that a later load took for another unit. */
export type TakenRows = readonly [table: string, rows: number, contents: string | null, order: LoadOrder];

/** Rows of a day that the warehouse has. */
export type FoundRows = readonly [table: string, rows: number, contents: string | null];

/** A table whose rows of one day are not those that were sealed: in number, or in what they hold. */
export interface RowsApart {
  readonly table: string;
  readonly wanted: number | string;
  readonly have: number | string;
}

/**
 * Tables of one day that differ from its seal, less what later loads took from it for another unit.
 *
 * @param sealed the numbers of the seal that coverage names; undefined where nothing was loaded, so that no row is expected.
 */
export function daysApart(
  sealed: SealedNumbers | undefined,
  taken: readonly TakenRows[],
  actual: readonly FoundRows[],
): RowsApart[] {
  const later = taken.filter(([, , , order]) => sealed !== undefined && isBefore(sealed[1], order));
  const tables = new Set([...Object.keys(sealed?.[2] ?? {}), ...[...later, ...actual].map(([table]) => table)]);
  return [...tables].flatMap((table): RowsApart[] => {
    const isOfTable = ([name]: TakenRows | FoundRows): boolean => name === table;
    const [gone, found] = [later.filter(isOfTable), actual.filter(isOfTable)];
    const wanted = (sealed?.[2][table] ?? 0) - total(gone);
    const have = total(found);
    if (wanted !== have) return [{ table, wanted, have }];
    const contents = have === 0 ? undefined : sealed?.[3][table];
    const apart = contents === undefined ? null : contentsApart(contents, gone, found);
    return apart === null ? [] : [{ table, ...apart }];
  });
}

/** Compares sums of what rows hold; null where they are equal, or where not all were made by the same rules. */
function contentsApart(
  sealed: string,
  gone: readonly TakenRows[],
  found: readonly FoundRows[],
): { wanted: string; have: string } | null {
  const [version] = sealed.split(':');
  const sumOf = (contents: string | null): bigint | null => {
    const match = /^([^:]+):(\d+)$/.exec(contents ?? '');
    return match?.[1] === version && match?.[2] !== undefined ? BigInt(match[2]) : null;
  };
  const sums = [sealed, ...[...gone, ...found].map(([, , contents]) => contents)].map(sumOf);
  const known = sums.filter((sum) => sum !== null);
  const [first = 0n, ...others] = known;
  if (known.length < sums.length) return null;
  const wanted = others.slice(0, gone.length).reduce((left, sum) => left - sum, first);
  const have = others.slice(gone.length).reduce((all, sum) => all + sum, 0n);
  return wanted === have ? null : { wanted: `${version ?? ''}:${wanted}`, have: `${version ?? ''}:${have}` };
}

function total(rows: readonly (TakenRows | FoundRows)[]): number {
  return rows.reduce((sum, [, count]) => sum + count, 0);
}

function isBefore([aLoaded, aEntry, aNumber]: LoadOrder, [bLoaded, bEntry, bNumber]: LoadOrder): boolean {
  const [a, b] = [Date.parse(aLoaded), Date.parse(bLoaded)];
  if (a !== b) return a < b;
  return aEntry !== bEntry ? aEntry < bEntry : aNumber < bNumber;
}
