import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { MetadataRow } from '../../src/domain/sync/syncFacts.js';
import { failureOf } from './support/allOf.js';
import { METADATA_ROW } from './support/metadataRow.js';
import { type Organisation, startOrganisation } from './support/organisation.js';

const ROW: MetadataRow = { key: 'base-1', ...METADATA_ROW };

let organisation: Organisation;
beforeEach(async () => {
  organisation = await startOrganisation();
});
afterEach(() => organisation.close());

describe('data tables, campaigns, schedules and the audit in the Genesys client', () => {
  it('reads whole rows, numbers in text columns too, and tells those that are not trunk metadata', async () => {
    const { client, on, server } = organisation;
    const asText = { ...ROW, schedule_version: '4', agents_available: '120', calls_wanted: '180', remark: 'ours' };
    on('/datatables/table-1/rows', {
      json: {
        entities: [asText, { key: 'base-2', carrier: 'M1' }, { ...ROW, key: 'base-3', role: 'idle' }],
        pageCount: 1,
      },
    });
    const { items } = (await client.dataTableRows('table-1', 1)).value;
    expect(server.arrivals.at(-1)?.path).toContain('showbrief=false');
    expect(items.map(({ key, row }) => [key, row])).toEqual([
      ['base-1', ROW],
      ['base-2', null],
      ['base-3', null],
    ]);
  });

  it('replaces a row without losing the columns that others keep in it', async () => {
    const { client, on, server } = organisation;
    on('/rows/base-1', { json: {} });
    await client.putDataTableRow('table-1', ROW, { ...ROW, carrier: 'old', remark: 'do not touch' });
    const put = server.arrivedAt('/datatables/table-1/rows/base-1')[0];
    expect([put?.method, JSON.parse(put?.body ?? '')]).toEqual(['PUT', { ...ROW, remark: 'do not touch' }]);
  });

  it.each([
    ['replaced that somebody deleted', '/rows/base-1', 404, 'flows.datatables.row.not.found'],
    ['added that is there already', '/table-1/rows', 409, 'flows.datatables.not.unique'],
  ])('calls it a conflict where a row is %s', async (_how, path, status, code) => {
    const { client, on } = organisation;
    on(path, { status, json: { code, message: 'refused' } });
    const call = status === 404 ? client.putDataTableRow('table-1', ROW) : client.addDataTableRow('table-1', ROW);
    expect(await failureOf(call)).toMatchObject({ name: 'Conflict', facts: { code } });
  });

  it('tries again where the data tables are too busy', async () => {
    organisation.on('/rows/base-1', { status: 503, json: { code: 'flows.datatables.server.too.busy' } });
    expect(await failureOf(organisation.client.putDataTableRow('table-1', ROW))).toMatchObject({ name: 'Transient' });
  });

  it('lists the columns of a data table with their types', async () => {
    const { client, on, server } = organisation;
    const properties = { key: { type: 'string', title: 'Trunk base' }, calls_wanted: { type: 'integer' }, odd: {} };
    on('/datatables/table-1', { json: { id: 'table-1', name: 'Trunks', schema: { properties } } });
    expect((await client.dataTable('table-1')).value).toEqual({
      id: 'table-1',
      name: 'Trunks',
      columns: [
        { name: 'key', type: 'string' },
        { name: 'calls_wanted', type: 'integer' },
        { name: 'odd', type: null },
      ],
    });
    expect(server.arrivals.at(-1)?.path).toContain('expand=schema');
  });

  it('asks for campaigns by id, each in its own parameter, and changes the line count alone', async () => {
    const { client, on, server } = organisation;
    on('/outbound/campaigns', {
      json: {
        entities: [
          { id: 'c-1', name: 'Renewals', version: 3, campaignStatus: 'on', outboundLineCount: 40, site: { id: 's' } },
        ],
        pageCount: 1,
      },
    });
    on('/outbound/campaigns/c-1', { status: 204 });
    expect((await client.campaigns(1, ['c-1', 'c-2'])).value.items).toEqual([
      { id: 'c-1', name: 'Renewals', version: 3, status: 'on', lineCount: 40, siteId: 's' },
    ]);
    expect(server.arrivals.at(-1)?.path).toContain('id=c-1&id=c-2');

    await client.patchCampaign('c-1', { outboundLineCount: 55 });
    const patch = server.arrivals.at(-1);
    expect([patch?.method, patch?.body]).toEqual(['PATCH', '{"outboundLineCount":55}']);
  });

  it('keeps published schedules with the version that moves when they are edited, and leaves out drafts', async () => {
    const { client, on, server } = organisation;
    const schedule = { weekDate: '2026-03-01', weekCount: 1, published: true, metadata: { version: 5 } };
    on('/businessunits/bu-1/weeks/recent/schedules', {
      json: {
        entities: [
          { id: 's-1', ...schedule },
          { id: 's-2', ...schedule, published: false, metadata: { version: 9 } },
        ],
      },
    });
    expect((await client.publishedSchedules('bu-1')).value).toEqual([
      { businessUnitId: 'bu-1', id: 's-1', weekDate: '2026-03-01', weekCount: 1, version: 5 },
    ]);
    expect(server.arrivals.at(-1)?.path).toContain('includeOnlyPublished=true');
  });

  it('reads the zone and the first day of the week of a business unit', async () => {
    const { client, on, server } = organisation;
    on('/businessunits/bu-1', {
      json: { id: 'bu-1', name: 'Asia', settings: { timeZone: 'Asia/Singapore', startDayOfWeek: 'Sunday' } },
    });
    expect((await client.businessUnit('bu-1')).value).toEqual({
      id: 'bu-1',
      name: 'Asia',
      timeZone: 'Asia/Singapore',
      startDayOfWeek: 'Sunday',
    });
    expect(server.arrivals.at(-1)?.path).toContain('expand=settings');
  });

  it('asks the audit who changed an object, until the last page', async () => {
    const { client, on, server } = organisation;
    on('/audits/query', { status: 202, json: { id: 'audit-1', state: 'Queued' } });
    on('/audits/query/audit-1', { json: { id: 'audit-1', state: 'Succeeded' } });
    on('/audits/query/audit-1/results', (arrival) => ({
      json: arrival.path.includes('cursor=next')
        ? { entities: [] }
        : {
            cursor: 'next',
            entities: [
              {
                eventDate: '2026-03-02T06:00:00Z',
                action: 'Update',
                entityType: 'OutboundRoute',
                entity: { id: 'route-1' },
                user: { id: 'user-1', name: 'Tan Wei' },
              },
            ],
          },
    }));
    const question = { from: '2026-03-02T00:00:00Z', to: '2026-03-03T00:00:00Z', entityId: 'route-1' };
    expect((await client.askAudit(question)).value).toEqual({ id: 'audit-1', state: 'Queued' });
    expect(JSON.parse(server.arrivals.at(-1)?.body ?? '')).toMatchObject({
      interval: '2026-03-02T00:00:00Z/2026-03-03T00:00:00Z',
      filters: [{ property: 'EntityId', value: 'route-1' }],
    });
    expect((await client.auditQuery('audit-1')).value.state).toBe('Succeeded');
    const first = (await client.auditResults('audit-1')).value;
    expect(first).toMatchObject({ cursor: 'next', entries: [{ userName: 'Tan Wei', clientId: null }] });
    expect((await client.auditResults('audit-1', 'next')).value).toEqual({ entries: [], cursor: null });
  });
});
