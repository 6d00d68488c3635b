import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { request } from 'undici';
import type { FaultInput } from '../../src/simulator/control/fault.js';
import { AGGREGATES, BULK, type SimulatorCalls, simulatorCalls } from './simulatorCalls.js';

interface Result {
  readonly userResults: readonly { readonly userId?: string; readonly dayMetrics: Record<string, unknown>[] }[];
}

describe('jobs and results that are not as they should be', () => {
  let calls: SimulatorCalls;
  beforeEach(async () => {
    calls = await simulatorCalls();
  });
  afterEach(async () => await calls.simulator.close());
  const day = (date: string) => ({
    managementUnitId: calls.simulator.units[0]?.id,
    startDate: `${date}T00:00:00Z`,
    endDate: `${date}T23:00:00Z`,
  });

  it('lets a job that matches be Processing for ever, and others finish', async () => {
    calls.simulator.addFault({ kind: 'jobStuck', match: '2024-05-02' });
    const fine = await calls.makeJob(day('2024-05-01'), 'UTC');
    const stuck = await calls.makeJob(day('2024-05-02'), 'UTC');
    const anew = await calls.makeJob(day('2024-05-02'), 'UTC');
    expect((await calls.readJob(fine.job.id)).job.status).toBe('Complete');
    expect(await calls.readJob(stuck.job.id)).toMatchObject({ job: { status: 'Processing' }, downloadUrls: [] });
    expect((await calls.readJob(anew.job.id)).job.status).toBe('Complete');
  });

  it('holds jobs that match, however often they are read, until the fault is removed', async () => {
    const held = calls.simulator.addFault({ kind: 'jobHeld', match: '2024-05-02' });
    const fine = await calls.makeJob(day('2024-05-01'), 'UTC');
    const { job } = await calls.makeJob(day('2024-05-02'), 'UTC');
    expect((await calls.readJob(fine.job.id)).job.status).toBe('Complete');
    for (let reading = 0; reading < 2; reading++)
      expect(await calls.readJob(job.id)).toMatchObject({ job: { status: 'Processing' }, downloadUrls: [] });
    calls.simulator.removeFaults(held);
    expect((await calls.readJob(job.id)).job.status).toBe('Complete');
  });

  it('forgets a job as it is read, for good, with its files', async () => {
    const { job } = await calls.makeJob(day('2024-05-01'), 'UTC');
    const [url = ''] = (await calls.readJob(job.id)).downloadUrls;
    calls.simulator.addFault({ kind: 'jobUnknown' });
    for (let reading = 0; reading < 2; reading++) {
      const { status, body } = await calls.get(`${BULK}/jobs/${job.id}`);
      expect([status, body['code']]).toEqual([404, 'job.not.found']);
    }
    expect((await fetch(url)).status).toBe(404);
    expect(calls.simulator.counts().struck).toEqual({ jobUnknown: 1 });
  });

  it('leaves a required field out of a job’s files, however often they are downloaded, and of an answer once', async () => {
    calls.simulator.addFault({ kind: 'missingField', field: 'dayStartOffsetSeconds' });
    const lacking = await resultOf((await calls.makeJob(day('2024-05-01'), 'UTC')).job.id);
    const first = () => lacking().then((result) => result.userResults[0]?.dayMetrics[0]);
    expect(await first()).not.toHaveProperty('dayStartOffsetSeconds');
    expect(await first()).not.toHaveProperty('dayStartOffsetSeconds');
    const whole = await resultOf((await calls.makeJob(day('2024-05-01'), 'UTC')).job.id);
    expect((await whole()).userResults[0]?.dayMetrics[0]).toHaveProperty('dayStartOffsetSeconds');

    const users = await calls.get(
      `/api/v2/workforcemanagement/managementunits/${calls.simulator.units[0]?.id ?? ''}/users`,
    );
    const query = {
      interval: '2024-05-06T00:00:00Z/2024-05-10T00:00:00Z',
      groupBy: ['userId'],
      metrics: ['tAgentRoutingStatus'],
      filter: {
        type: 'or',
        predicates: (users.body['entities'] as unknown as { id: string }[]).map(({ id }) => ({
          dimension: 'userId',
          value: id,
        })),
      },
    };
    calls.simulator.addFault({ kind: 'missingField' });
    const groups = async () =>
      ((await calls.post(AGGREGATES, query)).body['results'] as unknown as { group: object }[]).map(
        ({ group }) => group,
      );
    expect((await groups())[0]).toEqual({});
    expect((await groups())[0]).toEqual({ userId: expect.any(String) });
  });

  it('serves other bytes of the length it tells under the right ETag, once', async () => {
    const { job } = await calls.makeJob(day('2024-05-01'), 'UTC');
    const [url = ''] = (await calls.readJob(job.id)).downloadUrls;
    const right = await bytesOf(url, 'gzip');
    calls.simulator.addFault({ kind: 'alteredBytes' });
    const altered = await bytesOf(url, 'gzip');
    expect([altered.etag, altered.bytes.length]).toEqual([right.etag, right.bytes.length]);
    expect(altered.bytes.equals(right.bytes)).toBe(false);
    expect(() => gunzipSync(altered.bytes)).toThrow();
    expect((await bytesOf(url, 'gzip')).bytes.equals(right.bytes)).toBe(true);
    while (calls.simulator.counts().activeDownloads > 0) await new Promise((resume) => setImmediate(resume));
    expect(calls.simulator.counts().downloads.objects[0]?.complete).toBe(2);
  });

  it('alters a name so that reading finds it, or a number so that nobody can', async () => {
    const { job } = await calls.makeJob(day('2024-05-01'), 'UTC');
    const [url = ''] = (await calls.readJob(job.id)).downloadUrls;
    const right = JSON.parse((await bytesOf(url, 'identity')).bytes.toString('utf8')) as Result;
    const altered = async (fault: FaultInput, encoding: 'identity' | 'gzip') => {
      calls.simulator.addFault(fault);
      const { bytes } = await bytesOf(url, encoding);
      return JSON.parse((encoding === 'gzip' ? gunzipSync(bytes) : bytes).toString('utf8')) as Result;
    };
    const misnamed = await altered({ kind: 'alteredBytes', how: 'shape', match: '2024-05-01' }, 'gzip');
    expect(misnamed.userResults[0]?.dayMetrics[0]).not.toHaveProperty('dayStartOffsetSeconds');
    const untrue = await altered({ kind: 'alteredBytes', how: 'value' }, 'identity');
    const [was, is] = [right, untrue].map((result) => result.userResults.flatMap((user) => user.dayMetrics));
    expect(is?.map((metrics) => Object.keys(metrics))).toEqual(was?.map((metrics) => Object.keys(metrics)));
    expect(
      is?.filter((metrics, index) => metrics['actualLengthSeconds'] !== was?.[index]?.['actualLengthSeconds']),
    ).toHaveLength(1);
  });

  async function resultOf(jobId: string): Promise<() => Promise<Result>> {
    const { downloadUrls } = await calls.finishedJob(jobId);
    return async () => JSON.parse((await bytesOf(downloadUrls[0] ?? '', 'identity')).bytes.toString('utf8')) as Result;
  }
});

async function bytesOf(url: string, encoding: 'identity' | 'gzip') {
  const { headers, body } = await request(url, { headers: { 'accept-encoding': encoding } });
  return { etag: headers['etag'], bytes: Buffer.from(await body.arrayBuffer()) };
}
