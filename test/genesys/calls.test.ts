import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { gzipSync } from 'node:zlib';
import { createGenesysClient } from '../../src/genesys/createGenesysClient.js';
import { failureOf } from './support/allOf.js';
import { type Organisation, startOrganisation } from './support/organisation.js';

let organisation: Organisation;
beforeEach(async () => {
  organisation = await startOrganisation();
});
afterEach(() => organisation.close());

describe('calls of the Genesys client', () => {
  it('reads the structure of an organisation into our own types', async () => {
    const { client, on } = organisation;
    on('/workforcemanagement/businessunits', { json: { entities: [{ id: 'bu-1', name: 'Asia', authorized: true }] } });
    on('/workforcemanagement/managementunits', {
      json: {
        entities: [
          {
            id: 'mu-1',
            name: 'Singapore',
            businessUnit: { id: 'bu-1' },
            timeZone: 'Asia/Singapore',
            startDayOfWeek: 'Monday',
          },
        ],
      },
    });
    on('/managementunits/mu-1/users', { json: { entities: [{ id: 'u-1', name: 'Zoë' }, { id: 'u-2' }] } });
    on('/businessunits/bu-1/activitycodes', {
      json: { entities: [{ id: '0', name: 'On Queue', category: 'OnQueueWork' }] },
    });

    expect((await client.organization()).value).toEqual({ id: 'org-1', name: 'Example' });
    expect((await client.businessUnits()).value).toEqual([{ id: 'bu-1', name: 'Asia' }]);
    expect((await client.managementUnits()).value).toEqual([
      { id: 'mu-1', name: 'Singapore', businessUnitId: 'bu-1', timeZone: 'Asia/Singapore', startDayOfWeek: 'Monday' },
    ]);
    expect((await client.managementUnitUsers('mu-1')).value).toEqual([
      { id: 'u-1', name: 'Zoë' },
      { id: 'u-2', name: null },
    ]);
    expect((await client.activityCodes('bu-1')).value).toEqual([
      { id: '0', name: 'On Queue', category: 'OnQueueWork' },
    ]);
  });

  it('keeps the body exactly as received, compressed if it came so, with its correlation id', async () => {
    const { client, on } = organisation;
    const zipped = gzipSync(JSON.stringify({ results: [{ group: { userId: 'u-1' }, data: [] }] }));
    on('/users/aggregates/query', {
      body: zipped,
      headers: { 'content-encoding': 'gzip', 'ININ-Correlation-Id': 'corr-7' },
    });
    const answer = await client.usersAggregates({
      startAt: '2024-01-01T00:00:00Z',
      endAt: '2024-01-08T00:00:00Z',
      granularity: 'PT30M',
      timeZone: 'UTC',
      userIds: ['u-1'],
    });
    expect(Buffer.from(answer.raw).equals(zipped)).toBe(true);
    expect(answer).toMatchObject({ encoding: 'gzip', correlationId: 'corr-7', value: null });
  });

  it('asks for adherence and for routing-status times as documented', async () => {
    const { client, on, server } = organisation;
    on('/adherence/historical/bulk', { status: 202, json: { job: { id: 'job-1', status: 'Processing' } } });
    on('/bulk/jobs/job-1', {
      json: { job: { id: 'job-1', status: 'Complete' }, downloadUrls: ['https://a.example/x'] },
    });
    on('/users/aggregates/query', { json: { results: [] } });
    const created = await client.createAdherenceJob({
      managementUnitId: 'mu-1',
      startDate: '2024-01-01T00:00:00Z',
      endDate: '2024-01-08T00:00:00Z',
      timeZone: 'Asia/Singapore',
      includeExceptions: true,
      includeActuals: false,
    });
    expect(created).toMatchObject({ jobId: 'job-1', state: 'Processing', downloadUrls: [] });
    expect(await client.adherenceJob('job-1')).toMatchObject({
      state: 'Complete',
      downloadUrls: ['https://a.example/x'],
    });
    await client.usersAggregates({
      startAt: '2024-01-01T00:00:00Z',
      endAt: '2024-01-08T00:00:00Z',
      granularity: 'PT30M',
      timeZone: 'Asia/Singapore',
      userIds: ['u-1', 'u-2'],
    });
    expect(JSON.parse(server.arrivedAt('/adherence/historical/bulk')[0]?.body ?? '')).toEqual({
      items: [
        {
          managementUnitId: 'mu-1',
          startDate: '2024-01-01T00:00:00Z',
          endDate: '2024-01-08T00:00:00Z',
          includeExceptions: true,
          includeActuals: false,
        },
      ],
      timeZone: 'Asia/Singapore',
    });
    expect(JSON.parse(server.arrivedAt('/users/aggregates/query')[0]?.body ?? '')).toEqual({
      interval: '2024-01-01T00:00:00Z/2024-01-08T00:00:00Z',
      granularity: 'PT30M',
      timeZone: 'Asia/Singapore',
      groupBy: ['userId'],
      metrics: ['tAgentRoutingStatus'],
      filter: {
        type: 'or',
        predicates: [
          { dimension: 'userId', value: 'u-1' },
          { dimension: 'userId', value: 'u-2' },
        ],
      },
    });
  });

  it('says where a required field is missing, and shows no value', async () => {
    const { client, on } = organisation;
    on('/workforcemanagement/managementunits', {
      json: { entities: [{ id: 'mu-1', name: 'Singapore', businessUnit: {}, timeZone: 'Asia/Singapore' }] },
    });
    expect(await failureOf(client.managementUnits())).toMatchObject({
      name: 'Corrupt',
      message: expect.stringContaining('entities.0.businessUnit.id'),
    });
  });

  it('refuses a list that says it has a second page instead of losing it', async () => {
    organisation.on('/workforcemanagement/businessunits', { json: { entities: [], pageCount: 2 } });
    expect(await failureOf(organisation.client.businessUnits())).toMatchObject({ name: 'Corrupt' });
  });

  it('follows the activity codes to the download host where Genesys sends them there', async () => {
    const { client, on, server } = organisation;
    on('/businessunits/bu-1/activitycodes', { json: { downloadUrl: `${server.url}/files/codes?sig=1` } });
    on('/files/codes', { json: { entities: [{ id: '7', name: 'Coaching' }] } });
    expect((await client.activityCodes('bu-1')).value).toEqual([{ id: '7', name: 'Coaching', category: null }]);
    expect(server.arrivedAt('/files/codes')[0]?.headers.authorization).toBeUndefined();
  });

  it('puts paths after the path prefix of API and login', async () => {
    const { server } = organisation;
    const client = createGenesysClient({
      apiUrl: `${server.url}/gateway/api-root/`,
      loginUrl: `${server.url}/gateway/login`,
      clientId: 'c',
      clientSecret: 'secret-of-c',
      downloadHosts: [],
    });
    await client.organization();
    await client.close();
    expect(server.arrivals.map(({ path }) => path)).toEqual([
      '/gateway/login/oauth/token',
      '/gateway/api-root/api/v2/organizations/me',
    ]);
  });

  it.each([
    ['http://api.example.com', 'plain http'],
    ['ftp://127.0.0.1', 'plain http'],
    ['https://user:word@api.example.com', 'host, port and path only'],
    ['nonsense', 'not a URL'],
  ])('does not talk to %s', (apiUrl, why) => {
    const config = {
      apiUrl,
      loginUrl: 'https://login.example.com',
      clientId: 'c',
      clientSecret: 's',
      downloadHosts: [],
    };
    expect(() => createGenesysClient(config)).toThrow(why);
  });

  it('sends no query for more users than Genesys takes', async () => {
    const userIds = Array.from({ length: 101 }, (_, index) => `u-${index}`);
    const asked = organisation.client.usersAggregates({
      startAt: '2024-01-01T00:00:00Z',
      endAt: '2024-01-08T00:00:00Z',
      granularity: 'PT30M',
      timeZone: 'UTC',
      userIds,
    });
    expect(await failureOf(asked)).toMatchObject({ name: 'InvalidInput' });
    expect(organisation.server.arrivals).toEqual([]);
  });
});
