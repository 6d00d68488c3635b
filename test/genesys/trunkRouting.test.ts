import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { failureOf } from './support/allOf.js';
import { type Organisation, startOrganisation } from './support/organisation.js';

const ROUTE = {
  id: 'route-1',
  name: 'Outbound Singapore',
  version: 7,
  state: 'active',
  description: null,
  classificationTypes: ['National'],
  enabled: true,
  distribution: 'SEQUENTIAL',
  externalTrunkBases: [
    { id: 'base-1', name: 'SingTel 1', selfUri: '/x/base-1' },
    { id: 'base-2', name: 'StarHub 1', selfUri: '/x/base-2' },
  ],
  fieldOfNextYear: { deep: [1, { a: null }] },
};

let organisation: Organisation;
beforeEach(async () => {
  organisation = await startOrganisation();
});
afterEach(() => organisation.close());

describe('routes and trunks of the Genesys client', () => {
  it('sends an outbound route back with every field it was given, its version and the new order', async () => {
    const { client, on, server } = organisation;
    on('/sites/site-1/outboundroutes', { json: { entities: [ROUTE], pageCount: 1 } });
    on('/outboundroutes/route-1', (arrival) => ({ json: { ...JSON.parse(arrival.body), version: 8 } }));
    const route = (await client.siteRoutes('site-1')).value.items[0];
    expect(route?.fact).toEqual({
      id: 'route-1',
      siteId: 'site-1',
      name: 'Outbound Singapore',
      version: 7,
      enabled: true,
      distribution: 'SEQUENTIAL',
      trunkBaseIds: ['base-1', 'base-2'],
    });

    const written = await client.putOutboundRoute('site-1', route?.raw ?? {}, ['base-3', 'base-2']);

    expect(written.value.fact).toMatchObject({ version: 8, trunkBaseIds: ['base-3', 'base-2'] });
    const put = server.arrivedAt('/sites/site-1/outboundroutes/route-1')[0];
    expect(put?.method).toBe('PUT');
    expect(JSON.parse(put?.body ?? '')).toEqual({
      ...ROUTE,
      externalTrunkBases: [{ id: 'base-3' }, { id: 'base-2', name: 'StarHub 1', selfUri: '/x/base-2' }],
    });
  });

  it('never sends a route without trunks', async () => {
    const failure = await failureOf(organisation.client.putOutboundRoute('site-1', ROUTE, []));
    expect(failure).toMatchObject({ name: 'InvalidInput', message: expect.stringContaining('Nothing was sent') });
    expect(organisation.server.arrivals).toEqual([]);
  });

  it.each([
    ['409', 409, { code: 'general.conflict', message: 'The version is stale.' }],
    ['400', 400, { code: 'bad.request', message: 'Version 7 does not match the current version 8' }],
    ['404, because somebody deleted it', 404, { code: 'not.found', message: 'no such route' }],
  ])('takes a stale route that is refused with %s for a conflict', async (_how, status, json) => {
    organisation.on('/outboundroutes/route-1', { status, json });
    const failure = await failureOf(organisation.client.putOutboundRoute('site-1', ROUTE, ['base-1']));
    expect(failure).toMatchObject({ name: 'Conflict', message: expect.stringContaining('Nothing was changed') });
  });

  it('does not take a route that Genesys refuses for what is in it for a conflict', async () => {
    organisation.on('/outboundroutes/route-1', {
      status: 400,
      json: { code: 'address.classification.type.does.not.exist', message: 'no such type' },
    });
    const failure = await failureOf(organisation.client.putOutboundRoute('site-1', ROUTE, ['base-1']));
    expect(failure).toMatchObject({ name: 'InvalidInput' });
  });

  it('does not claim that nothing was changed where a write got no clear answer', async () => {
    organisation.on('/outboundroutes/route-1', { status: 502, body: 'bad gateway' });
    const failure = await failureOf(organisation.client.putOutboundRoute('site-1', ROUTE, ['base-1']));
    expect(failure).toMatchObject({ name: 'Transient', message: expect.stringContaining('not known') });
    expect(failure).not.toMatchObject({ message: expect.stringContaining('Nothing was changed') });
  });

  it('names the permission and the scope that writing a route lacks', async () => {
    organisation.on('/outboundroutes/route-1', { status: 403, json: { code: 'missing.any.permissions' } });
    const failure = await failureOf(organisation.client.putOutboundRoute('site-1', ROUTE, ['base-1']));
    expect(failure).toMatchObject({ name: 'Forbidden', message: expect.stringContaining('telephony:plugin:all') });
  });

  it('asks for trunks to carriers, a hundred a page, and reads their health', async () => {
    const { client, on, server } = organisation;
    on('/edges/trunks', {
      json: {
        entities: [
          {
            id: 'trunk-1',
            name: 'SingTel 1 on edge A',
            trunkBase: { id: 'base-1' },
            state: 'active',
            inService: true,
            enabled: true,
            connectedStatus: { connected: false, connectedStateTime: '2026-03-02T14:02:00.000+0800' },
            optionsEnabledStatus: 'ENABLED',
            optionsStatus: [
              { proxyAddress: '10.0.0.1', optionState: false, optionStateTime: '2026-03-02T06:02:00Z' },
              { proxyAddress: '10.0.0.2' },
            ],
          },
          { id: 'trunk-2', name: 'bare', trunkBase: { id: 'base-2' }, optionsEnabledStatus: 'DISABLED' },
          { id: 'trunk-3', name: 'of no base' },
        ],
        pageCount: 2,
      },
    });
    const { value } = await client.trunks(1);
    expect(server.arrivedAt('/edges/trunks')[0]?.path.split('?')[1]?.split('&').sort()).toEqual([
      'pageNumber=1',
      'pageSize=100',
      'trunkType=EXTERNAL',
    ]);
    expect(value).toEqual({
      pageCount: 2,
      items: [
        {
          id: 'trunk-1',
          trunkBaseId: 'base-1',
          name: 'SingTel 1 on edge A',
          state: 'active',
          inService: true,
          enabled: true,
          connected: false,
          connectedAt: '2026-03-02T06:02:00.000Z',
          optionsEnabled: true,
          options: [{ proxy: '10.0.0.1', up: false, at: '2026-03-02T06:02:00.000Z' }],
        },
        {
          id: 'trunk-2',
          trunkBaseId: 'base-2',
          name: 'bare',
          state: null,
          inService: null,
          enabled: null,
          connected: null,
          connectedAt: null,
          optionsEnabled: false,
          options: [],
        },
      ],
    });
  });

  it('asks for another page while pages are full and nobody says how many there are', async () => {
    const bases = Array.from({ length: 100 }, (_, index) => ({ id: `base-${index}`, name: `trunk ${index}` }));
    organisation.on('/trunkbasesettings', (arrival) => ({
      json: { entities: arrival.path.includes('pageNumber=1') ? bases : bases.slice(0, 3) },
    }));
    expect((await organisation.client.trunkBases(1)).value.pageCount).toBe(2);
    expect((await organisation.client.trunkBases(2)).value).toMatchObject({ pageCount: 2, items: { length: 3 } });
  });

  it('says of a site whether it is Genesys’s own', async () => {
    const { client, on } = organisation;
    on('/edges/sites/site-1', { json: { id: 'site-1', name: 'Singapore', managed: true } });
    on('/edges/sites', { json: { entities: [{ id: 'site-2', name: 'Johor' }], pageCount: 1 } });
    expect((await client.site('site-1')).value).toEqual({ id: 'site-1', name: 'Singapore', managed: true });
    expect((await client.sites(1)).value.items).toEqual([{ id: 'site-2', name: 'Johor', managed: false }]);
  });
});
