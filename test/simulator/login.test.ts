import { afterEach, describe, expect, it } from '@jest/globals';
import { callsOf, login, type SimulatorCalls, simulatorCalls, tryLogin } from './simulatorCalls.js';

describe('logging in to the simulated organisation', () => {
  let calls: SimulatorCalls;
  afterEach(async () => await calls.simulator.close());

  it('gives a token for client credentials, which opens the API', async () => {
    calls = await simulatorCalls();
    const { status, headers, body } = await calls.get('/api/v2/organizations/me');
    expect(status).toBe(200);
    expect(body['id']).toBe(calls.simulator.organisationId);
    expect(headers.get('ININ-Correlation-Id')).toMatch(/^[0-9a-f-]{36}$/);
    expect(headers.get('inin-ratelimit-count')).toBe('1');
    expect(headers.get('inin-ratelimit-allowed')).toBe('300');
    expect(Number(headers.get('inin-ratelimit-reset'))).toBeLessThanOrEqual(60);
  });

  it('refuses a wrong secret and an unknown client as OAuth does, and says which', async () => {
    calls = await simulatorCalls();
    const { simulator } = calls;
    const wrong = await tryLogin(simulator, { clientId: simulator.clientId, clientSecret: 'wrong' });
    expect([wrong.status, wrong.body['error']]).toEqual([401, 'invalid_client']);
    const unknown = await tryLogin(simulator, { clientId: 'nobody', clientSecret: 'x' });
    expect([unknown.status, unknown.body['error']]).toEqual([400, 'invalid_client']);
  });

  it('answers 401 without a token, with a made-up one, and with one that expired', async () => {
    let nowMs = Date.parse('2025-06-01T00:00:00Z');
    calls = await simulatorCalls({ now: () => nowMs, tokenLifetimeSeconds: 600 });
    const madeUp = callsOf(calls.simulator, 'made-up');
    expect((await madeUp.get('/api/v2/organizations/me')).status).toBe(401);
    expect((await fetch(`${calls.simulator.url}/api/v2/organizations/me`)).status).toBe(401);
    nowMs += 599_000;
    expect((await calls.get('/api/v2/organizations/me')).status).toBe(200);
    nowMs += 1_000;
    const expired = await calls.get('/api/v2/organizations/me');
    expect(expired.status).toBe(401);
    expect(expired.body['contextId']).toBe(expired.headers.get('inin-correlation-id'));
    expect(calls.simulator.counts().made).toBe(1);
  });

  it('answers 400, not 429, when tokens are asked for too often', async () => {
    calls = await simulatorCalls({ loginLimitPerMinute: 2 });
    await login(calls.simulator, calls.simulator);
    const third = await tryLogin(calls.simulator, calls.simulator);
    expect(third.status).toBe(400);
    expect(third.body['error']).toBe('invalid_request');
    expect(third.body['description']).toMatch(/^rate limit exceeded/);
    expect(calls.simulator.counts().tokensIssued).toBe(2);
  });

  it('answers under a path prefix, and says so in its download URLs', async () => {
    calls = await simulatorCalls({ pathPrefix: '/gateway/genesys' });
    expect(calls.simulator.url).toMatch(/:\d+\/gateway\/genesys$/);
    expect((await calls.get('/api/v2/organizations/me')).status).toBe(200);
    const [unit] = calls.simulator.units;
    const interval = { startDate: '2024-05-05T16:00:00Z', endDate: '2024-05-06T16:00:00Z' };
    const { job } = await calls.makeJob({ managementUnitId: unit?.id, ...interval }, 'Asia/Singapore');
    const [url = ''] = (await calls.finishedJob(job.id)).downloadUrls;
    expect(url.startsWith(`${calls.simulator.url}/downloads/`)).toBe(true);
    expect((await fetch(url)).status).toBe(200);
  });

  it('draws the same credentials and people from the same seed, and others from another', async () => {
    calls = await simulatorCalls({ seed: 7 });
    const again = await simulatorCalls({ seed: 7 });
    const other = await simulatorCalls({ seed: 8 });
    await Promise.all([again.simulator.close(), other.simulator.close()]);
    expect(again.simulator.clientSecret).toBe(calls.simulator.clientSecret);
    expect(again.simulator.units).toEqual(calls.simulator.units);
    expect(other.simulator.clientSecret).not.toBe(calls.simulator.clientSecret);
    expect(other.simulator.organisationId).not.toBe(calls.simulator.organisationId);
  });
});
