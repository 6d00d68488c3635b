import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type SimulatorCalls, simulatorCalls } from './simulatorCalls.js';

describe('the data table of trunks', () => {
  let calls: SimulatorCalls;
  let table: string;
  let rows: string;
  beforeEach(async () => {
    calls = await simulatorCalls();
    table = `/api/v2/flows/datatables/${calls.simulator.telephony.facts().tableId}`;
    rows = `${table}/rows`;
  });
  afterEach(async () => await calls.simulator.close());

  it('has the columns of the metadata, shown where the schema is asked for', async () => {
    expect((await calls.get(table)).body).not.toHaveProperty('schema');
    const { body } = await calls.get(`${table}?expand=schema`);
    const { properties, required } = body['schema'] as unknown as {
      properties: Record<string, { type: string }>;
      required: string[];
    };
    expect(Object.entries(properties).map(([name, { type }]) => `${name} ${type}`)).toEqual([
      'key string',
      'carrier string',
      'schedule_id string',
      'schedule_version integer',
      'agents_available integer',
      'calls_wanted integer',
      'role string',
      'effective_from string',
      'effective_to string',
      'content_hash string',
    ]);
    expect(required).toEqual(['key']);
  });

  it('adds, changes and deletes rows by key; the last write wins', async () => {
    expect((await calls.post(rows, { key: 'a', carrier: 'M1' })).status).toBe(200);
    expect(await calls.post(rows, { key: 'a' })).toMatchObject({
      status: 409,
      body: { code: 'flows.datatables.not.unique' },
    });
    await calls.send('PUT', `${rows}/a`, { key: 'a', role: 'standby' });
    expect((await calls.get(`${rows}/a?showbrief=false`)).body).toMatchObject({ carrier: '', role: 'standby' });
    expect((await calls.send('DELETE', `${rows}/a`)).status).toBe(204);
    const gone = { status: 404, body: { code: 'flows.datatables.row.not.found' } };
    expect(await calls.get(`${rows}/a`)).toMatchObject(gone);
    expect(await calls.send('PUT', `${rows}/a`, { key: 'a' })).toMatchObject(gone);
  });

  it('shows keys alone unless it is asked for everything', async () => {
    await calls.post(rows, { key: 'b', carrier: 'M1', agents_available: 12 });
    await calls.post(rows, { key: 'a', carrier: 'SingTel' });
    expect((await calls.get(rows)).body['entities']).toEqual([{ key: 'a' }, { key: 'b' }]);
    expect((await calls.get(`${rows}?showbrief=false&pageSize=1&pageNumber=2`)).body).toMatchObject({
      entities: [{ key: 'b', carrier: 'M1', agents_available: 12, role: '' }],
      total: 2,
      pageCount: 2,
    });
  });

  it("refuses columns that it does not have, values of another type, and keys that are not the path's", async () => {
    await calls.post(rows, { key: 'a' });
    const bodies = [{ key: 'a', colour: 'red' }, { key: 'a', agents_available: 'many' }, { key: 'b' }, {}];
    for (const body of bodies)
      expect(await calls.send('PUT', `${rows}/a`, body)).toMatchObject({
        status: 400,
        body: { code: 'flows.datatables.syntax.error' },
      });
  });

  it('loses a row that somebody deletes by hand, and is too busy by switch', async () => {
    await calls.post(rows, { key: 'a' });
    await calls.control('DELETE', 'rows/a');
    expect((await calls.get(rows)).body['entities']).toEqual([]);
    expect(await calls.control('DELETE', 'rows/a')).toEqual({ message: expect.any(String) });
    calls.simulator.addFault({
      kind: 'status',
      method: 'POST',
      path: '/api/v2/flows/datatables/',
      status: 503,
      body: { status: 503, code: 'flows.datatables.server.too.busy', message: 'The server is too busy' },
    });
    expect((await calls.post(rows, { key: 'a' })).status).toBe(503);
    expect((await calls.post(rows, { key: 'a' })).status).toBe(200);
  });
});
