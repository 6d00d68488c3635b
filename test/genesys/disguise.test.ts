import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Failure } from '../../src/domain/failure.js';
import { failureOf } from './support/allOf.js';
import { type Organisation, startOrganisation } from './support/organisation.js';
import type { Reply } from './support/scriptedServer.js';
import { type StubBudget, stubBudget } from './support/stubBudget.js';

const JOBS = '/adherence/historical/bulk/jobs';
const GONE: Reply = { status: 404, json: { code: 'job.not.found', message: 'no such job' } };
const DISGUISES: [string, Reply][] = [
  ['a 404', GONE],
  ['a 500', { status: 500, json: { message: 'internal error' } }],
  ['a 503', { status: 503, body: 'busy' }],
  ['a web page with 200', { status: 200, body: '<html><body>Slow down</body></html>' }],
  ['a web page with 502', { status: 502, body: '<!DOCTYPE html><h1>Bad gateway</h1>' }],
];

let budget: StubBudget;
let organisation: Organisation;
beforeEach(async () => {
  budget = stubBudget();
  organisation = await startOrganisation({}, { budget });
});
afterEach(() => organisation.close());

/** A call that is under way when another of its family is refused, and answered after that. */
async function answeredAfterARefusal(reply: Reply, told = '30'): Promise<unknown> {
  const { client, on } = organisation;
  let answer: () => void = () => undefined;
  const refused = new Promise<void>((resolve) => {
    answer = resolve;
  });
  on(`${JOBS}/job-1`, async () => {
    await refused;
    return reply;
  });
  on(`${JOBS}/job-2`, { status: 429, headers: { 'retry-after': told }, json: {} });
  const underWay = client.adherenceJob('job-1').catch((error: unknown) => error);
  for (; organisation.server.arrivedAt('job-1').length === 0; ) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(await failureOf(client.adherenceJob('job-2'))).toMatchObject({ name: 'Throttled' });
  answer();
  return underWay;
}

describe('a throttle in disguise', () => {
  // Without counters a second call leaves only when the first was answered: that is learnt before.
  beforeEach(async () => {
    await organisation.client.organization();
  });

  it.each(DISGUISES)('that says %s after a refusal of its family waits for the gate', async (_what, reply) => {
    const failure = await answeredAfterARefusal(reply);
    expect(failure).toMatchObject({ name: 'Throttled', facts: { family: 'reads' } });
    const retryAtMs = (failure as Failure).facts.retryAtMs ?? 0;
    // From when it was refused, whenever this machine comes to look.
    expect(retryAtMs - (organisation.server.arrivedAt('job-2')[0]?.atMs ?? 0)).toBeGreaterThan(29_900);
    expect(retryAtMs - Date.now()).toBeLessThan(30_500);
  });

  it('is asked once more after the gate, and then taken as what it says', async () => {
    expect(await answeredAfterARefusal(GONE, '1')).toMatchObject({ name: 'Throttled' });
    organisation.on(`${JOBS}/job-1`, GONE);
    expect(await failureOf(organisation.client.adherenceJob('job-1'))).toMatchObject({ name: 'Expired' });
    expect(budget.told.ended).toBe(1);
  });

  it('is none where nothing of its family was refused: a lost job is lost at once', async () => {
    const { client, on } = organisation;
    on('/adherence/historical/bulk', { status: 429, headers: { 'retry-after': '30' }, json: {} });
    const job = { startDate: '2024-01-01T00:00:00Z', endDate: '2024-01-02T00:00:00Z', timeZone: 'UTC' };
    const request = { ...job, managementUnitId: 'mu', includeExceptions: true, includeActuals: false };
    expect(await failureOf(client.createAdherenceJob(request))).toMatchObject({ name: 'Throttled' });
    on(`${JOBS}/job-1`, GONE);
    expect(await failureOf(client.adherenceJob('job-1'))).toMatchObject({ name: 'Expired' });
  });

  it('is known as one where another worker was refused meanwhile', async () => {
    const { client, on } = organisation;
    on(`${JOBS}/job-1`, () => {
      const gate = { untilMs: Date.now() + 20_000, why: 'refused with 429' };
      budget.say({ reads: { gate } });
      return GONE;
    });
    expect(await failureOf(client.adherenceJob('job-1'))).toMatchObject({ name: 'Throttled' });
    expect(budget.told.ended).toBe(0);
  });

  it.each([
    ['a missing permission', { status: 403, json: { code: 'missing.permissions' } }, 'Forbidden'],
    ['a bad request', { status: 400, json: { code: 'bad.request' } }, 'InvalidInput'],
  ])('is not seen in %s', async (_what, reply, name) => {
    expect(await answeredAfterARefusal(reply)).toMatchObject({ name });
  });

  it('does not hold an answer that is one', async () => {
    const reply = { json: { job: { id: 'job-1', status: 'Complete' }, downloadUrls: [] } };
    expect(await answeredAfterARefusal(reply)).toMatchObject({ state: 'Complete' });
  });
});
