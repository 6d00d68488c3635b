/** Columns that every fact table has, and that say which load a row is of. */
export const PROVENANCE = ['window_id', 'landing_sha256', 'loaded_at'] as const;

/** A row without some of its columns. */
export function without(
  row: Readonly<Record<string, unknown>>,
  ...columns: readonly string[]
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(row).filter(([column]) => !columns.includes(column)));
}
