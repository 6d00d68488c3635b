import type { DuckDBConnection } from '@duckdb/node-api';

/**
 * Limit at rest and for small loads. DuckDB keeps pages of tables up to its limit, so that any limit is reached in a long export:
 * 200 agents' week of occupancy loads with 96 MB, and 30 MB of lines do not load with 128. Source: decision 0022.
 */
const RESTING_MEMORY_BYTES = 112_000_000;

/** Bytes of lines from which a load gets the whole limit of the settings. */
export const WORTH_WHOLE_MEMORY_BYTES = 24 * 1024 * 1024;

/** The limit at rest, as DuckDB takes it: never more than that of the settings, such as `256MB` or `1.5GB`. */
export function restingMemory(limit: string): string {
  return memoryBytes(limit) > RESTING_MEMORY_BYTES ? `${RESTING_MEMORY_BYTES / 1e6}MB` : limit;
}

/** Sets the limit of the connection's whole instance. */
export async function useMemory(connection: DuckDBConnection, limit: string): Promise<void> {
  await connection.run(`SET GLOBAL memory_limit = '${limit.replaceAll("'", "''")}'`);
}

/** What is written otherwise than settings have it counts as no limit. */
function memoryBytes(limit: string): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(MB|GB)$/i.exec(limit) ?? [];
  if (amount === undefined) return Number.POSITIVE_INFINITY;
  return Number(amount) * (unit?.toUpperCase() === 'GB' ? 1e9 : 1e6);
}
