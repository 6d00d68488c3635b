import { join } from 'node:path';
import { duckdbFile } from '../../src/warehouse/duckdb/duckdbFile.js';
import { openFileDestination } from '../../src/publish/fileDestination.js';
import { publish } from '../../src/publish/publish.js';
import { tryLock } from '../../src/temporal/processLock.js';
import { openDuckdbParquet } from '../../src/warehouse/duckdb/duckdbParquet.js';
import { openAnalystsWarehouse } from '../support/analystsWarehouse.js';

/** Rows of the month that has several row groups: ten units, each with the same number. */
const MANY = 300_000;

/**
 * Publishes a small warehouse, one month of which has many rows, into a directory; then says what the warehouse itself has.
 *
 * Run by `checks_published.py`.
 */
const directory = process.argv[2] ?? '';
const path = join(directory, 'warehouse.duckdb');
const warehouse = await openAnalystsWarehouse(path);
const settings = { path, memory: '256MB', tempDirectory: `${path}.tmp` };
await duckdbFile({ ...settings, idleReleaseMs: 0 }).write(async (connection) => {
  await connection.run(
    `INSERT INTO occupancy_interval
     SELECT 'user-' || n // 10, TIMESTAMPTZ '2025-03-01 00:00:00+00' + to_minutes(n // 1000 * 30),
            TIMESTAMPTZ '2025-03-01 00:30:00+00' + to_minutes(n // 1000 * 30), 'mu-' || n % 10,
            DATE '2025-03-01' + CAST(n // 15000 AS INTEGER), n, 0, n % 7, 0, 0, CASE WHEN n % 3 = 0 THEN NULL ELSE n / 10 END,
            'export/occupancy/mu-0/2025-03-01_2025-03-21', repeat('a', 64), TIMESTAMPTZ '2026-01-01 00:00:00.123456+00'
     FROM range(${MANY}) AS made(n)`,
  );
  await connection.run(
    `INSERT INTO coverage VALUES ('occupancy', 'mu-0', DATE '2025-03-01', 'loaded', 'w', 'seals/w/1.json', ${MANY}, NULL, NULL)`,
  );
});
const source = openDuckdbParquet(settings);
const destination = await openFileDestination(join(directory, 'published'), tryLock);
const request = { tables: null, since: null, full: false, names: false };
const report = await publish({ source, destination, request, now: new Date().toISOString() });
await destination.close();
const rows: Record<string, unknown> = {};
for (const table of Object.keys(report.tables))
  rows[table] = (await warehouse.query(`SELECT count(*) AS "rows" FROM ${table}`))[0]?.['rows'];
const days = await warehouse.query('SELECT * FROM adherence_day ORDER BY management_unit_id, local_date, user_id');
process.stdout.write(`${JSON.stringify({ rows, days })}\n`);
await warehouse.release();
