/** Fields of a list's elements that must be there, as SQL: one violation a row, the first in the document first. */
export interface RequiredFields {
  /** How a path to an element starts, with `{}` for each position: `userResults[{}].dayMetrics[{}]`. */
  readonly path: string;
  /** `FROM` item that yields `landing`, `item`, `position`, the element as `element`, and each further position as a column. */
  readonly from: string;
  /** Further position columns, in the order of the path's `{}`. */
  readonly positions: readonly string[];
  /** SQL conditions under which a field is missing, by its name in the path. */
  readonly missing: Readonly<Record<string, string>>;
}

/**
 * A check (see `DatasetLoad.checks`) that returns the path of the first required field that is absent or null.
 *
 * Runs where DuckDB has parsed, one pass, nothing row by row.
 */
export function requiredFieldsSql({ path, from, positions, missing }: RequiredFields): string {
  const cases = Object.entries(missing).map(([field, condition]) => `WHEN ${condition} THEN '${field}'`);
  const order = ['landing', 'item', 'position', ...positions].join(', ');
  return `
    SELECT format('${path}.{}', ${['position', ...positions, 'field'].join(', ')}) AS path, 'is missing' AS problem
    FROM (SELECT *, CASE ${cases.join(' ')} END AS field FROM (${from}))
    WHERE field IS NOT NULL ORDER BY ${order} LIMIT 1`;
}
