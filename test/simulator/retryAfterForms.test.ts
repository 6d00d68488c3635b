import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type SimulatorCalls, simulatorCalls } from './simulatorCalls.js';

const ME = '/api/v2/organizations/me';

describe('a refusal that says when to come back', () => {
  let nowMs: number;
  let calls: SimulatorCalls;
  beforeEach(async () => {
    nowMs = Date.parse('2025-11-06T08:49:07.400Z');
    calls = await simulatorCalls({ now: () => nowMs });
  });
  afterEach(async () => await calls.simulator.close());

  it.each([
    ['seconds', '30', true],
    ['imfDate', 'Thu, 06 Nov 2025 08:49:38 GMT', false],
    ['rfc850Date', 'Thursday, 06-Nov-25 08:49:38 GMT', false],
    ['asctimeDate', 'Thu Nov  6 08:49:38 2025', false],
    ['body', null, true],
  ] as const)('in the form %s closes its path until then', async (form, header, inBody) => {
    calls.simulator.addFault({ kind: 'throttle', path: ME, retryAfter: { form, seconds: 30 } });
    const refused = await calls.get(ME);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, header]);
    expect(String(refused.body['message']).includes('Retry the request in [30] seconds')).toBe(inBody);
    nowMs += 29_000;
    expect((await calls.get(ME)).status).toBe(429);
    nowMs += 2_000;
    expect((await calls.get(ME)).status).toBe(200);
    expect(calls.simulator.counts()).toMatchObject({ refused: 2, insideGate: 1, struck: { throttle: 1 } });
  });

  it.each([
    ['absent', null],
    ['nonsense', 'soon, we hope'],
    ['negative', '-5'],
  ] as const)('in the form %s says no instant, and closes nothing', async (form, header) => {
    calls.simulator.addFault({ kind: 'throttle', path: ME, retryAfter: { form } });
    const refused = await calls.get(ME);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, header]);
    expect(refused.body['message']).toBe('Rate limit exceeded the maximum.');
    expect((await calls.get(ME)).status).toBe(200);
  });

  it('says in hours what a daily limit says', async () => {
    calls.simulator.addFault({ kind: 'throttle', path: ME, retryAfter: { form: 'seconds', seconds: 7_200 } });
    expect((await calls.get(ME)).headers.get('retry-after')).toBe('7200');
  });
});
