import { existsSync } from 'node:fs';
import type { Config } from '../../config/loadConfig.js';
import { openObjects } from '../../temporal/openObjects.js';
import { readWarehouse } from '../../temporal/owner/readWarehouse.js';
import { FACT_TABLES } from '../../warehouse/factTables.js';
import { spaceUnder } from '../check/directoryProof.js';
import { lookAtWarehouse } from '../check/lookAtWarehouse.js';

/** Free bytes of the disk that the data directory is on, or will be. */
export async function diskFacts({ dataDirectory }: Config) {
  const { freeBytes } = await spaceUnder(dataDirectory);
  return { freeBytes, dataDirectory: existsSync(dataDirectory) ? 'there' : 'not made yet' };
}

/** The warehouse's kind and schema, rows by table. While another program holds its file, only that. */
export async function warehouseFacts(config: Config) {
  const { kind } = config.warehouse;
  const { duckdb, postgres } = await lookAtWarehouse(config.warehouse);
  const state = duckdb === null ? 'reached' : duckdb.state;
  if (state === 'missing') return { kind, state };
  const schemaVersion = (duckdb?.state === 'free' ? duckdb.schemaVersion : postgres?.schemaVersion) ?? null;
  return { kind, state, schemaVersion, rows: await rowsByTable(config) };
}

/** Names of people and units that the warehouse has; null where it has none, because then they are not known. */
export async function storedNames(config: Config): Promise<string[] | null> {
  const rows = await readWarehouse(config, 'verify', (reader) =>
    reader.query(`SELECT name FROM agent UNION SELECT name FROM management_unit UNION SELECT name FROM business_unit`),
  );
  const names = (rows ?? []).flatMap(({ name }) => (typeof name === 'string' ? [name] : []));
  return names.length > 0 ? names : null;
}

/** How many objects of each kind there are, and the chain's last number. */
export async function objectFacts(config: Config) {
  const store = openObjects(config, { readOnly: true });
  const chain = await store.list('chain');
  const { kind } = config.objects;
  if (kind === 's3') return { kind, chainEntries: chain.length };
  const count = async (folder: string): Promise<number> => (await store.list(folder)).length;
  return { kind, chainEntries: chain.length, seals: await count('seals'), quarantined: await count('quarantine') };
}

async function rowsByTable(config: Config): Promise<Record<string, number> | null> {
  const tables = Object.values(FACT_TABLES).flat();
  const counts = tables.map((table) => `SELECT '${table}' AS "table", count(*) AS n FROM ${table}`);
  const rows = await readWarehouse(config, 'verify', (reader) => reader.query(counts.join(' UNION ALL ')));
  return rows && Object.fromEntries(rows.map(({ table, n }) => [String(table), Number(n)]));
}
