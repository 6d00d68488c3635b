import { Temporal as T } from 'temporal-polyfill';
import type { ParquetPart } from './parquetSource.js';

/** Rows of a row group: what a reader skips at once by its statistics. DuckDB's default, named so that it stays. */
const ROW_GROUP_ROWS = 122_880;

/**
 * DuckDB's statement that writes rows as Parquet, sorted: without an order the bytes would follow from the number of threads.
 *
 * @param rows a table or a subquery that has the part's columns.
 */
export function writeParquetSql({ table }: ParquetPart, rows: string, file: string): string {
  const columns = table.columns.map(([name, type]) => `CAST("${name}" AS ${type}) AS "${name}"`);
  return `COPY (SELECT ${columns.join(', ')} FROM ${rows} ORDER BY ${table.sortedBy.join(', ')})
    TO '${file.replaceAll("'", "''")}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE ${ROW_GROUP_ROWS})`;
}

/** Which rows belong to a part: SQL that both DuckDB and Postgres take; the month comes from us, not from outside. */
export function partCondition({ month }: ParquetPart): string {
  if (month === null) return 'true';
  const { from, to } = monthDates(month);
  return `local_date >= DATE '${from}' AND local_date < DATE '${to}'`;
}

/** First day of a month `yyyy-MM`, and of the next one. */
export function monthDates(month: string): { readonly from: string; readonly to: string } {
  const first = T.PlainYearMonth.from(month).toPlainDate({ day: 1 });
  return { from: first.toString(), to: first.add({ months: 1 }).toString() };
}
