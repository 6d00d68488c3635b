import { afterEach, describe, expect, it } from '@jest/globals';
import type { Failure } from '../../src/domain/failure.js';
import { spanOf } from '../support/spanOf.js';
import { failureOf } from './support/allOf.js';
import { type Organisation, startOrganisation } from './support/organisation.js';
import { type StubBudget, stubBudget } from './support/stubBudget.js';

const ME = '/organizations/me';
const TEN_MINUTES_MS = 600_000;
const COUNTERS = { 'inin-ratelimit-count': '1', 'inin-ratelimit-allowed': '300', 'inin-ratelimit-reset': '60' };

let organisation: Organisation;
let budget: StubBudget;
let jumpedMs: number;
let passedMs: number;
/** What the wall clock would say had nobody set it. */
let unsetMs: () => number;

/**
 * A worker whose wall clock is set, and whose steady clock is not.
 *
 * @param still whether no time passes but what the test lets pass, however slow this machine is.
 */
async function start({ still }: { still: boolean }): Promise<Organisation> {
  budget = stubBudget();
  [jumpedMs, passedMs] = [0, 0];
  const startedMs = Date.now();
  const ranMs = still ? () => 0 : () => performance.now();
  unsetMs = () => startedMs + ranMs() + passedMs;
  const steadyMs = () => 1_000_000 + ranMs() + passedMs;
  organisation = await startOrganisation({}, { budget, now: () => unsetMs() + jumpedMs, timeMs: steadyMs });
  return organisation;
}
afterEach(() => organisation.close());

describe.each([
  ['forward', TEN_MINUTES_MS],
  ['back', -TEN_MINUTES_MS],
])('a clock that is set ten minutes %s', (_way, byMs) => {
  it('neither opens a gate sooner nor keeps it closed longer, and waits are told by the new time', async () => {
    const { client, on, server } = await start({ still: true });
    on(ME, { status: 429, headers: { 'retry-after': '30' }, json: {} });
    await failureOf(client.organization());
    jumpedMs = byMs;
    const failure = await failureOf(client.organization());
    expect(failure).toMatchObject({ name: 'Throttled' });
    const waitMs = ((failure as Failure).facts.retryAtMs ?? 0) - (unsetMs() + byMs);
    expect(waitMs).toBeGreaterThan(28_000);
    expect(waitMs).toBeLessThan(30_500);
    expect(server.arrivedAt(ME)).toHaveLength(1);
    passedMs = 30_500;
    on(ME, { json: { id: 'o', name: 'O' } });
    await client.organization();
  });

  it('moves no gate that other workers closed', async () => {
    const { client, on, server } = await start({ still: true });
    budget.say({ reads: { gate: { untilMs: unsetMs() + 30_000, why: 'refused' } } });
    await failureOf(client.organization());
    jumpedMs = byMs;
    expect(await failureOf(client.organization())).toMatchObject({ name: 'Throttled' });
    expect(server.arrivedAt(ME)).toEqual([]);
    passedMs = 30_500;
    on(ME, { json: { id: 'o', name: 'O' } });
    await client.organization();
  });

  it('leaves the token’s window as it is', async () => {
    const { client, on, server } = await start({ still: true });
    on(ME, { json: { id: 'o', name: 'O' }, headers: { ...COUNTERS, 'inin-ratelimit-count': '300' } });
    await client.organization();
    jumpedMs = byMs;
    expect(await failureOf(client.organization())).toMatchObject({ name: 'Throttled', facts: { family: 'token' } });
    passedMs = 62_000;
    await client.organization();
    expect(server.arrivedAt(ME)).toHaveLength(2);
  });

  it('ends no wait within a call sooner, and makes none longer than two seconds', async () => {
    const { client, on } = await start({ still: false });
    on(ME, { status: 429, headers: { 'retry-after': '1' }, json: {} });
    const refused = await spanOf(() => failureOf(client.organization()));
    on(ME, { json: { id: 'o', name: 'O' } });
    const { tookMs, delayedMs } = await spanOf(async () => {
      const waiting = client.organization();
      await new Promise((resolve) => setTimeout(resolve, 50));
      jumpedMs = byMs;
      await waiting;
    });
    // Part of the second may have passed before the call.
    expect(tookMs).toBeGreaterThan(800 - refused.delayedMs);
    expect(tookMs - delayedMs).toBeLessThan(2_500);
    // No busy loop: the shared budget was looked at when the calls began and when they were woken.
    expect(budget.told.looks).toBeLessThan(8);
  });
});
