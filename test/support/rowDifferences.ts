/** A row as plain values, by column. */
export type PlainRow = Readonly<Record<string, unknown>>;

/** How two sets of rows differ; the first few of each kind. Equal sets give `{ missing: [], unexpected: [] }`. */
export interface RowDifferences {
  readonly missing: readonly PlainRow[];
  readonly unexpected: readonly PlainRow[];
  readonly counts?: { readonly missing: number; readonly unexpected: number };
}

const SHOWN = 3;

/** Compares every value of every row, in any order; a row that is twice on one side and once on the other is a difference. */
export function rowDifferences(actual: readonly PlainRow[], expected: readonly PlainRow[]): RowDifferences {
  const left = new Map<string, PlainRow[]>();
  for (const row of actual) {
    const key = keyOf(row);
    const same = left.get(key);
    if (same) same.push(row);
    else left.set(key, [row]);
  }
  const missing = expected.filter((row) => left.get(keyOf(row))?.pop() === undefined);
  const unexpected = [...left.values()].flat();
  if (missing.length === 0 && unexpected.length === 0) return { missing: [], unexpected: [] };
  return {
    missing: missing.slice(0, SHOWN),
    unexpected: unexpected.slice(0, SHOWN),
    counts: { missing: missing.length, unexpected: unexpected.length },
  };
}

function keyOf(row: PlainRow): string {
  return JSON.stringify(Object.entries(row).sort(([one], [other]) => (one < other ? -1 : 1)));
}
