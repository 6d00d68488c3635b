import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Failure } from '../../src/domain/failure.js';
import { createGenesysClient } from '../../src/genesys/createGenesysClient.js';
import type { Download } from '../../src/genesys/download.js';
import type { GenesysClient } from '../../src/genesys/genesysClient.js';
import { ANY_LOOPBACK_PORT } from '../../src/genesys/genesysClientConfig.js';
import type { FaultInput } from '../../src/simulator/control/fault.js';
import { type RunningSimulator, startSimulator } from '../../src/simulator/startSimulator.js';
import { allOf, failureOf } from './support/allOf.js';

const ME = '/api/v2/organizations/me';
const BULK = 'historical/bulk$';
const DOWNLOADS = '^/downloads/';
const FROM_START = { offset: 0, etag: null };

describe('the Genesys client, when the API', () => {
  let simulator: RunningSimulator;
  let client: GenesysClient;
  beforeEach(async () => {
    simulator = await startSimulator({ jobSeconds: 0, tokenLimitPerMinute: null });
    client = clientWith(simulator.clientSecret);
    await client.organization();
  });
  afterEach(async () => {
    await client.close();
    expect(simulator.counts().tokenLeaks).toBe(0);
    await simulator.close();
  });

  it.each<[string, FaultInput]>([
    ['resets before it is carried out', { kind: 'reset', path: ME, when: 'before' }],
    ['resets after it was carried out', { kind: 'reset', path: ME, when: 'after' }],
    ['is cut within its body', { kind: 'truncatedBody', path: ME }],
    ['is cut before its body', { kind: 'truncatedBody', path: ME, afterBytes: 0 }],
    ['is shorter than it said', { kind: 'wrongLength', path: ME, as: 'larger' }],
    ['is a 500 in JSON', { kind: 'status', path: ME, status: 500, body: { code: 'internal.server.error' } }],
    ['is a 502 in HTML', { kind: 'status', path: ME, status: 502, body: '<html>Bad gateway</html>' }],
    ['is a 504 without a body', { kind: 'status', path: ME, status: 504 }],
    ['cannot log in: cut', { kind: 'truncatedBody', path: '/oauth/token' }],
    ['cannot log in: part for the whole', { kind: 'wrongLength', path: '/oauth/token', as: 'chunked' }],
    ['cannot log in: reset', { kind: 'reset', path: '/oauth/token', when: 'after' }],
  ])('%s: Transient, and the next try works', async (_what, fault) => {
    if (fault.kind !== 'tokenRevoked' && JSON.stringify(fault).includes('oauth'))
      simulator.addFault({ kind: 'tokenRevoked' });
    simulator.addFault(fault);
    expect(await failureOf(client.organization())).toMatchObject({ name: 'Transient' });
    expect((await client.organization()).value.id).toBe(simulator.organisationId);
    expect(simulator.counts().struck[fault.kind]).toBe(1);
  });

  it.each<[string, FaultInput]>([
    ['less than came', { kind: 'wrongLength', path: ME, as: 'smaller' }],
    ['nothing, and a third is missing', { kind: 'wrongLength', path: ME, as: 'chunked' }],
  ])('tells of a length %s: Corrupt, with what Genesys support asks for', async (_what, fault) => {
    simulator.addFault(fault);
    const failure = (await failureOf(client.organization())) as Failure;
    expect(failure).toMatchObject({ name: 'Corrupt', facts: { correlationId: expect.stringMatching(/./) } });
    expect((await client.organization()).value.id).toBe(simulator.organisationId);
  });

  it('loses the answer to a POST: Transient, and says that the job may exist', async () => {
    simulator.addFault({ kind: 'reset', method: 'POST', path: BULK, when: 'after' });
    const failure = (await failureOf(client.createAdherenceJob(job()))) as Failure;
    expect(failure).toMatchObject({ name: 'Transient', message: expect.stringContaining('may have carried it out') });
    expect(simulator.counts().jobs).toMatchObject({ total: 1, requests: [{ jobs: [{ respondedAtMs: null }] }] });
    await client.createAdherenceJob(job());
    expect(simulator.counts().jobs).toMatchObject({ total: 2, distinct: 1 });
  });

  it('sends a body slowly: waits for all of it', async () => {
    simulator.addFault({ kind: 'slowBody', path: ME, bytesPerSecond: 1_000 });
    expect((await client.organization()).value.id).toBe(simulator.organisationId);
  });

  it('revokes the token: one new login for many calls at once, each sent once more', async () => {
    simulator.addFault({ kind: 'tokenRevoked' });
    const { calls } = simulator.counts();
    const before = calls[`GET ${ME}`]?.[200] ?? 0;
    await Promise.all(Array.from({ length: 10 }, () => client.organization()));
    const counts = simulator.counts();
    expect(counts.tokensIssued).toBe(2);
    expect(counts.calls[`GET ${ME}`]).toEqual({ 200: before + 10, 401: expect.any(Number) });
    expect(counts.calls[`GET ${ME}`]?.[401]).toBeLessThanOrEqual(10);
  });

  it('has another secret: Unauthorized once the token is worthless, and on it goes with the right one', async () => {
    simulator.addFault({ kind: 'clientSecret', secret: 'changed-by-an-administrator' });
    await client.organization();
    simulator.addFault({ kind: 'tokenRevoked' });
    const failure = await failureOf(client.organization());
    expect(failure).toMatchObject({ name: 'Unauthorized' });
    expect(allOf(failure)).not.toContain(simulator.clientSecret);
    const renewed = clientWith('changed-by-an-administrator');
    expect((await renewed.organization()).value.id).toBe(simulator.organisationId);
    await renewed.close();
    simulator.removeFaults('clientSecret');
    expect((await client.organization()).value.id).toBe(simulator.organisationId);
  });

  it('withdraws a permission or a scope: Forbidden, naming it, until it is granted again', async () => {
    simulator.addFault({ kind: 'permissionWithdrawn', permission: 'wfm:historicalAdherence:view' });
    expect(await failureOf(client.createAdherenceJob(job()))).toMatchObject({
      name: 'Forbidden',
      message: expect.stringContaining('wfm:historicalAdherence:view'),
      facts: { code: 'missing.permissions' },
    });
    simulator.removeFaults();
    simulator.addFault({ kind: 'scopeWithdrawn', scope: 'workforce-management' });
    simulator.addFault({ kind: 'scopeWithdrawn', scope: 'workforce-management:readonly' });
    expect(await failureOf(client.managementUnits())).toMatchObject({
      name: 'Forbidden',
      message: expect.stringContaining('workforce-management:readonly'),
    });
    simulator.removeFaults();
    await client.createAdherenceJob(job());
  });

  it.each([
    ['seconds', 90],
    ['imfDate', 90],
    ['rfc850Date', 90],
    ['asctimeDate', 90],
    ['body', 90],
    ['seconds', 7_200],
  ] as const)(
    'refuses until an instant told as %s (%i s): nothing leaves before, and not long after',
    async (form, seconds) => {
      const startedMs = Date.now();
      simulator.addFault({ kind: 'throttle', path: ME, retryAfter: { form, seconds } });
      const failure = (await failureOf(client.organization())) as Failure;
      const waitMs = (failure.facts.retryAtMs ?? 0) - startedMs;
      expect(failure.name).toBe('Throttled');
      expect(waitMs).toBeGreaterThanOrEqual(seconds * 1000);
      expect(waitMs).toBeLessThan(seconds * 1000 + 15_000);
      const { made } = simulator.counts();
      expect(await failureOf(client.organization())).toMatchObject({ name: 'Throttled' });
      expect(simulator.counts().made).toBe(made);
    },
  );

  it.each(['absent', 'nonsense', 'negative'] as const)(
    'refuses without a readable instant (%s): waits its own time',
    async (form) => {
      const startedMs = Date.now();
      simulator.addFault({ kind: 'throttle', path: ME, retryAfter: { form } });
      const failure = (await failureOf(client.organization())) as Failure;
      const waitMs = (failure.facts.retryAtMs ?? 0) - startedMs;
      expect(failure.name).toBe('Throttled');
      expect(waitMs).toBeGreaterThan(1_000);
      expect(waitMs).toBeLessThan(60_000);
    },
  );

  it('forgets a job, or leaves it unfinished: Expired, or Processing for as long as one asks', async () => {
    simulator.addFault({ kind: 'jobStuck' });
    const stuck = await client.createAdherenceJob(job());
    expect(await client.adherenceJob(stuck.jobId)).toMatchObject({ state: 'Processing', downloadUrls: [] });
    simulator.addFault({ kind: 'jobUnknown' });
    expect(await failureOf(client.adherenceJob(stuck.jobId))).toMatchObject({
      name: 'Expired',
      facts: { code: 'job.not.found' },
    });
  });

  it.each<[string, FaultInput]>([
    ['cut', { kind: 'truncatedBody', path: DOWNLOADS, afterBytes: 3_000 }],
    ['cut at once', { kind: 'truncatedBody', path: DOWNLOADS, afterBytes: 0 }],
    ['cut while its URL expires', { kind: 'urlExpiredMidDownload', afterBytes: 3_000 }],
    ['shorter than it said', { kind: 'wrongLength', path: DOWNLOADS, as: 'larger' }],
    ['reset', { kind: 'reset', path: DOWNLOADS, when: 'after' }],
  ])(
    'breaks a download off (%s): goes on to the right bytes, and never takes a part for the whole',
    async (_what, fault) => {
      const { jobId } = await client.createAdherenceJob(job());
      const fresh = async () => (await client.adherenceJob(jobId)).downloadUrls[0] ?? '';
      const right = await received(await client.download(await fresh(), FROM_START));
      expect(right.failure).toBeNull();
      simulator.addFault(fault);
      const kept = await downloadInTries(fresh);
      expect(kept.tries).toBeGreaterThan(1);
      expect(kept.bytes.equals(right.bytes)).toBe(true);
    },
  );

  it.each<[string, FaultInput]>([
    ['altered on the way', { kind: 'alteredBytes', how: 'transit' }],
    ['less than it said', { kind: 'wrongLength', path: DOWNLOADS, as: 'smaller' }],
    ['a part without a length', { kind: 'wrongLength', path: DOWNLOADS, as: 'chunked' }],
  ])('serves other bytes (%s): the packing tells, and the next download is right', async (_what, fault) => {
    const { jobId } = await client.createAdherenceJob(job());
    const url = (await client.adherenceJob(jobId)).downloadUrls[0] ?? '';
    simulator.addFault(fault);
    const wrong = await received(await client.download(url, FROM_START));
    expect(wrong.failure).toBeNull();
    expect(() => gunzipSync(wrong.bytes)).toThrow();
    const right = await received(await client.download(url, FROM_START));
    expect(JSON.parse(gunzipSync(right.bytes).toString('utf8'))).toHaveProperty('userResults');
  });

  function clientWith(clientSecret: string): GenesysClient {
    const { url, clientId } = simulator;
    const config = { apiUrl: url, loginUrl: url, clientId, clientSecret, downloadHosts: [ANY_LOOPBACK_PORT] };
    // No call waits its two seconds out, however long another is under way on this machine.
    return createGenesysClient(config, { timeMs: () => 1_000_000 });
  }

  function job() {
    return {
      managementUnitId: simulator.units[0]?.id ?? '',
      startDate: '2024-03-03T16:00:00Z',
      endDate: '2024-03-08T16:00:00Z',
      timeZone: 'Asia/Singapore',
      includeExceptions: true,
      includeActuals: true,
    };
  }

  /** Downloads as whoever keeps what came does: on from there, with a fresh URL where the old one has expired. */
  async function downloadInTries(fresh: () => Promise<string>): Promise<{ bytes: Buffer; tries: number }> {
    let bytes = Buffer.alloc(0);
    let [etag, totalBytes]: [string | null, number | null] = [null, null];
    let url = await fresh();
    for (let tries = 1; tries <= 5; tries++) {
      try {
        const download = await client.download(url, { offset: bytes.length, etag, totalBytes });
        if (download.offset === 0) {
          bytes = Buffer.alloc(0);
          ({ etag, totalBytes } = download);
        }
        const more = await received(download);
        bytes = Buffer.concat([bytes, more.bytes]);
        if (more.failure !== null) expect(more.failure).toMatchObject({ name: 'Transient' });
        else if (totalBytes === null || bytes.length === totalBytes) return { bytes, tries };
      } catch (error) {
        if ((error as Failure).name === 'Expired') url = await fresh();
        else expect(error).toMatchObject({ name: 'Transient' });
      }
    }
    throw new Error('not done after five tries');
  }
});

async function received({ body }: Download): Promise<{ bytes: Buffer; failure: unknown }> {
  const chunks: Uint8Array[] = [];
  try {
    for await (const chunk of body) chunks.push(chunk);
    return { bytes: Buffer.concat(chunks), failure: null };
  } catch (failure) {
    return { bytes: Buffer.concat(chunks), failure };
  }
}
