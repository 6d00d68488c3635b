/** A cell of a table: numbers get thousands separators and stand on the right; what is not known is a dash. */
type Cell = string | number | null | undefined;

/**
 * Lines of a table for people: columns as wide as they need, text on the left, numbers on the right.
 *
 * @param rightColumns columns that stand on the right though they are text: numbers that were written out already.
 */
export function textTable(
  headings: readonly string[],
  rows: readonly (readonly Cell[])[],
  rightColumns: readonly number[] = [],
): string[] {
  const lines = [headings, ...rows.map((row) => row.map(cellText))];
  const widths = headings.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? '').length)));
  const isText = headings.map(
    (_, column) =>
      column === 0 || (!rightColumns.includes(column) && rows.every((row) => typeof row[column] === 'string')),
  );
  return lines.map((line) =>
    widths
      .map((width, column) =>
        isText[column] ? (line[column] ?? '').padEnd(width) : (line[column] ?? '').padStart(width),
      )
      .join('  ')
      .trimEnd(),
  );
}

function cellText(cell: Cell): string {
  if (typeof cell === 'number') return cell.toLocaleString('en');
  return cell ?? '–';
}
