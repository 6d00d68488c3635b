import { request as httpRequest } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { request } from 'undici';
import { spanOf } from '../support/spanOf.js';
import { BULK, login, type SimulatorCalls, simulatorCalls } from './simulatorCalls.js';

const ME = '/api/v2/organizations/me';
const UNITS = '/api/v2/workforcemanagement/managementunits';
const IDENTITY = { 'accept-encoding': 'identity' };

describe('answers that do not come as they should', () => {
  let calls: SimulatorCalls;
  let token: string;
  beforeEach(async () => {
    calls = await simulatorCalls();
    token = await login(calls.simulator, calls.simulator);
  });
  afterEach(async () => await calls.simulator.close());

  it('resets the connection before a call is carried out: no job is made', async () => {
    calls.simulator.addFault({ kind: 'reset', method: 'POST', path: BULK, when: 'before' });
    expect(await rawPost(BULK, body())).toBe('read ECONNRESET');
    expect(calls.simulator.counts()).toMatchObject({
      made: 1,
      jobs: { total: 0 },
      calls: { [`POST ${BULK}`]: { 0: 1 } },
      struck: { reset: 1 },
    });
    expect((await calls.post(BULK, body())).status).toBe(202);
  });

  it('resets the connection after a call was carried out: the job exists, and nobody was told', async () => {
    calls.simulator.addFault({ kind: 'reset', method: 'POST', path: BULK, when: 'after' });
    expect((await calls.post(BULK, {})).status).toBe(400);
    expect(await rawPost(BULK, body())).toBe('read ECONNRESET');
    const { jobs } = calls.simulator.counts();
    expect(jobs).toMatchObject({ total: 1, requests: [{ jobs: [{ respondedAtMs: null }] }] });
    const known = await calls.readJob(jobs.requests[0]?.jobs[0]?.jobId ?? '');
    expect(known.job.status).toBe('Complete');
  });

  it('sends a body slowly, with its headers at once', async () => {
    const whole = await (await raw(UNITS)).body.text();
    calls.simulator.addFault({ kind: 'slowBody', path: UNITS, bytesPerSecond: whole.length * 2 });
    const head = await spanOf(() => raw(UNITS));
    const { body: slow, headers } = head.result;
    const rest = await spanOf(() => slow.text());
    expect(rest.result).toBe(whole);
    expect(headers['content-length']).toBe(whole.length.toString());
    expect(rest.tookMs).toBeGreaterThan(200 - head.delayedMs);
  });

  it('cuts a body of an API answer and of a login after as many bytes as told', async () => {
    calls.simulator.addFault({ kind: 'truncatedBody', path: UNITS, afterBytes: 10 });
    expect(await readOut(raw(UNITS))).toEqual({ status: 200, bytes: 10, ended: 'cut', told: expect.any(Number) });
    calls.simulator.addFault({ kind: 'truncatedBody', method: 'POST', path: '/oauth/token' });
    await expect(login(calls.simulator, calls.simulator)).rejects.toThrow();
    expect((await calls.get(ME)).status).toBe(200);
  });

  it.each([
    ['larger', { ended: 'cut' }],
    ['smaller', { ended: 'cleanly' }],
    ['chunked', { ended: 'cleanly', told: null }],
  ] as const)('tells a length of an API answer that is %s', async (as, seen) => {
    const whole = await readOut(raw(UNITS));
    calls.simulator.addFault({ kind: 'wrongLength', path: UNITS, as });
    const wrong = await readOut(raw(UNITS));
    expect(wrong).toMatchObject(seen);
    if (as === 'larger') expect(wrong).toMatchObject({ bytes: whole.bytes, told: Math.ceil((whole.bytes * 4) / 3) });
    else expect(wrong.bytes).toBe(whole.bytes - Math.ceil(whole.bytes / 3));
  });

  it.each([
    [
      { kind: 'truncatedBody', path: '^/downloads/', afterBytes: 5000 },
      { bytes: 5000, ended: 'cut' },
    ],
    [{ kind: 'wrongLength', path: '^/downloads/', as: 'larger' }, { ended: 'cut' }],
    [{ kind: 'wrongLength', path: '^/downloads/', as: 'smaller' }, { ended: 'cleanly' }],
    [
      { kind: 'wrongLength', path: '^/downloads/', as: 'chunked' },
      { ended: 'cleanly', told: null },
    ],
    [
      { kind: 'urlExpiredMidDownload', afterBytes: 700 },
      { bytes: 700, ended: 'cut' },
    ],
  ] as const)('breaks a download the same way: %j', async (fault, seen) => {
    const { job } = await calls.makeJob(body().items[0] ?? {}, 'UTC');
    const [url = ''] = (await calls.finishedJob(job.id)).downloadUrls;
    calls.simulator.addFault(fault);
    expect(await readOut(request(url, { headers: IDENTITY }))).toMatchObject(seen);
    await drained();
    const complete = fault.kind === 'wrongLength' && fault.as === 'larger' ? 1 : 0;
    expect(calls.simulator.counts().downloads.complete).toBe(complete);
    const again = await readOut(request(url, { headers: IDENTITY }));
    if (fault.kind === 'urlExpiredMidDownload') expect(again.status).toBe(403);
    else expect(again).toMatchObject({ status: 200, bytes: again.told });
  });

  function body() {
    return {
      items: [
        {
          managementUnitId: calls.simulator.units[0]?.id,
          startDate: '2024-05-06T00:00:00Z',
          endDate: '2024-05-12T00:00:00Z',
        },
      ],
      timeZone: 'UTC',
    };
  }

  function raw(path: string) {
    return request(calls.simulator.url + path, { headers: { authorization: `Bearer ${token}` } });
  }

  /** How a POST ends for somebody who has nothing but Node's own client. */
  async function rawPost(path: string, json: unknown): Promise<string> {
    return await new Promise((resolve) => {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
      httpRequest(calls.simulator.url + path, { method: 'POST', headers }, (answer) => {
        answer.resume();
        resolve(String(answer.statusCode));
      })
        .on('error', (error) => resolve(error.message))
        .end(JSON.stringify(json));
    });
  }

  async function drained(): Promise<void> {
    while (calls.simulator.counts().activeDownloads > 0) await new Promise((resume) => setImmediate(resume));
  }
});

async function readOut(asked: ReturnType<typeof request>) {
  const { statusCode, headers, body } = await asked;
  const length = headers['content-length'];
  let bytes = 0;
  let ended = 'cleanly';
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) bytes += chunk.length;
  } catch {
    ended = 'cut';
  }
  return { status: statusCode, bytes, ended, told: length === undefined ? null : Number(length) };
}
