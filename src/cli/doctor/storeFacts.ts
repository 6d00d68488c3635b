import { existsSync } from 'node:fs';
import type { Config } from '../../config/loadConfig.js';
import { openExistingWarehouse } from '../../temporal/openWarehouse.js';
import { openObjects } from '../../temporal/openObjects.js';
import { FACT_TABLES } from '../../warehouse/factTables.js';
import { spaceUnder } from '../check/directoryProof.js';
import { lookAtWarehouse } from '../check/lookAtWarehouse.js';
import { coverageCounts } from '../status/coverageCounts.js';

/** Free bytes of the disk that the data directory is on, or will be. */
export async function diskFacts({ dataDirectory }: Config) {
  const { freeBytes } = await spaceUnder(dataDirectory);
  return { freeBytes, dataDirectory: existsSync(dataDirectory) ? 'there' : 'not made yet' };
}

/** The warehouse's kind and schema, rows by table, days by dataset and state. */
export async function warehouseFacts(config: Config) {
  const { duckdb, postgres } = await lookAtWarehouse(config.warehouse);
  const state = duckdb === null ? 'reached' : duckdb.state;
  if (duckdb?.state === 'missing' || duckdb?.state === 'held') return { kind: config.warehouse.kind, state };
  const schemaVersion = duckdb?.schemaVersion ?? postgres?.schemaVersion ?? 0;
  return {
    ...{ kind: config.warehouse.kind, state, schemaVersion },
    rows: await rowsByTable(config),
    coverage: await coverageCounts(config),
  };
}

/** Names of people and units that the warehouse has; null where it has none or cannot be read, because then they are not known. */
export async function storedNames(config: Config): Promise<string[] | null> {
  try {
    const warehouse = await openExistingWarehouse(config, 'verify');
    if (warehouse === null) return null;
    try {
      const rows = await warehouse.query(
        `SELECT name FROM agent UNION SELECT name FROM management_unit UNION SELECT name FROM business_unit`,
      );
      const names = rows.flatMap(({ name }) => (typeof name === 'string' ? [name] : []));
      return names.length > 0 ? names : null;
    } finally {
      await warehouse.release();
    }
  } catch {
    return null;
  }
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

async function rowsByTable(config: Config): Promise<Record<string, number>> {
  const warehouse = await openExistingWarehouse(config, 'verify');
  if (warehouse === null) return {};
  try {
    const rows: Record<string, number> = {};
    for (const table of Object.values(FACT_TABLES).flat()) {
      const [found] = await warehouse.query(`SELECT count(*) AS n FROM ${table}`);
      rows[table] = Number(found?.['n'] ?? 0);
    }
    return rows;
  } finally {
    await warehouse.release();
  }
}
