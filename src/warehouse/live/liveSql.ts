/** Statements of one transaction, in the words of one database. Values are `$1`, `$2` and on. */
export interface LiveSql {
  rows<Row = Record<string, unknown>>(sql: string, values?: readonly (string | number | null)[]): Promise<Row[]>;
  /** A table expression of the rows that a JSON array in `$1` has. */
  recordset(columns: Readonly<Record<string, LiveColumnType>>): string;
  /** What keeps others from the rows that are read, until the transaction ends. */
  readonly forUpdate: string;
}

export type LiveColumnType = 'TEXT' | 'BIGINT' | 'BOOLEAN' | 'TIMESTAMPTZ';

/** An instant as SQL takes it. */
export function instantText(ms: number): string;
export function instantText(ms: number | null): string | null;
export function instantText(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}

/** An instant as SQL gives it. */
export function instantMs(text: string): number;
export function instantMs(text: string | null): number | null;
export function instantMs(text: string | null): number | null {
  return text === null ? null : Date.parse(text);
}
