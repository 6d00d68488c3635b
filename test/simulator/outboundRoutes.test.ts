import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { type Answer, type SimulatorCalls, simulatorCalls } from './simulatorCalls.js';

const EDGES = '/api/v2/telephony/providers/edges';

type RouteBody = Readonly<Record<string, unknown>> & {
  readonly version: number;
  readonly externalTrunkBases: readonly { readonly id: string; readonly name?: string }[];
};

describe('the outbound routes of a site', () => {
  let calls: SimulatorCalls;
  let path: string;
  beforeEach(async () => {
    calls = await simulatorCalls({ telephony: { auditSeconds: 0.05 } });
    const [route] = calls.simulator.telephony.facts().routes;
    path = `${EDGES}/sites/${route?.siteId ?? ''}/outboundroutes/${route?.id ?? ''}`;
  });
  afterEach(async () => await calls.simulator.close());
  const read = async (): Promise<RouteBody> => (await calls.get(path)).body as unknown as RouteBody;
  const put = async (body: unknown): Promise<Answer> => await calls.send('PUT', path, body);

  it('take a new order under the current version, and count it up', async () => {
    const before = await read();
    const reversed = [...before.externalTrunkBases].reverse();
    const answered = await put({ ...before, externalTrunkBases: reversed.map(({ id }) => ({ id })) });
    expect(answered.status).toBe(200);
    expect(answered.body).toMatchObject({ version: before.version + 1, externalTrunkBases: reversed });
    expect(await read()).toEqual(answered.body);
    expect(calls.simulator.telephony.writes()).toEqual([
      expect.objectContaining({
        kind: 'route',
        after: reversed.map(({ id }) => id),
        before: before.externalTrunkBases.map(({ id }) => id),
        byHand: false,
      }),
    ]);
  });

  it('lose what a write leaves out', async () => {
    const { name, classificationTypes, version, externalTrunkBases } = await read();
    await put({ name, classificationTypes, version, externalTrunkBases });
    const after = await read();
    expect(after).toMatchObject({ name, enabled: false });
    expect(after).not.toHaveProperty('description');
  });

  it('refuse a version that is not current, as 409 and as 400 in turn, and stay as they are', async () => {
    const before = await read();
    expect((await put(before)).status).toBe(200);
    const codes = [await put(before), await put(before), await put(before)].map(({ status, body }) => [
      status,
      body['code'],
    ]);
    expect(codes).toEqual([
      [409, 'general.conflict'],
      [400, 'bad.request'],
      [409, 'general.conflict'],
    ]);
    await put(before);
    expect((await put(before)).body['code']).toBe('general.conflict');
    const text = (await put(before)).body['message'];
    expect(text).toContain('does not match the current version');
    expect((await read()).version).toBe(before.version + 1);
  });

  it('refuse unknown trunk bases, those named twice, and bodies without what is required', async () => {
    const before = await read();
    const [first] = before.externalTrunkBases;
    const unknown = await put({ ...before, externalTrunkBases: [{ id: 'nobody' }] });
    const twice = await put({ ...before, externalTrunkBases: [first, first] });
    const missing = await put({ ...before, name: undefined });
    expect([unknown, twice, missing].map(({ status, body }) => [status, body['code']])).toEqual([
      [400, 'bad.request'],
      [400, 'duplicate.value'],
      [400, 'required.field.missing'],
    ]);
    expect((await read()).version).toBe(before.version);
  });

  it("cannot be written where the site is Genesys's own", async () => {
    const { sites, routes } = calls.simulator.telephony.facts();
    const site = sites.find(({ managed }) => managed);
    const route = routes.find(({ siteId }) => siteId === site?.id);
    path = `${EDGES}/sites/${site?.id ?? ''}/outboundroutes/${route?.id ?? ''}`;
    expect(await put(await read())).toMatchObject({ status: 400, body: { code: 'managed.site.cannot.be.configured' } });
  });

  it('are changed by hand by somebody whom the audit names', async () => {
    const [route] = calls.simulator.telephony.facts().routes;
    const one = route?.trunkBaseIds[4] ?? '';
    await calls.control('POST', `routes/${route?.id ?? ''}`, { trunkBaseIds: [one], user: 'Ng Mei Ling' });
    expect((await read()).externalTrunkBases.map(({ id }) => id)).toEqual([one]);
    await put(await read());
    const query = {
      interval: `${new Date(Date.now() - 60_000).toISOString()}/${new Date(Date.now() + 60_000).toISOString()}`,
      serviceName: 'Telephony',
      filters: [{ property: 'EntityId', value: route?.id }],
      sort: [{ name: 'Timestamp', sortOrder: 'ascending' }],
    };
    const asked = await calls.post('/api/v2/audits/query', query);
    expect([asked.status, asked.body['state']]).toEqual([202, 'Queued']);
    const transaction = `/api/v2/audits/query/${String(asked.body['id'])}`;
    await eventually('the query succeeds', async () => {
      const { body } = await calls.get(transaction);
      return String(body['state']) === 'Succeeded';
    });
    const { body } = await calls.get(`${transaction}/results?pageSize=1`);
    expect(body).toMatchObject({
      cursor: '1',
      entities: [
        {
          user: { name: 'Ng Mei Ling' },
          action: 'Update',
          propertyChanges: [{ property: 'externalTrunkBases', newValues: ['SingTel 5'] }],
        },
      ],
    });
    const rest = await calls.get(`${transaction}/results?cursor=1`);
    expect(rest.body).toMatchObject({ entities: [{ client: { id: calls.simulator.clientId } }] });
    expect(rest.body).not.toHaveProperty('cursor');
  });
});
