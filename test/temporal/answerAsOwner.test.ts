import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { loadConfig } from '../../src/config/loadConfig.js';
import { Failure } from '../../src/domain/failure.js';
import { createLog } from '../../src/telemetry/createLog.js';
import { type AnsweringOwner, answerAsOwner } from '../../src/temporal/owner/answerAsOwner.js';
import { askOwner, isUnanswered } from '../../src/temporal/owner/askOwner.js';
import { ownerSocket } from '../../src/temporal/owner/ownerSocket.js';
import { readWarehouse } from '../../src/temporal/owner/readWarehouse.js';
import { openWarehouse } from '../../src/temporal/openWarehouse.js';
import type { Warehouse } from '../../src/warehouse/warehouse.js';
import type { WarehouseReader } from '../../src/warehouse/warehouseReader.js';

const log = createLog('error');
let directory: string;
let path: string;
let warehouse: Warehouse;
const owners: AnsweringOwner[] = [];

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'rosterline-owner-'));
  path = join(directory, 'warehouse.duckdb');
  const config = loadConfig({ ROSTERLINE_DATA: directory }, directory);
  warehouse = openWarehouse(config);
  await warehouse.markPending(
    ['2024-03-01', '2024-03-02'].map((localDate) => ({
      ...{ dataset: 'adherence', managementUnitId: 'unit', windowId: 'window' },
      localDate,
    })),
  );
});
afterEach(async () => {
  for (const owner of owners.splice(0)) await owner.close();
  await warehouse.release();
  rmSync(directory, { recursive: true, force: true });
});

async function answering(reader: WarehouseReader): Promise<AnsweringOwner> {
  const owner = await answerAsOwner(path, reader, log);
  owners.push(owner);
  return owner;
}

async function thrownBy(asked: Promise<unknown>): Promise<unknown> {
  return await asked.then(
    () => null,
    (error: unknown) => error,
  );
}

describe('the owner of an embedded warehouse', () => {
  it('tells who asks the same as the warehouse itself, over a socket for this user alone', async () => {
    await answering(warehouse);
    const owner = askOwner(path);
    expect(await owner.coveredDays(null)).toEqual(await warehouse.coveredDays(null));
    expect((await owner.coveredDays('2024-03-02')).days).toHaveLength(2);
    const sql = 'SELECT local_date, state FROM coverage WHERE local_date > ? ORDER BY 1';
    expect(await owner.query(sql, ['2024-03-01'])).toEqual([{ local_date: '2024-03-02', state: 'pending' }]);
    expect(statSync(ownerSocket(path) ?? '').mode & 0o777).toBe(0o600);
  });

  it('is asked before the file is opened, which is opened where nobody answers any more', async () => {
    const config = loadConfig({ ROSTERLINE_DATA: directory }, directory);
    let asked = 0;
    const owner = await answering({
      coveredDays: (from) => {
        asked++;
        return warehouse.coveredDays(from);
      },
      query: (...values) => warehouse.query(...values),
    });
    const days = () =>
      readWarehouse(config, 'coverage', async (reader) => (await reader.coveredDays(null)).days.length);
    expect([await days(), asked]).toEqual([2, 1]);
    await owner.close();
    expect(existsSync(ownerSocket(path) ?? '')).toBe(false);
    expect([await days(), asked]).toEqual([2, 1]);
  });

  it('takes the place of one that was killed, and leaves one that lives alone', async () => {
    writeFileSync(ownerSocket(path) ?? '', '');
    expect(isUnanswered(await thrownBy(askOwner(path).coveredDays(null)))).toBe(true);
    await answering(warehouse);
    const second = await answering({ ...warehouse, coveredDays: () => Promise.reject(new Error('not asked')) });
    await second.close();
    expect((await askOwner(path).coveredDays(null)).days).toHaveLength(2);
  });

  it('hands on what stands in the warehouse’s way, by its name', async () => {
    await answering({ ...warehouse, query: () => Promise.reject(new Failure('Blocked', 'the disk is full')) });
    const error = await thrownBy(askOwner(path).query('SELECT 1'));
    expect(error).toBeInstanceOf(Failure);
    expect(error).toMatchObject({ name: 'Blocked', message: 'the disk is full' });
  });

  it('whose answer was cut off is not believed', async () => {
    const server = createServer((_, response) => {
      response.writeHead(200);
      response.write('{"day":{"localDate":"2024-03-01"}}\n', () => response.destroy());
    });
    await new Promise<void>((resolve) => server.listen(ownerSocket(path) ?? '', resolve));
    const error = await thrownBy(askOwner(path).coveredDays(null));
    await new Promise((resolve) => server.close(resolve));
    expect(error).toMatchObject({ name: 'Blocked', message: expect.stringContaining('went away') });
  });
});
