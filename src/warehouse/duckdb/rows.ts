import {
  type DuckDBConnection,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  type DuckDBValue,
} from '@duckdb/node-api';

/** What a statement's `?` may stand for. Instants, dates and JSON go as text, cast in the statement. */
export type SqlValue = string | number | boolean | null;

/**
 * Rows of a query as plain values: instants as ISO 8601 UTC, dates as `yyyy-MM-dd`, integers as numbers (as text beyond 2^53).
 */
export async function rowsOf<Row = Record<string, unknown>>(
  connection: DuckDBConnection,
  sql: string,
  values: readonly SqlValue[] = [],
): Promise<Row[]> {
  const reader = await connection.runAndReadAll(sql, [...values]);
  return reader.getRowObjects().map((row) => {
    const entries = Object.entries(row).map(([column, value]) => [column, plain(value)] as const);
    return Object.fromEntries(entries) as Row;
  });
}

/** The first row of a query, or undefined. */
export async function rowOf<Row = Record<string, unknown>>(
  connection: DuckDBConnection,
  sql: string,
  values: readonly SqlValue[] = [],
): Promise<Row | undefined> {
  return (await rowsOf<Row>(connection, sql, values))[0];
}

/** Runs statements one by one in a transaction; what throws rolls everything back. */
export async function inTransaction<Result>(
  connection: DuckDBConnection,
  run: () => Promise<Result>,
  begin = 'BEGIN TRANSACTION',
): Promise<Result> {
  await connection.run(begin);
  try {
    const result = await run();
    await connection.run('COMMIT');
    return result;
  } catch (error) {
    // A failed commit has ended the transaction already; the first error is the one to show.
    await connection.run('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

/**
 * Runs statements, of which an abort interrupts the one that runs.
 *
 * Never around a `COMMIT`: DuckDB says that an interrupted one was interrupted after it has committed.
 *
 * @throws the abort's reason, also where all statements were done.
 */
export async function interruptible<Result>(
  connection: DuckDBConnection,
  signal: AbortSignal | undefined,
  run: () => Promise<Result>,
): Promise<Result> {
  signal?.throwIfAborted();
  const interrupt = () => connection.interrupt();
  signal?.addEventListener('abort', interrupt);
  try {
    const result = await run();
    signal?.throwIfAborted();
    return result;
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener('abort', interrupt);
  }
}

function plain(value: DuckDBValue): unknown {
  if (typeof value === 'bigint') {
    return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value.toString();
  }
  if (value instanceof DuckDBTimestampTZValue || value instanceof DuckDBTimestampValue) {
    return new Date(Number(value.micros / 1000n)).toISOString();
  }
  if (value instanceof DuckDBDateValue) return value.toString();
  if (value instanceof DuckDBDecimalValue) return value.toDouble();
  if (value !== null && typeof value === 'object') return value.toString();
  return value;
}
