import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { METADATA_COLUMNS } from '../../src/domain/sync/metadataRow.js';
import { createGenesysClient } from '../../src/genesys/createGenesysClient.js';
import type { GenesysClient } from '../../src/genesys/genesysClient.js';
import type { OutboundRoute } from '../../src/genesys/telephonyCalls.js';
import { type RunningSimulator, startSimulator } from '../../src/simulator/startSimulator.js';
import { eventually } from '../support/eventually.js';
import { failureOf } from './support/allOf.js';
import { METADATA_ROW } from './support/metadataRow.js';

let simulator: RunningSimulator;
let client: GenesysClient;
const clients: GenesysClient[] = [];

beforeEach(() => start());
afterEach(() => stop());

async function start(options: Parameters<typeof startSimulator>[0] = {}): Promise<void> {
  simulator = await startSimulator({ telephony: { sites: ['Singapore', 'Johor'], auditSeconds: 0 }, ...options });
  const { url, clientId, clientSecret } = simulator;
  client = createGenesysClient({ apiUrl: url, loginUrl: url, clientId, clientSecret, downloadHosts: [] });
  clients.push(client);
}

async function stop(): Promise<void> {
  await Promise.all(clients.splice(0).map((made) => made.close()));
  await simulator.close();
}

async function firstRoute(): Promise<{ siteId: string; route: OutboundRoute }> {
  const { id: siteId } = simulator.telephony.facts().sites.find(({ managed }) => !managed) ?? { id: '' };
  const route = (await client.siteRoutes(siteId)).value.items[0];
  if (!route) throw new Error('the site has no route');
  return { siteId, route };
}

describe('the Genesys client and a simulated organisation with trunks', () => {
  it('sees the sites, routes, trunks and trunk bases that there are', async () => {
    const facts = simulator.telephony.facts();
    const sites = (await client.sites(1)).value;
    expect(sites.items.map(({ id, managed }) => [id, managed])).toEqual(
      facts.sites.map(({ id, managed }) => [id, managed]),
    );
    expect(sites.items.some(({ managed }) => managed)).toBe(true);
    for (const { id: siteId } of facts.sites) {
      const routes = (await client.siteRoutes(siteId)).value.items.map(({ fact }) => fact);
      expect(routes).toMatchObject(facts.routes.filter((route) => route.siteId === siteId));
    }
    const bases = (await client.trunkBases(1)).value.items.filter(({ trunkType }) => trunkType === 'EXTERNAL');
    expect(bases.map(({ id }) => id).sort()).toEqual(facts.trunkBases.map(({ id }) => id).sort());
    const trunks = (await client.trunks(1)).value;
    expect(trunks.pageCount).toBe(1);
    expect(trunks.items.map(({ id }) => id).sort()).toEqual(
      facts.trunkBases.flatMap(({ trunkIds }) => trunkIds).sort(),
    );
    expect(trunks.items.every(({ connected, options }) => connected && options.every(({ up }) => up))).toBe(true);
  });

  it('sees a carrier fail and come back', async () => {
    const down = async (): Promise<number> =>
      (await client.trunks(1)).value.items.filter(({ connected }) => connected === false).length;
    simulator.telephony.happen({ kind: 'trunks', carrier: 'M1', connected: false });
    expect(await down()).toBe(5);
    simulator.telephony.happen({ kind: 'trunks', carrier: 'M1', connected: true });
    expect(await down()).toBe(0);
  });

  it('reads more pages than one', async () => {
    await stop();
    await start({ telephony: { trunks: 90, edges: 3 } });
    const first = (await client.trunks(1)).value;
    expect([first.items.length, first.pageCount]).toEqual([100, 3]);
    const others = await Promise.all([2, 3].map(async (page) => (await client.trunks(page)).value.items));
    expect(new Set([first.items, ...others].flat().map(({ id }) => id)).size).toBe(270);
  });

  it('writes a route once; the same version again is a conflict, in either of its forms', async () => {
    const { siteId, route } = await firstRoute();
    const order = [...route.fact.trunkBaseIds].reverse();
    const written = (await client.putOutboundRoute(siteId, route.raw, order)).value.fact;
    expect(written).toEqual({ ...route.fact, version: route.fact.version + 1, trunkBaseIds: order });
    const again = (): Promise<unknown> => client.putOutboundRoute(siteId, route.raw, order);
    for (const status of [409, 400])
      expect(await failureOf(again())).toMatchObject({ name: 'Conflict', facts: { status } });
    expect((await client.outboundRoute(siteId, route.fact.id)).value.fact).toEqual(written);
  });

  it('is refused by a site of Genesys’s own', async () => {
    const { sites, trunkBases } = simulator.telephony.facts();
    const site = sites.find(({ managed }) => managed);
    const [route] = (await client.siteRoutes(site?.id ?? '')).value.items;
    const put = client.putOutboundRoute(site?.id ?? '', route?.raw ?? {}, [trunkBases[0]?.id ?? '']);
    expect(await failureOf(put)).toMatchObject({ name: 'InvalidInput', message: expect.stringContaining('managed') });
  });

  it('adds a row, replaces it, and notices that somebody deleted it', async () => {
    const { tableId, trunkBases } = simulator.telephony.facts();
    const key = trunkBases[0]?.id ?? '';
    const { columns } = (await client.dataTable(tableId)).value;
    expect(columns.map(({ name }) => name)).toEqual(expect.arrayContaining([...METADATA_COLUMNS]));
    await client.addDataTableRow(tableId, { key, ...METADATA_ROW });
    expect(await failureOf(client.addDataTableRow(tableId, { key, ...METADATA_ROW }))).toMatchObject({
      name: 'Conflict',
    });
    await client.putDataTableRow(tableId, { key, ...METADATA_ROW, role: 'failover' });
    const rows = (await client.dataTableRows(tableId, 1)).value.items;
    expect(rows.find((row) => row.key === key)?.row).toEqual({ key, ...METADATA_ROW, role: 'failover' });
    simulator.telephony.happen({ kind: 'deleteRow', key });
    expect(await failureOf(client.putDataTableRow(tableId, { key, ...METADATA_ROW }))).toMatchObject({
      name: 'Conflict',
    });
  });

  it('reads the campaigns that are named, and sets a line count', async () => {
    const [one, two] = simulator.telephony.facts().campaigns;
    const ids = [one?.id ?? '', two?.id ?? ''];
    const found = (await client.campaigns(1, ids)).value.items;
    expect(found.map(({ id }) => id).sort()).toEqual([...ids].sort());
    expect(found.map(({ siteId }) => siteId)).toContain(one?.siteId);
    await client.patchCampaign(ids[0] ?? '', { outboundLineCount: 77 });
    expect(simulator.telephony.facts().campaigns[0]?.outboundLineCount).toBe(77);
  });

  it('learns from the audit who changed a route by hand', async () => {
    const { route } = await firstRoute();
    const { id, trunkBaseIds } = route.fact;
    const user = 'Lim Mei Ling';
    const reversed = [...trunkBaseIds].reverse();
    simulator.telephony.happen({ kind: 'route', id, trunkBaseIds: reversed, user });
    const from = new Date(Date.now() - 3_600_000).toISOString();
    const to = new Date(Date.now() + 3_600_000).toISOString();
    const query = (await client.askAudit({ from, to, entityId: id })).value;
    await eventually(
      'the query is answered',
      async () => (await client.auditQuery(query.id)).value.state === 'Succeeded',
    );
    const { entries } = (await client.auditResults(query.id)).value;
    expect(entries).toMatchObject([{ userName: user, entityId: id, clientId: null }]);
  });

  it('sees published schedules alone, and a higher version after an edit', async () => {
    const [businessUnit] = simulator.businessUnits;
    const businessUnitId = businessUnit?.id ?? '';
    const unit = (await client.businessUnit(businessUnitId)).value;
    expect(unit).toMatchObject({ id: businessUnitId, timeZone: 'Asia/Singapore', startDayOfWeek: 'Monday' });
    const versions = async () =>
      new Map((await client.publishedSchedules(businessUnitId)).value.map(({ id, version }) => [id, version]));
    const before = await versions();
    const { id = '' } = simulator.telephony.schedules(businessUnitId).find(({ published }) => published) ?? {};
    const draft = simulator.telephony.schedules(businessUnitId).find(({ published }) => !published);
    expect([before.has(id), before.has(draft?.id ?? '')]).toEqual([true, false]);
    simulator.telephony.happen({ kind: 'schedules', businessUnitId, removeAgents: 1 });
    const after = await versions();
    expect(after.get(id)).toBe((before.get(id) ?? 0) + 1);
    expect([...after.keys()]).toEqual([...before.keys()]);
  });

  it.each([
    ['telephony:plugin:all', () => client.trunks(1)],
    ['outbound:campaign:view', () => client.campaigns(1)],
    ['architect:datatable:view', () => client.dataTable(simulator.telephony.facts().tableId)],
    ['audits:audit:view', () => client.auditQuery('any')],
    ['wfm:publishedSchedule:view', () => client.publishedSchedules(simulator.businessUnits[0]?.id ?? '')],
  ])('names the permission %s where it is missing', async (permission, call) => {
    await stop();
    await start({ permissions: ['some:other:view'] });
    const failure = await failureOf(call());
    expect(failure).toMatchObject({ name: 'Forbidden', message: expect.stringContaining(permission) });
  });
});
