import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Failure } from '../../src/domain/failure.js';
import { allOf, CLIENT_SECRETS, failureOf } from './support/allOf.js';
import { type Organisation, startOrganisation } from './support/organisation.js';

let organisation: Organisation;
beforeEach(async () => {
  organisation = await startOrganisation();
});
afterEach(() => organisation.close());

const JOB = {
  managementUnitId: 'mu-1',
  startDate: '2024-01-01T00:00:00Z',
  endDate: '2024-01-08T00:00:00Z',
  timeZone: 'UTC',
  includeExceptions: true,
  includeActuals: false,
};
const QUERY = {
  startAt: '2024-01-01T00:00:00Z',
  endAt: '2024-01-08T00:00:00Z',
  granularity: 'PT30M' as const,
  timeZone: 'UTC',
  userIds: ['aaaa-1', 'bbbb-2', 'cccc-3'],
};

describe('failures of the Genesys client', () => {
  it.each([
    [408, 'Transient'],
    [500, 'Transient'],
    [502, 'Transient'],
    [503, 'Transient'],
    [504, 'Transient'],
    [409, 'Conflict'],
    [413, 'TooLarge'],
    [404, 'InvalidInput'],
    [422, 'InvalidInput'],
    [302, 'Blocked'],
  ])('calls status %i, even with a page of HTML, %s', async (status, name) => {
    organisation.on('/organizations/me', {
      status,
      body: '<html>No</html>',
      headers: { 'ININ-Correlation-Id': 'c-1' },
    });
    const failure = await failureOf(organisation.client.organization());
    expect(failure).toMatchObject({ name, facts: { status, correlationId: 'c-1' } });
  });

  it('names the permission and the scope that a refused call needs', async () => {
    organisation.on('/adherence/historical/bulk', {
      status: 403,
      json: { code: 'missing.any.permissions', message: 'no' },
    });
    const failure = (await failureOf(organisation.client.createAdherenceJob(JOB))) as Failure;
    expect(failure.name).toBe('Forbidden');
    expect(failure.message).toContain('wfm:historicalAdherence:view');
    expect(failure.message).toContain('workforce-management:readonly');
  });

  it('asks for a new job when Genesys no longer knows it, or says that it is another client’s', async () => {
    const { client, on } = organisation;
    on('/bulk/jobs/gone', { status: 404, json: { code: 'job.not.found', message: 'no such job' } });
    on('/bulk/jobs/others', { status: 403, json: { code: 'wfm.entity.not.yours', message: 'not the creator' } });
    on('/bulk/jobs/forbidden', { status: 403, json: { code: 'wfm.permission.failure', message: 'no' } });
    expect(await failureOf(client.adherenceJob('gone'))).toMatchObject({
      name: 'Expired',
      facts: { code: 'job.not.found' },
    });
    expect(await failureOf(client.adherenceJob('others'))).toMatchObject({ name: 'Expired' });
    expect(await failureOf(client.adherenceJob('forbidden'))).toMatchObject({ name: 'Forbidden' });
  });

  it.each([
    'The date range must not exceed 7 days',
    'Result set is larger than result limit of 100000. Please adjust query',
    'interval is too long: at most 31 days',
  ])('takes "%s" for a window that is too large', async (message) => {
    organisation.on('/adherence/historical/bulk', { status: 400, json: { code: 'wfm.validation.failure', message } });
    expect(await failureOf(organisation.client.createAdherenceJob(JOB))).toMatchObject({ name: 'TooLarge' });
  });

  it('takes any other 400 for wrong input, with Genesys’s reason', async () => {
    organisation.on('/adherence/historical/bulk', {
      status: 400,
      json: { code: 'wfm.missing.fields', message: 'timeZone' },
    });
    const failure = (await failureOf(organisation.client.createAdherenceJob(JOB))) as Failure;
    expect(failure).toMatchObject({ name: 'InvalidInput', facts: { status: 400, code: 'wfm.missing.fields' } });
    expect(failure.message).toContain('wfm.missing.fields: timeZone');
    expect(failure.message).toContain('/api/v2/workforcemanagement/adherence/historical/bulk');
  });

  it('names the users that Genesys refuses', async () => {
    organisation.on('/users/aggregates/query', {
      status: 400,
      json: { code: 'bad.request', message: 'invalid user', details: [{ fieldName: 'value', entityId: 'bbbb-2' }] },
    });
    const failure = await failureOf(organisation.client.usersAggregates(QUERY));
    expect(failure).toMatchObject({ name: 'InvalidInput', facts: { refusedIds: ['bbbb-2'] } });
  });

  it('takes a refusal that quotes the whole query for what it says', async () => {
    const message = `interval exceeds the maximum in query for ${QUERY.userIds.join()}`;
    organisation.on('/users/aggregates/query', { status: 400, json: { code: 'bad.request', message } });
    expect(await failureOf(organisation.client.usersAggregates(QUERY))).toMatchObject({ name: 'TooLarge' });
  });

  it('calls a connection that breaks off within the body transient', async () => {
    organisation.on('/organizations/me', (_arrival, response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('{"id":');
      setTimeout(() => response.destroy(), 20);
      return undefined;
    });
    expect(await failureOf(organisation.client.organization())).toMatchObject({ name: 'Transient' });
  });

  it.each([
    [429, 'Throttled'],
    [503, 'Throttled'],
    [500, 'Transient'],
  ])('takes a %i whose body breaks off, or does not decode, for what its status says: %s', async (status, name) => {
    organisation.on('/organizations/me', (_arrival, response) => {
      response.writeHead(status, { 'content-length': '1000', 'retry-after': '30' });
      response.write('{"code":', () => response.destroy());
      return undefined;
    });
    expect(await failureOf(organisation.client.organization())).toMatchObject({ name, facts: { status } });
    const headers = { 'content-encoding': 'gzip', 'retry-after': '30' };
    const another = await startOrganisation();
    another.on('/organizations/me', { status, headers, body: 'no gzip' });
    expect(await failureOf(another.client.organization())).toMatchObject({ name, facts: { status } });
    await another.close();
  });

  it('calls a server that is not there transient', async () => {
    await organisation.client.organization();
    await organisation.server.close();
    expect(await failureOf(organisation.client.organization())).toMatchObject({ name: 'Transient' });
  });

  it('takes a web page for what it is: something in between, which a person must mend', async () => {
    organisation.on('/organizations/me', { body: '<html>Sign in to the hotel</html>' });
    expect(await failureOf(organisation.client.organization())).toMatchObject({
      name: 'Blocked',
      message: expect.stringMatching(/A web page came in answer to GET .*a sign-in page answers in Genesys's place/),
    });
  });

  it('does not read an answer that is not JSON, or is packed in a way it did not ask for', async () => {
    organisation.on('/organizations/me', { body: '{"id": "org' });
    expect(await failureOf(organisation.client.organization())).toMatchObject({
      name: 'Corrupt',
      message: expect.stringContaining('something other than JSON (11 bytes)'),
    });
    organisation.on('/organizations/me', { json: {}, headers: { 'content-encoding': 'br' } });
    expect(await failureOf(organisation.client.organization())).toMatchObject({ name: 'Corrupt' });
  });

  it('shows neither token nor secret in any failure, whatever the server sends back', async () => {
    const { client, on } = organisation;
    await client.organization();
    const echo: unknown[] = [];
    for (const status of [302, 400, 401, 403, 404, 409, 413, 429, 500, 503]) {
      on('/organizations/me', ({ headers }) => ({
        status,
        headers: { 'retry-after': '0' },
        json: { code: `x.${headers.authorization ?? ''}`, message: `you sent ${headers.authorization ?? ''}` },
      }));
      echo.push(await failureOf(client.organization()));
    }
    on('/organizations/me', (_arrival, response) => {
      response.destroy();
      return undefined;
    });
    echo.push(await failureOf(client.organization()));
    expect(echo).toHaveLength(11);
    for (const failure of echo) {
      const shown = allOf(failure);
      for (const secret of CLIENT_SECRETS) expect(shown).not.toContain(secret);
      expect(shown).not.toMatch(/Bearer (?!\[hidden\])/);
    }
  });
});
