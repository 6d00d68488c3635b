import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { request } from 'undici';
import { type SimulatorCalls, simulatorCalls } from './simulatorCalls.js';

const IDENTITY = { 'accept-encoding': 'identity' };

describe('downloading a result', () => {
  let calls: SimulatorCalls;
  let url: string;
  beforeEach(async () => {
    calls = await simulatorCalls();
    const { job } = await calls.makeJob(
      {
        managementUnitId: calls.simulator.units[0]?.id,
        startDate: '2024-05-05T16:00:00Z',
        endDate: '2024-05-12T16:00:00Z',
        includeExceptions: true,
      },
      'Asia/Singapore',
    );
    url = (await calls.finishedJob(job.id)).downloadUrls[0] ?? '';
  });
  afterEach(async () => await calls.simulator.close());

  it('gives the same bytes, length and ETag each time, even when the result was let go of meanwhile', async () => {
    const forgetful = await simulatorCalls({ resultCacheBytes: 0 });
    const { job } = await forgetful.makeJob(
      {
        managementUnitId: forgetful.simulator.units[0]?.id,
        startDate: '2024-05-05T16:00:00Z',
        endDate: '2024-05-12T16:00:00Z',
        includeExceptions: true,
      },
      'Asia/Singapore',
    );
    const other = (await forgetful.finishedJob(job.id)).downloadUrls[0] ?? '';
    const bodies = [];
    for (const from of [url, url, other, other]) {
      const { headers, body } = await request(from, { headers: IDENTITY });
      const bytes = Buffer.from(await body.arrayBuffer());
      expect(headers['content-length']).toBe(bytes.length.toString());
      bodies.push(`${String(headers['etag'])} ${bytes.toString('base64')}`);
    }
    await forgetful.simulator.close();
    expect(new Set(bodies).size).toBe(1);
  });

  it('compresses for those who accept gzip, under another ETag', async () => {
    const plain = await request(url, { headers: IDENTITY });
    const zipped = await request(url, { headers: { 'accept-encoding': 'gzip' } });
    expect(zipped.headers['content-encoding']).toBe('gzip');
    expect(zipped.headers['etag']).not.toBe(plain.headers['etag']);
    const bytes = Buffer.from(await zipped.body.arrayBuffer());
    expect(gunzipSync(bytes)).toEqual(Buffer.from(await plain.body.arrayBuffer()));
  });

  it('goes on from a byte when the ETag still holds, and starts over when it does not', async () => {
    const whole = await request(url, { headers: IDENTITY });
    const bytes = Buffer.from(await whole.body.arrayBuffer());
    const etag = String(whole.headers['etag']);
    const rest = await request(url, { headers: { ...IDENTITY, range: 'bytes=1000-', 'if-range': etag } });
    expect(rest.statusCode).toBe(206);
    expect(rest.headers['content-range']).toBe(
      `bytes 1000-${(bytes.length - 1).toString()}/${bytes.length.toString()}`,
    );
    expect(Buffer.from(await rest.body.arrayBuffer())).toEqual(bytes.subarray(1000));
    const changed = await request(url, { headers: { ...IDENTITY, range: 'bytes=1000-', 'if-range': '"old"' } });
    expect(changed.statusCode).toBe(200);
    await changed.body.dump({ limit: 10_000_000 });
    const beyond = await request(url, { headers: { ...IDENTITY, range: `bytes=${bytes.length.toString()}-` } });
    expect([beyond.statusCode, beyond.headers['content-range']]).toEqual([416, `bytes */${bytes.length.toString()}`]);
    await beyond.body.dump();
  });

  it('counts a download broken off and resumed as one, and a second whole one as two', async () => {
    const whole = await request(url, { method: 'GET', headers: { ...IDENTITY, range: 'bytes=0-999' } });
    await whole.body.dump();
    await drained();
    expect(calls.simulator.counts().downloads).toMatchObject({ complete: 0, bytesServed: 1000 });
    const rest = await request(url, { headers: { ...IDENTITY, range: 'bytes=900-' } });
    const size = 900 + (await rest.body.arrayBuffer()).byteLength;
    await drained();
    expect(calls.simulator.counts().downloads).toMatchObject({ complete: 1, fetchedTwice: 0, bytesServed: size + 100 });
    const tail = await request(url, { headers: { ...IDENTITY, range: 'bytes=5000-' } });
    await tail.body.arrayBuffer();
    await drained();
    expect(calls.simulator.counts().downloads).toMatchObject({ complete: 1, fetchedTwice: 0 });
    const again = await request(url, { headers: IDENTITY });
    await again.body.arrayBuffer();
    await drained();
    expect(calls.simulator.counts().downloads).toMatchObject({ complete: 2, fetchedTwice: 1 });
  });

  it('refuses and counts an access token that comes along', async () => {
    const leaked = await request(url, { headers: { authorization: 'Bearer secret' } });
    expect(leaked.statusCode).toBe(400);
    await leaked.body.dump();
    expect(calls.simulator.counts().tokenLeaks).toBe(1);
  });

  it('serves no faster than it was told, and stops serving when the caller is gone', async () => {
    calls.simulator.addFault({ kind: 'downloadRate', bytesPerSecond: 100_000 });
    const startedAt = performance.now();
    const slow = await request(url, { headers: { ...IDENTITY, range: 'bytes=0-49999' } });
    await slow.body.arrayBuffer();
    expect(performance.now() - startedAt).toBeGreaterThan(400);

    await drained();
    // Far longer than this machine may stand still.
    calls.simulator.addFault({ kind: 'downloadRate', bytesPerSecond: 1_000 });
    const gone = new AbortController();
    const broken = await request(url, { headers: IDENTITY, signal: gone.signal });
    expect(calls.simulator.counts().activeDownloads).toBe(1);
    gone.abort();
    await expect(broken.body.arrayBuffer()).rejects.toThrow();
    await drained();
    expect(calls.simulator.counts().downloads.complete).toBe(0);
  });

  async function drained(): Promise<void> {
    while (calls.simulator.counts().activeDownloads > 0) await new Promise((resume) => setImmediate(resume));
  }
});
