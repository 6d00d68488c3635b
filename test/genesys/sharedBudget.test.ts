import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Failure } from '../../src/domain/failure.js';
import type { GenesysClient } from '../../src/genesys/genesysClient.js';
import { NO_SHARED_BUDGET } from '../../src/genesys/sharedBudget.js';
import { eventually } from '../support/eventually.js';
import { spanOf } from '../support/spanOf.js';
import { failureOf } from './support/allOf.js';
import { type Organisation, startOrganisation } from './support/organisation.js';
import { type StubBudget, stubBudget } from './support/stubBudget.js';

const BULK = '/adherence/historical/bulk';
const ME = '/organizations/me';
const JOB = {
  managementUnitId: 'mu-1',
  startDate: '2024-01-01T00:00:00Z',
  endDate: '2024-01-08T00:00:00Z',
  timeZone: 'UTC',
  includeExceptions: true,
  includeActuals: false,
};
const POLLED = '/adherence/historical/bulk/jobs/job-1';

let budget: StubBudget;
let organisation: Organisation;
let client: GenesysClient;
beforeEach(async () => {
  budget = stubBudget();
  organisation = await startOrganisation({}, { budget });
  client = organisation.client;
  organisation.on(BULK, { status: 202, json: { job: { id: 'job-1', status: 'Processing' } } });
});
afterEach(() => organisation.close());

function retryInMs(failure: unknown, nowMs = Date.now()): number {
  return ((failure as Failure).facts.retryAtMs ?? Number.NaN) - nowMs;
}
const closedFor = (ms: number, nowMs = Date.now()) => ({ untilMs: nowMs + ms, why: 'refused with 429' });

/** A clock that a test moves: no call waits its two seconds out before the test lets them pass, however slow this machine is. */
interface StillClock {
  nowMs(): number;
  pass(ms: number): void;
}

/** The client anew, by such a clock. */
async function stillClock(): Promise<StillClock> {
  await organisation.close();
  let atMs = Date.now();
  const nowMs = () => atMs;
  organisation = await startOrganisation({}, { budget, now: nowMs, timeMs: nowMs });
  client = organisation.client;
  organisation.on(BULK, { status: 202, json: { job: { id: 'job-1', status: 'Processing' } } });
  return { nowMs, pass: (ms) => void (atMs += ms) };
}

describe('a budget that all workers share', () => {
  it('keeps a call from leaving while another worker’s refusal closes its family, and lets the other families go', async () => {
    const gate = closedFor(60_000);
    budget.say({ 'wfm-jobs': { gate } });
    const failure = await failureOf(client.createAdherenceJob(JOB));
    expect(failure).toMatchObject({ name: 'Throttled', facts: { family: 'wfm-jobs' } });
    // The keeper's instant, by a clock read twice.
    expect((failure as Failure).facts.retryAtMs).toBeGreaterThan(gate.untilMs - 50);
    expect(organisation.server.arrivedAt(BULK)).toEqual([]);
    await client.organization();
    expect(client.gates()).toMatchObject([{ gate: 'wfm-jobs', why: 'refused with 429' }]);
    budget.say({ token: { gate: closedFor(60_000) } });
    expect(await failureOf(client.organization())).toMatchObject({ name: 'Throttled', facts: { family: 'token' } });
  });

  it('shows a gate once that is closed here and elsewhere, until the later instant', async () => {
    organisation.on(BULK, { status: 429, headers: { 'retry-after': '30' }, json: {} });
    await failureOf(client.createAdherenceJob(JOB));
    budget.say({ 'wfm-jobs': { gate: closedFor(60_000) } });
    await failureOf(client.createAdherenceJob(JOB));
    const gates = client.gates();
    expect(gates).toMatchObject([{ gate: 'wfm-jobs' }]);
    expect((gates[0]?.untilMs ?? 0) - Date.now()).toBeGreaterThan(50_000);
  });

  it('makes those wait on who wait within the call when it closes further', async () => {
    const clock = await stillClock();
    budget.say({ reads: { gate: closedFor(500, clock.nowMs()) } });
    const waiting = failureOf(client.organization());
    await eventually('the call has seen the gate', () => budget.told.looks > 0);
    budget.say({ reads: { gate: closedFor(30_000, clock.nowMs()) } });
    clock.pass(500);
    const failure = await waiting;
    expect(failure).toMatchObject({ name: 'Throttled' });
    expect(retryInMs(failure, clock.nowMs())).toBeGreaterThan(29_000);
    expect(organisation.server.arrivedAt(ME)).toEqual([]);
  });

  it('lets one call go through an opened gate while that is tried, of all that wait within the call', async () => {
    const clock = await stillClock();
    budget.say({ 'wfm-jobs': { gate: closedFor(300, clock.nowMs()), ratePerSecond: 0.5, trying: true } }, 2);
    const urgent = client.inLane('failover');
    const waiting = [client, client, urgent, urgent].map((one) => one.createAdherenceJob(JOB));
    const ending = Promise.all(waiting.map((one) => one.catch((error: unknown) => error)));
    await eventually('all have seen the gate', () => budget.told.looks >= 4);
    clock.pass(300);
    await eventually('the one got through', () => budget.told.started > 0);
    clock.pass(2_000);
    const ended = await ending;
    expect(organisation.server.arrivedAt(BULK)).toHaveLength(1);
    const failures = ended.filter((one) => one instanceof Error);
    expect(failures).toHaveLength(3);
    expect(failures).toMatchObject(failures.map(() => ({ name: 'Throttled', facts: { family: 'wfm-jobs' } })));
  });

  it('lets all go that wait once the one has shown that a gate is open', async () => {
    const clock = await stillClock();
    budget.say({ 'wfm-jobs': { gate: closedFor(300, clock.nowMs()), ratePerSecond: 0.5, trying: true } }, 2);
    const waiting = Array.from({ length: 4 }, () => client.createAdherenceJob(JOB));
    await eventually('all have seen the gate', () => budget.told.looks >= 4);
    clock.pass(300);
    await eventually('the one to arrive', () => organisation.server.arrivedAt(BULK).length > 0);
    budget.say({ 'wfm-jobs': { ratePerSecond: 10 } }, 2);
    // Any call of this process brings the view up to date.
    await client.organization();
    await Promise.all(waiting);
    expect(organisation.server.arrivedAt(BULK)).toHaveLength(4);
  });

  it('is told of a refusal at once, with all that it says', async () => {
    organisation.on(BULK, {
      status: 429,
      headers: {
        'retry-after': '30',
        'inin-ratelimit-count': '7',
        'inin-ratelimit-allowed': '300',
        'inin-ratelimit-reset': '9',
      },
      json: { code: 'too.many.requests', limit: { key: 'jobs.max', namespace: 'historical.adherence', value: 10 } },
    });
    budget.say({ 'wfm-jobs': { jobsInFlight: 4 } });
    await failureOf(client.inLane('nightly').createAdherenceJob(JOB));
    expect(budget.told.refusals).toMatchObject([
      {
        family: 'wfm-jobs',
        gate: 'wfm-jobs',
        lane: 'nightly',
        status: 429,
        toldMs: 30_000,
        limitKey: 'jobs.max',
        limitNamespace: 'historical.adherence',
        announced: false,
        jobsInFlight: 4,
      },
    ]);
    const [{ sentMs, receivedMs, untilMs }] = budget.told.refusals as [StubBudget['told']['refusals'][number]];
    expect(receivedMs).toBeGreaterThanOrEqual(sentMs);
    expect(untilMs - receivedMs).toBeGreaterThanOrEqual(30_000);
    expect(untilMs - receivedMs).toBeLessThan(30_500);
    for (const ms of [sentMs, receivedMs, untilMs]) expect(Number.isSafeInteger(ms)).toBe(true);
  });

  it('is not told nonsense that a body calls a limit', async () => {
    organisation.on(BULK, {
      status: 429,
      json: { limit: { key: '<script>', namespace: 7 }, message: ['?'], code: {} },
    });
    const failure = await failureOf(client.createAdherenceJob(JOB));
    expect(failure).toMatchObject({ name: 'Throttled', facts: { family: 'wfm-jobs' } });
    expect(budget.told.refusals).toMatchObject([{ limitKey: null, limitNamespace: null, toldMs: null }]);
    // The keeper works out how long: the client itself holds on for as long as it takes to hear of that.
    expect(retryInMs(failure)).toBeLessThan(1_500);
  });

  it('is told of a refusal whose body does not come', async () => {
    organisation.on(BULK, (_arrival, response) => {
      response.writeHead(429, { 'retry-after': '30', 'content-length': '100' });
      response.flushHeaders();
      return undefined;
    });
    void client.createAdherenceJob(JOB).catch(() => undefined);
    await eventually('the budget is told', () => budget.told.refusals.length > 0);
    expect(budget.told.refusals).toMatchObject([{ toldMs: 30_000 }]);
    expect(client.gates()).toMatchObject([{ gate: 'wfm-jobs' }]);
  });

  it('is told which calls got through, with the counters of their answers', async () => {
    const headers = { 'inin-ratelimit-count': '7', 'inin-ratelimit-allowed': '300', 'inin-ratelimit-reset': '9' };
    organisation.on(ME, { json: { id: 'o', name: 'O' }, headers });
    await client.inLane('failover').organization();
    organisation.on(ME, { status: 500, json: {} });
    await failureOf(client.organization());
    expect(budget.told.accepted).toMatchObject([
      { family: 'reads', lane: 'failover', counters: { count: 7, allowed: 300, resetSeconds: 9 } },
    ]);
  });
});

describe('a shared budget that fails', () => {
  it('that never answers delays only the first of many calls, and that by half a second', async () => {
    budget.answer = () => new Promise(() => undefined);
    expect((await spanOf(() => client.organization())).tookMs).toBeGreaterThan(400);
    const took: number[] = [];
    for (let call = 0; call < 21; call++) {
      const { tookMs, delayedMs } = await spanOf(() => client.organization());
      took.push(tookMs - delayedMs);
    }
    // Each would take 150 ms and more if it waited for the budget; the median is not moved by a busy machine's pauses.
    expect(took.sort((one, other) => one - other)[10]).toBeLessThan(120);
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('down');
      },
    ],
    ['rejects', () => Promise.reject(new Error('down'))],
    ['answers nothing', () => undefined],
    ['answers nonsense', () => ({ families: 7 })],
    [
      'answers nonsense of every family',
      () => ({ v: 2, workers: -1, families: { reads: 'open', 'wfm-jobs': { gate: 'no' } } }),
    ],
  ])('and %s lets what was known before hold', async (_how, answer) => {
    budget.say({ 'wfm-jobs': { gate: closedFor(60_000) } });
    expect(await failureOf(client.createAdherenceJob(JOB))).toMatchObject({ name: 'Throttled' });
    budget.answer = answer;
    expect(await failureOf(client.createAdherenceJob(JOB))).toMatchObject({ name: 'Throttled' });
    await client.organization();
    expect(organisation.server.arrivedAt(BULK)).toEqual([]);
  });

  it('of a newer version is read as far as it can be', async () => {
    const family = { gate: closedFor(60_000), ratePerSecond: null, pacedBy: 'queue', maxJobs: null, jobsInFlight: 0 };
    budget.answer = () => ({
      v: 2,
      workers: 3,
      mood: 'good',
      families: { 'wfm-jobs': { ...family, tallyEveryMs: null, more: 1 }, 'new-family': 1 },
    });
    expect(await failureOf(client.createAdherenceJob(JOB))).toMatchObject({ name: 'Throttled' });
    await client.organization();
  });
});

describe('jobs under way', () => {
  it('are told when one begins and when it is over, once each, however often its end is read', async () => {
    await client.createAdherenceJob(JOB);
    expect(budget.told).toMatchObject({ started: 1, ended: 0 });
    organisation.on(POLLED, { json: { job: { id: 'job-1', status: 'Processing' } } });
    await client.adherenceJob('job-1');
    expect(budget.told).toMatchObject({ started: 1, ended: 0 });
    organisation.on(POLLED, { json: { job: { id: 'job-1', status: 'Complete' }, downloadUrls: [] } });
    for (let poll = 0; poll < 3; poll++) await client.adherenceJob('job-1');
    expect(budget.told).toMatchObject({ started: 1, ended: 1 });
  });

  it('are over when Genesys ends them in error or no longer knows them', async () => {
    organisation.on(POLLED, { json: { job: { id: 'job-1', status: 'Error' } } });
    await client.adherenceJob('job-1');
    organisation.on('/jobs/job-2', { status: 404, json: { code: 'job.not.found' } });
    expect(await failureOf(client.adherenceJob('job-2'))).toMatchObject({ name: 'Expired' });
    organisation.on('/jobs/job-3', { json: { job: { id: 'job-3', status: 'Complete' }, downloadUrls: [] } });
    await client.adherenceJob('job-3', 'links');
    // Who only wants links knows already that the job is over, and it was counted then, maybe by another worker.
    expect(budget.told.ended).toBe(2);
  });

  it('are over at once when the answer that creates one has its result', async () => {
    organisation.on(BULK, { json: { job: { id: 'job-1', status: 'Complete' }, downloadUrls: [] } });
    await client.createAdherenceJob(JOB);
    await client.adherenceJob('job-1').catch(() => undefined);
    expect(budget.told).toMatchObject({ started: 1, ended: 1 });
  });

  it('are not begun past the room that there is, and wait for it two seconds in the call', async () => {
    const clock = await stillClock();
    budget.say({ 'wfm-jobs': { maxJobs: 3, jobsInFlight: 1 } });
    const startedMs = clock.nowMs();
    const asking = Promise.allSettled(Array.from({ length: 6 }, () => client.createAdherenceJob(JOB)));
    await eventually('the room is taken', () => budget.told.started === 2);
    clock.pass(2_000);
    const outcomes = await asking;
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
    const [refused] = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as Failure] : []));
    expect(refused).toMatchObject({ name: 'Throttled', message: expect.stringContaining('no more than 3') });
    expect((refused?.facts.retryAtMs ?? 0) - startedMs).toBeGreaterThan(2_000);
    expect(retryInMs(refused, clock.nowMs())).toBeLessThan(1_500);
    expect(organisation.server.arrivedAt(BULK)).toHaveLength(2);
  });

  it('go on as soon as one is over, and an urgent one does not wait', async () => {
    await stillClock();
    budget.say({ 'wfm-jobs': { maxJobs: 1, jobsInFlight: 1 } });
    await client.inLane('failover').createAdherenceJob(JOB);
    organisation.on('/jobs/job-9', { status: 404, json: {} });
    organisation.on('/jobs/job-8', { status: 404, json: {} });
    const waiting = client.createAdherenceJob(JOB);
    await failureOf(client.adherenceJob('job-9'));
    await failureOf(client.adherenceJob('job-8'));
    // Left to itself it would look again a second after the last call was answered, of which 300 ms were waited for doubts.
    const { tookMs, delayedMs } = await spanOf(() => waiting);
    expect(tookMs - delayedMs).toBeLessThan(600);
    expect(organisation.server.arrivedAt(BULK)).toHaveLength(2);
  });

  it('are shared among the workers', async () => {
    const clock = await stillClock();
    budget.say({ 'wfm-jobs': { maxJobs: 10, jobsInFlight: 0 } }, 5);
    const asking = Promise.allSettled(Array.from({ length: 6 }, () => client.createAdherenceJob(JOB)));
    await eventually('the share is taken', () => budget.told.started === 2);
    clock.pass(2_000);
    const outcomes = await asking;
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
  });
});

describe('a rate that no task queue keeps', () => {
  it('is kept evenly, each worker its share', async () => {
    budget.say({ reads: { ratePerSecond: 10, pacedBy: 'client' } }, 2);
    // Four: the last leaves long before its two seconds are over, also where this machine stands still for a while.
    const { delayedMs } = await spanOf(() => Promise.all(Array.from({ length: 4 }, () => client.organization())));
    const arrivals = organisation.server.arrivedAt(ME).map(({ atMs }) => atMs);
    const gaps = arrivals.slice(1).map((atMs, index) => atMs - (arrivals[index] ?? 0));
    expect((arrivals.at(-1) ?? 0) - (arrivals[0] ?? 0)).toBeGreaterThan(3 * 200 - 60 - delayedMs);
    expect((arrivals.at(-1) ?? 0) - (arrivals[0] ?? 0)).toBeLessThan(3 * 200 + 400 + delayedMs);
    for (const gap of gaps) expect(gap).toBeGreaterThan(60 - delayedMs);
  });

  it('gives those who cannot wait in the call an instant each, one after the other', async () => {
    const clock = await stillClock();
    budget.say({ reads: { ratePerSecond: 0.1, pacedBy: 'client' } });
    await client.organization();
    const failures = await Promise.all(Array.from({ length: 3 }, () => failureOf(client.organization())));
    const waits = failures.map((failure) => Math.round(retryInMs(failure, clock.nowMs()) / 1000)).sort((a, b) => a - b);
    expect(waits).toEqual([10, 20, 30]);
    // An urgent call takes no turn.
    await client.inLane('failover').organization();
  });

  it('is left to the queue where that keeps it', async () => {
    budget.say({ reads: { ratePerSecond: 0.1, pacedBy: 'queue' } });
    await client.organization();
    await client.organization();
  });
});

it('costs a call that may go little: what the client does beside HTTP', async () => {
  const plain = await startOrganisation({}, { budget: NO_SHARED_BUDGET });
  const median = (took: number[]) => took.sort((a, b) => a - b)[Math.floor(took.length / 2)] ?? Number.NaN;
  const tookMs = async (of: GenesysClient) => {
    const startedMs = performance.now();
    await of.organization();
    return performance.now() - startedMs;
  };
  budget.say({ reads: { ratePerSecond: 100_000, pacedBy: 'client' }, 'wfm-jobs': { maxJobs: 5 } });
  const took = { without: [] as number[], shared: [] as number[] };
  // By turns, so that both meet the same machine.
  for (let call = 0; call < 150; call++) {
    took.without.push(await tookMs(plain.client));
    took.shared.push(await tookMs(client));
  }
  const [without, shared] = [median(took.without), median(took.shared)];
  process.stderr.write(
    `a call: ${without.toFixed(2)} ms without a shared budget, ${shared.toFixed(2)} ms with one (median)\n`,
  );
  expect(shared - without).toBeLessThan(10);
  await plain.close();
});
