import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Failure } from '../../src/domain/failure.js';
import { createTransport } from '../../src/genesys/transport.js';
import { spanOf } from '../support/spanOf.js';
import { failureOf } from './support/allOf.js';
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
const ACCEPTED = { status: 202, json: { job: { id: 'job-1', status: 'Processing' } } };
const COUNTERS = { 'inin-ratelimit-count': '1', 'inin-ratelimit-allowed': '300', 'inin-ratelimit-reset': '60' };
const BULK = '/adherence/historical/bulk';

function retryAtMs(failure: unknown): number {
  return (failure as Failure).facts.retryAtMs ?? Number.NaN;
}

/** Makes a call until it succeeds, each time when it was told to come back. */
async function untilMade(call: () => Promise<unknown>): Promise<void> {
  for (;;) {
    const failure = await call().then(
      () => null,
      (error: unknown) => error,
    );
    if (failure === null) return;
    expect(failure).toMatchObject({ name: 'Throttled' });
    await new Promise((resolve) => setTimeout(resolve, Math.max(1, retryAtMs(failure) - Date.now())));
  }
}

describe('pacing of the Genesys client', () => {
  it('lets no call of a family leave before the instant that a refusal named, with 50 waiting', async () => {
    const { client, on, server } = organisation;
    let refusedMs = 0;
    on(BULK, () => {
      if (refusedMs > 0) return { ...ACCEPTED, headers: COUNTERS };
      refusedMs = Date.now();
      return { status: 429, headers: { 'retry-after': '1' }, json: { code: 'too.many.requests.retry.after' } };
    });
    // Who waited for two seconds in the call, on a machine that stood still, comes again as all do.
    await Promise.all(Array.from({ length: 51 }, () => untilMade(() => client.createAdherenceJob(JOB))));
    const arrivals = server.arrivedAt(BULK);
    // The refused one comes twice.
    expect(arrivals).toHaveLength(52);
    for (const { atMs } of arrivals.slice(1)) expect(atMs - refusedMs).toBeGreaterThanOrEqual(1_000);
  });

  it('lets 50 callers go at once, and none of the next 50 once a refusal of those is read', async () => {
    const { client, on, server } = organisation;
    on('/organizations/me', { json: { id: 'o', name: 'O' }, headers: COUNTERS });
    await client.organization();
    on(BULK, { status: 429, headers: { 'retry-after': '30', ...COUNTERS }, body: '<html>Slow down</html>' });
    const first = await Promise.all(Array.from({ length: 50 }, () => failureOf(client.createAdherenceJob(JOB))));
    const sent = server.arrivedAt(BULK).length;
    const next = await Promise.all(Array.from({ length: 50 }, () => failureOf(client.createAdherenceJob(JOB))));
    expect(server.arrivedAt(BULK)).toHaveLength(sent);
    for (const failure of [...first, ...next])
      expect(failure).toMatchObject({ name: 'Throttled', facts: { family: 'wfm-jobs' } });
    const earliest = Math.min(...server.arrivedAt(BULK).map(({ atMs }) => atMs)) + 30_000;
    for (const failure of next) expect(retryAtMs(failure)).toBeGreaterThanOrEqual(earliest);
  });

  it('holds a request back when its gate closes while the connection is being made', async () => {
    const transport = createTransport();
    const heldBack = new Error('closed meanwhile');
    const url = new URL(`${organisation.server.url}/x`);
    const sent = transport.send({ method: 'POST', url, headers: {}, body: '{}', leave: () => heldBack });
    expect(await failureOf(sent)).toBe(heldBack);
    await transport.close();
    expect(organisation.server.arrivals).toEqual([]);
  });

  it('keeps the other families going while one is closed', async () => {
    const { client, on } = organisation;
    on(BULK, { status: 429, headers: { 'retry-after': '7200' }, json: {} });
    expect(await failureOf(client.createAdherenceJob(JOB))).toMatchObject({ name: 'Throttled' });
    expect((await client.organization()).value.id).toBe('org-1');
    expect(client.gates()).toMatchObject([{ gate: 'wfm-jobs' }]);
  });

  it('closes every family when the token’s calls are used up, or the body names a limit of the token', async () => {
    const { client, on } = organisation;
    on(BULK, {
      status: 429,
      headers: { 'retry-after': '40' },
      json: { code: 'too.many.requests.retry.after', limit: { key: 'client.credentials.token.rate.per.minute' } },
    });
    expect(await failureOf(client.createAdherenceJob(JOB))).toMatchObject({ facts: { family: 'token' } });
    expect(await failureOf(client.organization())).toMatchObject({ name: 'Throttled', facts: { family: 'token' } });
  });

  it.each([
    ['says seconds in the header', { 'retry-after': '17' }, '', 17_000],
    [
      'says a date in the header',
      { 'retry-after': 'Fri, 01 Jan 2038 00:00:20 GMT', date: 'Fri, 01 Jan 2038 00:00:00 GMT' },
      '',
      20_000,
    ],
    ['says seconds in the body', {}, '{"message":"Retry the request in [59] seconds"}', 59_000],
    ['says nothing but how long its window lasts', { 'inin-ratelimit-reset': '9' }, '', 10_000],
    ['says nothing at all', {}, '<html></html>', 3_000],
    ['says what cannot be read', { 'retry-after': 'soon', 'inin-ratelimit-reset': '50' }, '', 3_000],
  ])('waits as told when a refusal %s', async (_how, headers, body, waitMs) => {
    const { client, on } = organisation;
    let refusedMs = 0;
    on('/organizations/me', () => {
      refusedMs = Date.now();
      return { status: 429, headers, body };
    });
    const { result: failure, delayedMs } = await spanOf(() => failureOf(client.organization()));
    expect(failure).toMatchObject({ name: 'Throttled' });
    expect(retryAtMs(failure) - refusedMs).toBeGreaterThanOrEqual(waitMs);
    expect(retryAtMs(failure) - refusedMs).toBeLessThan(waitMs + 1_000 + delayedMs);
  });

  it('takes a 503 with Retry-After for a throttle, and one without for a bad moment', async () => {
    organisation.on('/organizations/me', { status: 503, body: 'busy' });
    expect(await failureOf(organisation.client.organization())).toMatchObject({ name: 'Transient' });
    organisation.on('/organizations/me', { status: 503, headers: { 'retry-after': '12' }, body: 'busy' });
    expect(await failureOf(organisation.client.organization())).toMatchObject({ name: 'Throttled' });
  });

  it('does not shorten a gate when a later refusal names an earlier instant', async () => {
    const { client, on, server } = organisation;
    on('/organizations/me', { json: { id: 'o', name: 'O' }, headers: COUNTERS });
    await client.organization();
    let answered = 0;
    on(BULK, () => ({ status: 429, headers: { 'retry-after': answered++ === 0 ? '60' : '3', ...COUNTERS }, body: '' }));
    await Promise.all(Array.from({ length: 5 }, () => failureOf(client.createAdherenceJob(JOB))));
    const [first] = server.arrivedAt(BULK);
    expect(client.gates()[0]?.untilMs).toBeGreaterThanOrEqual((first?.atMs ?? Number.NaN) + 60_000);
  });

  it('waits a second or two within the call, and hands longer waits back at once', async () => {
    const { client, on } = organisation;
    on('/organizations/me', { status: 429, headers: { 'retry-after': '1' }, body: '' });
    const refused = await spanOf(() => failureOf(client.organization()));
    on('/organizations/me', { json: { id: 'o', name: 'O' } });
    const waited = await spanOf(() => client.organization());
    expect(waited.tookMs).toBeGreaterThan(800 - refused.delayedMs);
    on('/organizations/me', { status: 429, headers: { 'retry-after': '60' }, body: '' });
    await failureOf(client.organization());
    const handedBack = await spanOf(() => failureOf(client.organization()));
    expect(handedBack.result).toMatchObject({ name: 'Throttled' });
    expect(handedBack.tookMs - handedBack.delayedMs).toBeLessThan(1_000);
  });

  it('stops within the calls that the token allows, and is never refused for it', async () => {
    const { client, on, server } = organisation;
    const [allowed, windowMs] = [10, 3_000];
    let [opensMs, count, refused] = [0, 0, 0];
    on('/organizations/me', ({ atMs }) => {
      if (atMs >= opensMs + windowMs) [opensMs, count] = [atMs, 0];
      count++;
      const headers = {
        'inin-ratelimit-count': String(count),
        'inin-ratelimit-allowed': String(allowed),
        'inin-ratelimit-reset': String(Math.floor((opensMs + windowMs - atMs) / 1000)),
      };
      if (count > allowed) refused++;
      return { status: count > allowed ? 429 : 200, headers, json: { id: 'o', name: 'O' } };
    });
    const caller = async (calls: number) => {
      for (let made = 0; made < calls; made++) await untilMade(() => client.organization());
    };
    const { tookMs, delayedMs } = await spanOf(() => Promise.all(Array.from({ length: 5 }, () => caller(6))));
    expect(refused).toBe(0);
    expect(server.arrivedAt('/organizations/me')).toHaveLength(30);
    // Three windows' worth: the third is open after two windows, and at most a second is lost in each.
    expect(tookMs - delayedMs).toBeLessThan(2 * (windowMs + 1_300) + 3_000);
  });

  it('lets go of those who wait when it is closed', async () => {
    const { client, on } = organisation;
    on('/organizations/me', { status: 429, headers: { 'retry-after': '2' }, body: '' });
    await failureOf(client.organization());
    const waiting = failureOf(client.organization());
    await client.close();
    expect(await waiting).toMatchObject({ name: expect.stringMatching(/Transient|Throttled/) });
  });
});
