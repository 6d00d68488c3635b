import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { callsOf, login, type SimulatorCalls, simulatorCalls } from './simulatorCalls.js';

const ME = '/api/v2/organizations/me';

describe('the token limit', () => {
  let nowMs: number;
  let calls: SimulatorCalls;
  beforeEach(async () => {
    nowMs = Date.parse('2025-06-01T00:00:00Z');
    calls = await simulatorCalls({ now: () => nowMs, tokenLimitPerMinute: 3 });
  });
  afterEach(async () => await calls.simulator.close());

  it('refuses the fourth call of a window of three and says for how many whole seconds', async () => {
    await calls.get(ME);
    nowMs += 10_500;
    await calls.get(ME);
    await calls.get(ME);
    const refused = await calls.get(ME);
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('50');
    expect(refused.body).toMatchObject({
      code: 'too.many.requests.retry.after',
      status: 429,
      message: 'Rate limit exceeded the maximum. Retry the request in [50] seconds',
      limit: { key: 'client.credentials.token.rate.per.minute', value: 3 },
    });
  });

  it('opens a fresh window only with the first call after the minute, not on the round minute', async () => {
    nowMs += 30_000;
    for (let call = 0; call < 3; call++) await calls.get(ME);
    nowMs += 59_999;
    expect((await calls.get(ME)).status).toBe(429);
    nowMs += 1;
    const fresh = await calls.get(ME);
    expect(fresh.status).toBe(200);
    expect(fresh.headers.get('inin-ratelimit-count')).toBe('1');
    expect(fresh.headers.get('inin-ratelimit-reset')).toBe('60');
  });

  it('counts two tokens of one OAuth client together, and another client apart', async () => {
    const sameClient = callsOf(calls.simulator, await login(calls.simulator, calls.simulator));
    const otherClient = callsOf(calls.simulator, await login(calls.simulator, calls.simulator.otherClient));
    await calls.get(ME);
    await sameClient.get(ME);
    expect((await sameClient.get(ME)).headers.get('inin-ratelimit-count')).toBe('3');
    expect((await calls.get(ME)).status).toBe(429);
    expect((await otherClient.get(ME)).headers.get('inin-ratelimit-count')).toBe('1');
  });

  it('tells calls that crossed a refusal from calls that ignored it', async () => {
    for (let call = 0; call < 4; call++) await calls.get(ME);
    nowMs += 250;
    await calls.get(ME);
    expect(calls.simulator.counts()).toMatchObject({ made: 5, refused: 2, crossing: 1, insideGate: 0 });
    nowMs += 1;
    await calls.get(ME);
    nowMs = Date.parse('2025-06-01T00:00:59.999Z');
    await calls.get(ME);
    expect(calls.simulator.counts()).toMatchObject({ made: 7, refused: 4, crossing: 1, insideGate: 2 });
    nowMs += 1;
    await calls.get(ME);
    expect(calls.simulator.counts()).toMatchObject({ made: 8, refused: 4, crossing: 1, insideGate: 2 });
  });
});
