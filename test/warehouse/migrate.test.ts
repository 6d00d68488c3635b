import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { migrate } from '../../src/warehouse/duckdb/migrate.js';
import { MIGRATIONS } from '../../src/warehouse/duckdb/migrations.js';
import { openDuckdbWarehouse } from '../../src/warehouse/duckdb/openDuckdbWarehouse.js';
import { rowsOf } from '../../src/warehouse/duckdb/rows.js';
import { SUPERSEDED_TABLES } from '../../src/warehouse/heldRows.js';
import { warehouseBytes } from '../support/warehouseBytes.js';

const last = MIGRATIONS.at(-1)?.version ?? 0;
const NEXT = { version: last + 1, statements: ['ALTER TABLE business_unit ADD COLUMN division TEXT'] };
const BROKEN = { version: last + 1, statements: [...NEXT.statements, 'ALTER TABLE no_such_table ADD COLUMN x TEXT'] };

describe('the schema of a warehouse', () => {
  let directory: string;
  let instance: DuckDBInstance;
  let connection: DuckDBConnection;
  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'rosterline-migrate-'));
    instance = await DuckDBInstance.fromCache(join(directory, 'w.duckdb'));
    connection = await instance.connect();
    await migrate(connection, 'w');
    await connection.run(`INSERT INTO business_unit VALUES ('bu-1', 'Support')`);
  });
  afterEach(() => {
    connection.disconnectSync();
    instance.closeSync();
    rmSync(directory, { recursive: true, force: true });
  });

  const versions = async () =>
    (await rowsOf(connection, 'SELECT version FROM schema_version')).map((row) => row['version']);

  it('of an older version is brought up to date with its rows', async () => {
    await migrate(connection, 'w', [...MIGRATIONS, NEXT]);
    await migrate(connection, 'w', [...MIGRATIONS, NEXT]);
    expect(await rowsOf(connection, 'SELECT * FROM business_unit')).toEqual([
      { id: 'bu-1', name: 'Support', division: null },
    ]);
    expect(await versions()).toEqual([...MIGRATIONS.map((migration) => migration.version), NEXT.version]);
  });

  it('stays as it was when a step fails half way', async () => {
    await expect(migrate(connection, 'w', [...MIGRATIONS, BROKEN])).rejects.toThrow(/no_such_table/);
    expect(await rowsOf(connection, 'SELECT * FROM business_unit')).toEqual([{ id: 'bu-1', name: 'Support' }]);
    expect(await versions()).toEqual(MIGRATIONS.map((migration) => migration.version));
  });

  it.each(MIGRATIONS.map((_, steps) => steps))('that ends after step %i becomes that of a new file', async (steps) => {
    const old = await (await DuckDBInstance.fromCache(join(directory, 'old.duckdb'))).connect();
    await migrate(old, 'old', MIGRATIONS.slice(0, steps));
    await migrate(old, 'old');
    expect(await columnsOf(old)).toEqual(SCHEMA);
    old.disconnectSync();
  });

  it('of a newer version is refused, and not a byte of the file changes, nor of what its killed writer left beside it', async () => {
    await migrate(connection, 'w', [...MIGRATIONS, NEXT]);
    const path = join(directory, 'newer.duckdb');
    // As a power cut would leave them.
    for (const file of ['', '.wal']) copyFileSync(join(directory, `w.duckdb${file}`), `${path}${file}`);
    const before = warehouseBytes(path);
    expect(Object.keys(before)).toEqual(['', '.wal']);
    const warehouse = openDuckdbWarehouse({ path, tempDirectory: join(directory, 'temp') });
    await expect(warehouse.migrate()).rejects.toMatchObject({
      name: 'Blocked',
      message: expect.stringMatching(
        `${path} was written by a newer version of Rosterline .*schema is ${NEXT.version}, this version knows ${last}.* It was not touched`,
      ),
    });
    await expect(warehouse.query('SELECT 1')).rejects.toMatchObject({ name: 'Blocked' });
    await warehouse.release();
    expect(warehouseBytes(path)).toEqual(before);
  });

  it('has every table and column that others build on, with its type', async () => {
    expect(await columnsOf(connection)).toEqual(SCHEMA);
  });
});

/** Every table and view with its columns and their types, a line each. */
async function columnsOf(connection: DuckDBConnection): Promise<string[]> {
  const columns = await rowsOf<{ line: string }>(
    connection,
    `SELECT table_name || ': ' || string_agg(column_name || ' ' || data_type, ', ' ORDER BY column_index) AS line
     FROM duckdb_columns() WHERE NOT internal GROUP BY table_name ORDER BY table_name`,
  );
  return columns.map(({ line }) => line);
}

const PROVENANCE = 'window_id VARCHAR, landing_sha256 VARCHAR, loaded_at TIMESTAMP WITH TIME ZONE';
const INSTANT = 'TIMESTAMP WITH TIME ZONE';

const TABLES = [
  'activity_code: business_unit_id VARCHAR, id VARCHAR, name VARCHAR, category VARCHAR',
  `adherence_actual: management_unit_id VARCHAR, user_id VARCHAR, start_at ${INSTANT}, end_at ${INSTANT}, local_date DATE, ` +
    `actual_activity_category VARCHAR, secondary_presence_id VARCHAR, ${PROVENANCE}`,
  `adherence_day: management_unit_id VARCHAR, user_id VARCHAR, local_date DATE, business_unit_id VARCHAR, time_zone VARCHAR, ` +
    `day_start ${INSTANT}, day_length_seconds BIGINT, adherence_percentage DOUBLE, conformance_percentage DOUBLE, ` +
    'adherence_schedule_seconds BIGINT, conformance_schedule_seconds BIGINT, conformance_actual_seconds BIGINT, ' +
    'exception_count BIGINT, exception_duration_seconds BIGINT, impact_seconds BIGINT, schedule_length_seconds BIGINT, ' +
    `actual_length_seconds BIGINT, ${PROVENANCE}`,
  `adherence_exception: management_unit_id VARCHAR, user_id VARCHAR, start_at ${INSTANT}, end_at ${INSTANT}, local_date DATE, ` +
    'scheduled_activity_code_id VARCHAR, scheduled_activity_category VARCHAR, actual_activity_code_id VARCHAR, ' +
    'actual_activity_category VARCHAR, system_presence VARCHAR, routing_status VARCHAR, secondary_presence_id VARCHAR, ' +
    `impact VARCHAR, ${PROVENANCE}`,
  `agent: user_id VARCHAR, name VARCHAR, management_unit_id VARCHAR, first_seen ${INSTANT}, last_seen ${INSTANT}`,
  'business_unit: id VARCHAR, name VARCHAR',
  `coverage: dataset VARCHAR, management_unit_id VARCHAR, local_date DATE, state VARCHAR, window_id VARCHAR, seal VARCHAR, ` +
    `rows BIGINT, requested_at ${INSTANT}, reason VARCHAR`,
  'custody_head: one BOOLEAN, seq BIGINT, sha256 VARCHAR',
  'custody_seal: path VARCHAR, window_id VARCHAR, number BIGINT, sha256 VARCHAR, content VARCHAR, chain_seq BIGINT',
  'export_outcome: export_id VARCHAR, run_id VARCHAR, window_id VARCHAR, seal VARCHAR, gaps VARCHAR',
  'legal_hold: hold_id VARCHAR, dataset VARCHAR, management_unit_id VARCHAR, from_date DATE, to_date DATE',
  'management_unit: id VARCHAR, name VARCHAR, business_unit_id VARCHAR, time_zone VARCHAR, start_day_of_week VARCHAR',
  'occupancy_day: management_unit_id VARCHAR, user_id VARCHAR, local_date DATE, interval_count BIGINT, interacting_ms BIGINT, ' +
    'communicating_ms BIGINT, idle_ms BIGINT, not_responding_ms BIGINT, off_queue_ms BIGINT, occupancy DOUBLE',
  `occupancy_interval: user_id VARCHAR, interval_start ${INSTANT}, interval_end ${INSTANT}, management_unit_id VARCHAR, ` +
    'local_date DATE, interacting_ms BIGINT, communicating_ms BIGINT, idle_ms BIGINT, not_responding_ms BIGINT, ' +
    `off_queue_ms BIGINT, occupancy DOUBLE, ${PROVENANCE}`,
  'present_agent: user_id VARCHAR, management_unit_id VARCHAR, name VARCHAR',
  `schedule_activity: schedule_id VARCHAR, schedule_version BIGINT, shift_id VARCHAR, management_unit_id VARCHAR, local_date DATE, ` +
    `start_at ${INSTANT}, end_at ${INSTANT}, activity_code_id VARCHAR, paid BOOLEAN, ${PROVENANCE}`,
  `schedule_shift: schedule_id VARCHAR, schedule_version BIGINT, shift_id VARCHAR, business_unit_id VARCHAR, ` +
    `management_unit_id VARCHAR, user_id VARCHAR, local_date DATE, start_at ${INSTANT}, end_at ${INSTANT}, ${PROVENANCE}`,
  `schema_version: version INTEGER, applied_at ${INSTANT}`,
  `structure_reading: management_unit_id VARCHAR, read_at ${INSTANT}`,
  'warehouse_setting: name VARCHAR, value VARCHAR',
];

/** With `<table>_superseded` of each fact table. */
const SCHEMA = TABLES.flatMap((line) => {
  const superseded = SUPERSEDED_TABLES.find(({ table }) => line.startsWith(`${table}: `))?.superseded;
  const columns = line.slice(line.indexOf(': '));
  return superseded ? [line, `${superseded}${columns}, superseded_at ${INSTANT}, superseded_by VARCHAR`] : [line];
});
