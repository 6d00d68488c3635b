import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { landSchedules } from '../../activities/landSchedules.js';
import type { SchedulesSearch } from '../../src/genesys/scheduleSearchCalls.js';
import { openFileStore } from '../../src/objects/fileStore.js';
import type { ObjectStore } from '../../src/objects/objectStore.js';
import { failureOf } from './support/allOf.js';
import { type Organisation, startOrganisation } from './support/organisation.js';

const OF_UNIT = '/managementunits/mu-1/agentschedules/search';
const WEEK: SchedulesSearch = {
  unit: { managementUnitId: 'mu-1' },
  startDate: '2024-01-01T00:00:00Z',
  endDate: '2024-01-08T00:00:00Z',
};
const SHIFTS = { agentSchedules: [{ user: { id: 'u-1' }, shifts: [] }], businessUnitTimeZone: 'Asia/Singapore' };

let organisation: Organisation;
let directory: string;
let objects: ObjectStore;
beforeEach(async () => {
  organisation = await startOrganisation();
  directory = await mkdtemp(path.join(tmpdir(), 'rosterline-search-'));
  objects = openFileStore({ directory });
});
afterEach(async () => {
  await organisation.close();
  await rm(directory, { recursive: true, force: true });
});

async function outcome() {
  return (await organisation.client.searchSchedules(WEEK)).value;
}

async function land(onBytes: (bytes: number) => void = () => undefined, signal = new AbortController().signal) {
  const beat = { say: ({ bytes }: { bytes: number }) => onBytes(bytes), signal };
  return await landSchedules({ objects, now: () => new Date(0) }, organisation.client, WEEK, 'export/week', beat);
}

async function landedBytes(sha256: string): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of await objects.readLanding(sha256)) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks);
}

describe('the search for published schedules', () => {
  it('asks a management unit for everybody, or a business unit for some', async () => {
    const { client, on, server } = organisation;
    on('/agentschedules/search', { json: { status: 'Complete', result: SHIFTS } });
    await client.searchSchedules(WEEK);
    await client.searchSchedules({ ...WEEK, unit: { businessUnitId: 'bu-1' }, userIds: ['u-1'] });
    const range = { startDate: WEEK.startDate, endDate: WEEK.endDate };
    expect(server.arrivedAt(OF_UNIT).map(({ body }) => JSON.parse(body) as unknown)).toEqual([range]);
    expect(
      server.arrivedAt('/businessunits/bu-1/agentschedules/search').map(({ body }) => JSON.parse(body) as unknown),
    ).toEqual([{ ...range, userIds: ['u-1'] }]);
  });

  it('tells shifts in the answer, shifts behind a URL and an answer that never comes apart', async () => {
    const { on } = organisation;
    on(OF_UNIT, { json: { status: 'Complete', operationId: 'o-1', result: SHIFTS } });
    expect(await outcome()).toEqual({ outcome: 'inline' });
    on(OF_UNIT, { json: { status: 'Complete', result: { agentSchedules: [] } } });
    expect(await outcome()).toEqual({ outcome: 'inline' });
    on(OF_UNIT, { json: { status: 'Complete', downloadUrl: 'https://x.example/f', result: {} } });
    expect(await outcome()).toEqual({ outcome: 'url', downloadUrl: 'https://x.example/f' });
    for (const status of ['Processing', 'Canceled', 'Error']) {
      on(OF_UNIT, { json: { status, operationId: 'o-1', progress: 10 } });
      expect(await outcome()).toEqual({ outcome: 'processing', status });
    }
  });

  it('reads no long answer: it has shifts, and its load parses it', async () => {
    const { on } = organisation;
    const cutShort = `{"status":"Complete","result":{"agentSchedules":[${'{"user":{"id":"u-1"}},'.repeat(5000)}`;
    on(OF_UNIT, { body: cutShort });
    expect(await outcome()).toEqual({ outcome: 'inline' });
    on(OF_UNIT, { body: gzipSync(cutShort), headers: { 'content-encoding': 'gzip' } });
    expect(await outcome()).toEqual({ outcome: 'inline' });
  });

  it('refuses an answer that is complete and has nothing', async () => {
    const { client, on } = organisation;
    on(OF_UNIT, { json: { status: 'Complete', operationId: 'o-1' } });
    expect(await failureOf(client.searchSchedules(WEEK))).toMatchObject({
      name: 'Corrupt',
      message: expect.stringContaining('neither schedules nor a URL') as unknown,
    });
    on(OF_UNIT, { body: 'not JSON' });
    expect(await failureOf(client.searchSchedules(WEEK))).toMatchObject({ name: 'Corrupt' });
  });
});

describe('landing the published schedules', () => {
  it('keeps the answer as it was received', async () => {
    const { on } = organisation;
    const bytes = gzipSync(JSON.stringify({ status: 'Complete', result: SHIFTS }));
    on(OF_UNIT, { body: bytes, headers: { 'content-encoding': 'gzip', 'inin-correlation-id': 'corr-1' } });
    const landed = await land();
    expect(landed).toMatchObject({
      kind: 'landed',
      correlationId: 'corr-1',
      requestedAt: '1970-01-01T00:00:00.000Z',
      calls: 1,
      landing: { encoding: 'gzip', bytes: bytes.byteLength },
    });
    if (landed.kind === 'landed') expect((await landedBytes(landed.landing.sha256)).equals(bytes)).toBe(true);
  });

  it('fetches what is behind a URL, and says nothing of the URL', async () => {
    const { on, server } = organisation;
    const file = JSON.stringify(SHIFTS);
    on('/results/file', { body: file, headers: { etag: '"v1"' } });
    on(OF_UNIT, { json: { status: 'Complete', downloadUrl: `${server.url}/results/file?X-Signature=top-secret` } });
    const landed = await land();
    if (landed.kind !== 'landed') throw new Error('not landed');
    expect((await landedBytes(landed.landing.sha256)).toString()).toBe(file);
    expect(JSON.stringify(landed)).not.toContain('results/file');
    expect(await land()).toEqual({ ...landed, receivedAt: landed.receivedAt });
    expect(server.arrivedAt('/results/file')).toHaveLength(1);
  });

  it('goes on with a download whose attempt was killed, where the search offers the same file again', async () => {
    const { on, server } = organisation;
    const file = 'x'.repeat(100_000);
    let signature = 0;
    on(OF_UNIT, () => ({
      json: { status: 'Complete', downloadUrl: `${server.url}/results/file?X-Signature=${signature++}` },
    }));
    on('/results/file', (_, response) => {
      response.writeHead(200, { etag: '"v1"', 'content-length': String(file.length) });
      response.write(file.slice(0, 40_000));
      return undefined;
    });
    const killed = new AbortController();
    const whole = (bytes: number): void => {
      if (bytes === 40_000) killed.abort(new Error('killed'));
    };
    await expect(land(whole, killed.signal)).rejects.toThrow('killed');
    on('/results/file', ({ headers }) => {
      const start = Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0);
      return {
        status: start > 0 ? 206 : 200,
        body: file.slice(start),
        headers: { etag: '"v1"', 'content-range': `bytes ${start}-${file.length - 1}/${file.length}` },
      };
    });
    const landed = await land();
    if (landed.kind !== 'landed') throw new Error('not landed');
    expect(landed.landing.bytes).toBe(file.length);
    expect(server.arrivedAt('/results/file').at(-1)?.headers.range).toBe('bytes=40000-');
  });

  it('lands nothing while Genesys is still working on it', async () => {
    const { on } = organisation;
    on(OF_UNIT, { json: { status: 'Processing', operationId: 'o-1' } });
    expect(await land()).toMatchObject({ kind: 'processing', status: 'Processing', calls: 1 });
    expect(await objects.list('landings')).toEqual([]);
  });
});
