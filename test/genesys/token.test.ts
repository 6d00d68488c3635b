import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createGenesysClient } from '../../src/genesys/createGenesysClient.js';
import { allOf, CLIENT_SECRETS, failureOf } from './support/allOf.js';
import { CLIENT_SECRET, type Organisation, startOrganisation } from './support/organisation.js';

let organisation: Organisation;
beforeEach(async () => {
  // No call waits its two seconds out, however long the first is under way on this machine.
  organisation = await startOrganisation({}, { timeMs: () => 1_000_000 });
});
afterEach(() => organisation.close());

describe('the token of the Genesys client', () => {
  it('is asked for on first need and once, however many calls wait for it', async () => {
    expect(organisation.server.arrivals).toEqual([]);
    await Promise.all(Array.from({ length: 20 }, () => organisation.client.organization()));
    expect(organisation.tokens()).toBe(1);
    const { headers, body } = organisation.server.arrivedAt('/oauth/token')[0] ?? { headers: {}, body: '' };
    expect(body).toBe('grant_type=client_credentials');
    expect(headers.authorization).toBe(`Basic ${Buffer.from(`client-1:${CLIENT_SECRET}`).toString('base64')}`);
    const sent = organisation.server
      .arrivedAt('/organizations/me')
      .map(({ headers: { authorization } }) => authorization);
    expect(new Set(sent)).toEqual(new Set(['Bearer token-number-1']));
  });

  it('is renewed by our own clock before it expires', async () => {
    let nowMs = 1_700_000_000_000;
    const { server } = organisation;
    const client = createGenesysClient(
      {
        apiUrl: server.url,
        loginUrl: server.url,
        clientId: 'client-1',
        clientSecret: CLIENT_SECRET,
        downloadHosts: [],
      },
      { now: () => nowMs },
    );
    await client.organization();
    nowMs += (86_400 - 61) * 1000;
    await client.organization();
    expect(organisation.tokens()).toBe(1);
    nowMs += 2_000;
    await client.organization();
    expect(organisation.tokens()).toBe(2);
    await client.close();
  });

  it('is renewed once for all calls that were refused with it, and each is repeated', async () => {
    const { client, on, server } = organisation;
    on('/organizations/me', ({ headers }) =>
      headers.authorization === 'Bearer token-number-1'
        ? { status: 401, json: { code: 'bad.credentials' } }
        : { json: { id: 'org-1', name: 'Example' } },
    );
    await Promise.all(Array.from({ length: 10 }, () => client.organization()));
    expect(organisation.tokens()).toBe(2);
    expect(server.arrivedAt('/organizations/me').length).toBeLessThanOrEqual(20);
  });

  it('ends as Unauthorized when the renewed one is refused too', async () => {
    organisation.on('/organizations/me', { status: 401, json: { code: 'bad.credentials', message: 'Invalid login' } });
    expect(await failureOf(organisation.client.organization())).toMatchObject({
      name: 'Unauthorized',
      facts: { status: 401 },
    });
    expect(organisation.server.arrivedAt('/organizations/me')).toHaveLength(2);

    // From then on one call a try, with a fresh token.
    const tokens = organisation.server.arrivedAt('/oauth/token').length;
    expect(await failureOf(organisation.client.organization())).toMatchObject({ name: 'Unauthorized' });
    expect(organisation.server.arrivedAt('/organizations/me')).toHaveLength(3);
    expect(organisation.server.arrivedAt('/oauth/token')).toHaveLength(tokens + 1);
  });

  it('asks the login service, and nobody else, while that refuses the client', async () => {
    const { client, on, server } = organisation;
    await client.organization();
    on('/organizations/me', { status: 401, json: { code: 'bad.credentials', message: 'Invalid login' } });
    on('/oauth/token', { status: 401, json: { error: 'invalid_client' } });
    const [calls, tokens] = [server.arrivedAt('/organizations/me').length, server.arrivedAt('/oauth/token').length];
    for (let tries = 0; tries < 3; tries++)
      expect(await failureOf(client.organization())).toMatchObject({ name: 'Unauthorized' });
    expect(server.arrivedAt('/organizations/me')).toHaveLength(calls + 1);
    expect(server.arrivedAt('/oauth/token')).toHaveLength(tokens + 3);
  });

  it('ends as Unauthorized when the secret is wrong', async () => {
    organisation.on('/oauth/token', {
      status: 400,
      json: { error: 'invalid_client', description: 'client not found', error_description: `secret ${CLIENT_SECRET}` },
    });
    const failure = await failureOf(organisation.client.organization());
    expect(failure).toMatchObject({ name: 'Unauthorized', message: expect.stringContaining('invalid_client') });
    for (const secret of CLIENT_SECRETS) expect(allOf(failure)).not.toContain(secret);
  });

  it('waits when the login service is at its own limit, which it says with a 400', async () => {
    const { client, on, server } = organisation;
    on('/oauth/token', {
      status: 400,
      json: { error: 'invalid_request', error_description: 'rate limit exceeded; try later' },
      headers: { 'retry-after': '20' },
    });
    const before = Date.now();
    const failure = await failureOf(client.organization());
    expect(failure).toMatchObject({ name: 'Throttled', facts: { family: 'token' } });
    expect((failure as { facts: { retryAtMs: number } }).facts.retryAtMs).toBeGreaterThanOrEqual(before + 20_000);
    expect(await failureOf(client.organization())).toMatchObject({ name: 'Throttled' });
    expect(server.arrivedAt('/oauth/token')).toHaveLength(1);
    expect(client.gates()).toMatchObject([{ gate: 'token' }]);
  });

  it('waits as the login service says, though the body of its refusal breaks off', async () => {
    organisation.on('/oauth/token', (_arrival, response) => {
      response.writeHead(429, { 'content-length': '1000', 'retry-after': '20' });
      response.write('{', () => response.destroy());
      return undefined;
    });
    expect(await failureOf(organisation.client.organization())).toMatchObject({ name: 'Throttled' });
  });

  it('is used to its end while the login service has a bad moment', async () => {
    let nowMs = 1_700_000_000_000;
    const { server, on } = organisation;
    const client = createGenesysClient(
      {
        apiUrl: server.url,
        loginUrl: server.url,
        clientId: 'client-1',
        clientSecret: CLIENT_SECRET,
        downloadHosts: [],
      },
      { now: () => nowMs },
    );
    await client.organization();
    on('/oauth/token', { status: 503, body: 'busy' });
    nowMs += (86_400 - 30) * 1000;
    expect((await client.organization()).value.id).toBe('org-1');
    nowMs += 31_000;
    expect(await failureOf(client.organization())).toMatchObject({ name: 'Transient' });
    await client.close();
  });

  it('blames no window when the login service answers without a token, or with half an answer', async () => {
    organisation.on('/oauth/token', { json: { expires_in: 60 } });
    expect(await failureOf(organisation.client.organization())).toMatchObject({
      name: 'Blocked',
      message: expect.stringContaining('access_token'),
    });
    organisation.on('/oauth/token', { body: '{"access_token":"half' });
    expect(await failureOf(organisation.client.organization())).toMatchObject({ name: 'Transient' });
    organisation.on('/oauth/token', { body: 'no gzip', headers: { 'content-encoding': 'gzip' } });
    expect(await failureOf(organisation.client.organization())).toMatchObject({ name: 'Transient' });
  });
});
