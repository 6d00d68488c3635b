import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openDuckdbWarehouse } from '../../src/warehouse/duckdb/openDuckdbWarehouse.js';
import { openPostgresWarehouse } from '../../src/warehouse/postgres/openPostgresWarehouse.js';
import type { Warehouse } from '../../src/warehouse/warehouse.js';
import { fillAnalystsWarehouse } from '../support/analystsWarehouse.js';
import { postgresServer, testSchema, type TestSchema } from '../support/postgresServer.js';

const server = await postgresServer();
const queries = statements(readFileSync(fileURLToPath(new URL('../../docs/queries.sql', import.meta.url)), 'utf8'));

describe('docs/queries.sql', () => {
  const directory = mkdtempSync(join(tmpdir(), 'rosterline-queries-'));
  const warehouses = new Map<string, Warehouse>();
  let schema: TestSchema;

  beforeAll(async () => {
    schema = await testSchema(server);
    const tempDirectory = join(directory, 'temp');
    warehouses.set('DuckDB', openDuckdbWarehouse({ path: join(directory, 'warehouse.duckdb'), tempDirectory }));
    warehouses.set('Postgres', openPostgresWarehouse(schema.config, { tempDirectory }));
    for (const warehouse of warehouses.values()) await fillAnalystsWarehouse(warehouse);
  });
  afterAll(async () => {
    for (const warehouse of warehouses.values()) await warehouse.release();
    await schema.drop();
    rmSync(directory, { recursive: true });
  });

  /** What each warehouse answers, in the order of their names. */
  async function answers(sql: string): Promise<Record<string, unknown>[][]> {
    return await Promise.all([...warehouses.values()].map((warehouse) => warehouse.query(sql)));
  }

  it.each(queries.map(({ question, sql }) => [question, sql]))('answers alike in both: %s', async (_question, sql) => {
    const [inDuckdb = [], inPostgres = []] = (await answers(sql)).map((rows) => rows.map(comparable));
    expect(inDuckdb.length).toBeGreaterThan(0);
    expect(inPostgres).toEqual(inDuckdb);
  });

  it('gives the figures worked by hand', async () => {
    const [adherence, occupancy] = await Promise.all(queries.slice(0, 2).map(({ sql }) => answers(sql)));
    for (const rows of adherence ?? [])
      expect(rows).toContainEqual(
        expect.objectContaining({ unit: 'Kuala Lumpur', adherence: 95, conformance: 90, agents: 2 }),
      );
    for (const rows of occupancy ?? [])
      expect(rows).toContainEqual(expect.objectContaining({ unit: 'Kuala Lumpur', occupancy: 0.6, hours_on_queue: 1 }));
  });
});

/** A row whose fractions are rounded: one engine divides decimals, the other binary fractions. */
function comparable(row: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).map(([column, value]) => [
      column,
      typeof value === 'number' ? Number(value.toFixed(9)) : value,
    ]),
  );
}

/** Statements with the comment above each, which is the question it answers. */
function statements(sql: string): { question: string; sql: string }[] {
  return sql
    .split(/;\s*\n/)
    .filter((text) => text.trim() !== '')
    .map((text) => {
      const comments = [...text.matchAll(/^-- (.*)$/gm)].map(([, comment]) => comment ?? '');
      return { question: comments.at(-1) ?? '', sql: text };
    });
}
