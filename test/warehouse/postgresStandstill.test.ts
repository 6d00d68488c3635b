import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { PostgresDatabase } from '../../src/warehouse/postgres/postgresDatabase.js';
import { postgresServer, type TestSchema, testSchema } from '../support/postgresServer.js';

const server = await postgresServer();

describe('a writer that stands still in the midst of a brief transaction', () => {
  let schema: TestSchema;
  beforeEach(async () => {
    schema = await testSchema(server);
  });
  afterEach(async () => await schema.drop());

  it('loses its locks before another would give up waiting, writes nothing, and is told', async () => {
    const [frozen, other] = [0, 1].map(() => new PostgresDatabase(schema.config, { connections: 1 }));
    if (!frozen || !other) throw new RangeError('two writers');
    await other.migrate();
    await schema.admin('CREATE TABLE fence (holder text); GRANT ALL ON fence TO PUBLIC');
    await schema.admin(`INSERT INTO fence VALUES ('nobody')`);
    let holds: () => void = () => undefined;
    let wakes: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (holds = resolve));
    const woken = new Promise<void>((resolve) => (wakes = resolve));
    const written = frozen.writeBriefly(async (session) => {
      await session.rows(`UPDATE fence SET holder = 'frozen'`, []);
      holds();
      await woken;
      await session.rows(`UPDATE fence SET holder = 'frozen still'`, []);
    });
    written.catch(() => undefined);
    await held;
    await other.writeBriefly((session) => session.rows(`UPDATE fence SET holder = 'other'`, []));
    wakes();
    await expect(written).rejects.toMatchObject({ name: 'Transient' });
    expect(await schema.admin('SELECT holder FROM fence')).toEqual([{ holder: 'other' }]);
    await Promise.all([frozen.release(), other.release()]);
  });
});
