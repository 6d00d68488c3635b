/** Columns whose change follows from the others', or from the clock. */
const QUIET = ['key', 'content_hash'];

/** What a write of a row changes, in words: `role primary → failover, agents_available 12 → 14`; a new row has all of it. */
export function rowDiff(before: unknown, after: unknown): string {
  const [was, is] = [before, after].map((row) => (isRow(row) ? row : {}));
  const columns = Object.keys(is ?? {}).filter((column) => !QUIET.includes(column) && was?.[column] !== is?.[column]);
  const shown = (row: Record<string, unknown> | undefined, column: string): string => cellText(row?.[column]);
  return columns
    .map((column) =>
      isRow(before) ? `${column} ${shown(was, column)} → ${shown(is, column)}` : `${column} ${shown(is, column)}`,
    )
    .join(', ');
}

function cellText(value: unknown): string {
  return typeof value === 'number' || (typeof value === 'string' && value !== '') ? String(value) : '–';
}

function isRow(row: unknown): row is Record<string, unknown> {
  return typeof row === 'object' && row !== null && !Array.isArray(row);
}
