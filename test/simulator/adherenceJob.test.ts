import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { BULK, callsOf, login, type SimulatorCalls, simulatorCalls } from './simulatorCalls.js';

describe('the bulk adherence job', () => {
  let nowMs: number;
  let calls: SimulatorCalls;
  let unit: string;
  const week = () => ({
    managementUnitId: unit,
    startDate: '2024-05-05T16:00:00Z',
    endDate: '2024-05-12T16:00:00Z',
    includeExceptions: true,
  });
  beforeEach(async () => {
    nowMs = Date.parse('2025-06-01T00:00:00Z');
    calls = await simulatorCalls({ now: () => nowMs, jobSeconds: { min: 2, max: 20 }, urlLifetimeSeconds: 60 });
    unit = calls.simulator.units[0]?.id ?? '';
  });
  afterEach(async () => await calls.simulator.close());

  it('is accepted with 202, processes for a while, then names two files that hold its users between them', async () => {
    const made = await calls.post(BULK, { items: [week()], timeZone: 'Asia/Singapore' });
    expect(made.status).toBe(202);
    expect(made.body).toMatchObject({ job: { status: 'Processing' }, downloadUrls: [] });
    const { id } = made.body['job'] as unknown as { id: string };
    nowMs += 1_999;
    expect((await calls.readJob(id)).job.status).toBe('Processing');
    nowMs += 18_001;
    const done = await calls.readJob(id);
    expect(done.job.status).toBe('Complete');
    expect(done.downloadUrls).toHaveLength(2);
    const files = await Promise.all(
      done.downloadUrls.map(async (url) => (await (await fetch(url)).json()) as { userResults: { userId: string }[] }),
    );
    const users = files.map((file) => file.userResults.map((result) => result.userId));
    expect(users[0]?.length).toBeGreaterThan(0);
    expect(users[1]?.length).toBeGreaterThan(0);
    expect(new Set(users.flat()).size).toBe(users.flat().length);
  });

  it('gives every reading fresh URLs, and lets old ones expire', async () => {
    const { job } = await calls.makeJob(week(), 'Asia/Singapore');
    nowMs += 20_000;
    const [first = ''] = (await calls.readJob(job.id)).downloadUrls;
    nowMs += 60_000;
    const expired = await fetch(first);
    expect(expired.status).toBe(403);
    await expired.text();
    const [second = ''] = (await calls.readJob(job.id)).downloadUrls;
    expect(second).not.toBe(first);
    expect((await fetch(second)).status).toBe(200);
    expect((await fetch(second.replace(/Signature=..../, 'Signature=AAAA'))).status).toBe(403);
  });

  it('is unknown to another OAuth client, and to everybody once it aged out', async () => {
    const { job } = await calls.makeJob(week(), 'Asia/Singapore');
    const other = callsOf(calls.simulator, await login(calls.simulator, calls.simulator.otherClient));
    const refused = await other.get(`${BULK}/jobs/${job.id}`);
    expect([refused.status, refused.body['code']]).toEqual([404, 'job.not.found']);
    nowMs += 23 * 3_600_000;
    expect((await calls.readJob(job.id)).job.status).toBe('Complete');
    nowMs += 3_600_000 - 1;
    const fresh = callsOf(calls.simulator, await login(calls.simulator, calls.simulator));
    expect((await fresh.get(`${BULK}/jobs/${job.id}`)).status).toBe(200);
    nowMs += 1;
    expect((await fresh.get(`${BULK}/jobs/${job.id}`)).body['code']).toBe('job.not.found');
  });

  it('takes mostly few seconds and seldom many, the same for the same request', async () => {
    const seconds: number[] = [];
    for (let day = 1; day <= 28; day++) {
      const date = `2024-05-${day.toString().padStart(2, '0')}`;
      const item = { ...week(), startDate: `${date}T00:00:00Z`, endDate: `${date}T12:00:00Z` };
      const { job } = await calls.makeJob(item, 'Asia/Singapore');
      const madeAt = nowMs;
      while ((await calls.readJob(job.id)).job.status === 'Processing') nowMs += 500;
      seconds.push((nowMs - madeAt) / 1000);
      nowMs += 60_000;
    }
    expect(Math.min(...seconds)).toBeGreaterThanOrEqual(2);
    expect(Math.max(...seconds)).toBeLessThanOrEqual(20);
    expect(seconds.filter((taken) => taken < 6).length).toBeGreaterThan(seconds.length / 2);
    expect(seconds.some((taken) => taken > 6)).toBe(true);
  });

  it.each([
    ['seven days with exceptions', { endDate: '2024-05-12T16:00:00Z' }, 202, undefined],
    ['seven days and a second with exceptions', { endDate: '2024-05-12T16:00:01Z' }, 400, 'wfm.validation.failure'],
    ['31 days without', { endDate: '2024-06-05T16:00:00Z', includeExceptions: false }, 202, undefined],
    ['over 31 days', { endDate: '2024-06-05T16:00:01Z', includeExceptions: false }, 400, 'wfm.validation.failure'],
    ['an end before its start', { endDate: '2024-05-01T00:00:00Z' }, 400, 'wfm.validation.failure'],
    ['no end', { endDate: undefined }, 400, 'wfm.missing.fields'],
    ['an end that is no instant', { endDate: '2024-05-12' }, 400, 'constraint.validation'],
    ['a unit that is not there', { managementUnitId: 'none' }, 404, 'wfm.management.unit.not.found'],
  ])('asked for %s, answers as documented', async (_what, change, status, code) => {
    const answer = await calls.post(BULK, { items: [{ ...week(), ...change }], timeZone: 'Asia/Singapore' });
    expect([answer.status, answer.body['code']]).toEqual([status, code]);
    if (code === 'wfm.validation.failure') expect(JSON.stringify(answer.body['errors'])).toMatch(/interval/);
  });

  it('allows seven local days that are an hour longer because clocks went back', async () => {
    const london = calls.simulator.units[1]?.id ?? '';
    const item = {
      ...week(),
      managementUnitId: london,
      startDate: '2024-10-20T23:00:00Z',
      endDate: '2024-10-28T00:00:00Z',
    };
    expect((await calls.post(BULK, { items: [item], timeZone: 'Europe/London' })).status).toBe(202);
    expect((await calls.post(BULK, { items: [item], timeZone: 'Asia/Singapore' })).status).toBe(400);
  });

  it('notes when a job ended and when somebody first found it so', async () => {
    const { job } = await calls.makeJob(week(), 'Asia/Singapore');
    const noted = () => calls.simulator.counts().jobs.requests[0]?.jobs[0];
    const madeAt = nowMs;
    await calls.readJob(job.id);
    expect(noted()?.noticedAtMs).toBeNull();
    nowMs += 30_000;
    await calls.readJob(job.id);
    nowMs += 5_000;
    await calls.readJob(job.id);
    expect(noted()?.noticedAtMs).toBe(madeAt + 30_000);
    expect(noted()?.endsAtMs).toBeGreaterThanOrEqual(madeAt + 2_000);
    expect(noted()?.endsAtMs).toBeLessThanOrEqual(madeAt + 20_000);
  });

  it('counts jobs by distinct request, however the request is written', async () => {
    await calls.makeJob(week(), 'Asia/Singapore');
    await calls.makeJob(Object.fromEntries(Object.entries(week()).reverse()), 'Asia/Singapore');
    await calls.makeJob({ ...week(), includeExceptions: false }, 'Asia/Singapore');
    expect(calls.simulator.counts().jobs).toMatchObject({ total: 3, distinct: 2, max: 2, duplicates: 1 });
  });
});
