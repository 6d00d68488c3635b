import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { BULK, type SimulatorCalls, simulatorCalls } from './simulatorCalls.js';

const ME = '/api/v2/organizations/me';
const UNITS = '/api/v2/workforcemanagement/managementunits';

describe('faults on demand', () => {
  let nowMs: number;
  let calls: SimulatorCalls;
  const day = (date: string) => ({
    managementUnitId: calls.simulator.units[0]?.id,
    startDate: `${date}T00:00:00Z`,
    endDate: `${date}T23:00:00Z`,
  });
  beforeEach(async () => {
    nowMs = Date.parse('2025-06-01T00:00:00Z');
    calls = await simulatorCalls({ now: () => nowMs });
  });
  afterEach(async () => await calls.simulator.close());

  it('closes a path for as long as Retry-After says, and counts who comes regardless', async () => {
    await calls.control('POST', 'faults', { kind: 'throttle', method: 'POST', path: BULK, retryAfter: 5 });
    const first = await calls.post(BULK, {});
    expect([first.status, first.headers.get('retry-after')]).toEqual([429, '5']);
    nowMs += 2_200;
    const early = await calls.post(BULK, {});
    expect([early.status, early.headers.get('retry-after')]).toEqual([429, '3']);
    expect((await calls.get(ME)).status).toBe(200);
    nowMs += 2_800;
    expect((await calls.post(BULK, {})).status).toBe(400);
    expect(await calls.control('GET', 'counts')).toMatchObject({ made: 4, refused: 2, insideGate: 1, crossing: 0 });
  });

  it('refuses once and never again where the throttle does not close', async () => {
    calls.simulator.addFault({ kind: 'throttle', path: '/api/v2/', retryAfter: 9999, closes: false });
    expect((await calls.get(ME)).headers.get('retry-after')).toBe('9999');
    expect((await calls.get(ME)).status).toBe(200);
    calls.simulator.addFault({ kind: 'throttle', path: '/api/v2/', retryAfter: null });
    expect((await calls.get(ME)).headers.get('retry-after')).toBeNull();
    calls.simulator.addFault({
      kind: 'throttle',
      path: 'management(units)$',
      retryAfter: 'Sun, 01 Jun 2025 00:00:30 GMT',
    });
    expect((await calls.get(UNITS)).headers.get('retry-after')).toBe('Sun, 01 Jun 2025 00:00:30 GMT');
    expect((await calls.get(UNITS)).headers.get('retry-after')).toBe('30');
    nowMs += 30_000;
    expect((await calls.get(UNITS)).status).toBe(200);
  });

  it('lets the next job that matches end in Error', async () => {
    await calls.control('POST', 'faults', { kind: 'jobError', match: '2024-05-02' });
    const [fine, failing, next] = [
      await calls.makeJob(day('2024-05-01'), 'UTC'),
      await calls.makeJob(day('2024-05-02'), 'UTC'),
      await calls.makeJob(day('2024-05-02'), 'UTC'),
    ];
    expect((await calls.readJob(fine.job.id)).job.status).toBe('Complete');
    expect(await calls.readJob(failing.job.id)).toMatchObject({ job: { status: 'Error' }, downloadUrls: [] });
    expect((await calls.readJob(next.job.id)).job.status).toBe('Complete');
  });

  it('lets a URL expire for good, until the job is read again', async () => {
    const { job } = await calls.makeJob(day('2024-05-01'), 'UTC');
    const [url = ''] = (await calls.readJob(job.id)).downloadUrls;
    calls.simulator.addFault({ kind: 'expiredUrl' });
    expect((await fetch(url)).status).toBe(403);
    expect((await fetch(url)).status).toBe(403);
    const [fresh = ''] = (await calls.readJob(job.id)).downloadUrls;
    expect((await fetch(fresh)).status).toBe(200);
  });

  it('answers any status on any path, as JSON or HTML, as often as told', async () => {
    calls.simulator.addFault({ kind: 'status', method: 'GET', path: ME, status: 502, body: '<h1>Bad gateway</h1>' });
    const broken = await calls.get(ME);
    expect([broken.status, broken.headers.get('content-type')]).toEqual([502, expect.stringContaining('text/html')]);
    expect((await calls.get(ME)).status).toBe(200);
    calls.simulator.addFault({
      kind: 'status',
      path: ME,
      status: 503,
      body: { code: 'service.unavailable' },
      times: 2,
    });
    for (const status of [503, 503, 200]) expect((await calls.get(ME)).status).toBe(status);
  });

  it('refuses a fault that it does not know, and forgets faults and counts when told', async () => {
    expect(await calls.control('POST', 'faults', { kind: 'meteor' })).toMatchObject({ message: expect.any(String) });
    await calls.control('POST', 'faults', { kind: 'status', path: ME, status: 500 });
    expect(await calls.control('GET', 'faults')).toHaveLength(1);
    await calls.control('DELETE', 'faults');
    expect((await calls.get(ME)).status).toBe(200);
    await calls.control('POST', 'reset');
    expect(await calls.control('GET', 'counts')).toMatchObject({ made: 0, calls: {}, tokensIssued: 0 });
  });
});
