import { afterEach, describe, expect, it } from '@jest/globals';
import { gunzipSync } from 'node:zlib';
import type { Failure } from '../../src/domain/failure.js';
import { createGenesysClient, type GenesysClientOptions } from '../../src/genesys/createGenesysClient.js';
import type { AdherenceJob } from '../../src/genesys/adherenceCalls.js';
import type { Download } from '../../src/genesys/download.js';
import type { GenesysClient } from '../../src/genesys/genesysClient.js';
import { ANY_LOOPBACK_PORT } from '../../src/genesys/genesysClientConfig.js';
import { type RunningSimulator, startSimulator } from '../../src/simulator/startSimulator.js';
import { failureOf } from './support/allOf.js';

let simulator: RunningSimulator;
let client: GenesysClient;
const clients: GenesysClient[] = [];

function clientFor(
  { clientId, clientSecret }: { clientId: string; clientSecret: string },
  options: GenesysClientOptions = {},
): GenesysClient {
  const { url } = simulator;
  const config = { apiUrl: url, loginUrl: url, clientId, clientSecret, downloadHosts: [ANY_LOOPBACK_PORT] };
  const made = createGenesysClient(config, options);
  clients.push(made);
  return made;
}

async function start(options: Parameters<typeof startSimulator>[0] = {}): Promise<void> {
  simulator = await startSimulator({ jobSeconds: 0, ...options });
  client = clientFor(simulator);
}

afterEach(async () => {
  await Promise.all(clients.splice(0).map((made) => made.close()));
  await simulator.close();
});

function jobOf(days: number) {
  return {
    managementUnitId: simulator.units[0]?.id ?? '',
    startDate: '2024-03-03T16:00:00Z',
    endDate: new Date(Date.parse('2024-03-03T16:00:00Z') + days * 86_400_000).toISOString(),
    timeZone: 'Asia/Singapore',
    includeExceptions: true,
    includeActuals: true,
  };
}

async function finished(jobId: string): Promise<AdherenceJob> {
  for (;;) {
    const job = await client.adherenceJob(jobId);
    if (job.state !== 'Processing') return job;
  }
}

async function bytesOf({ body }: Download): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

describe('the Genesys client and a simulated organisation', () => {
  it('read its structure', async () => {
    await start();
    expect((await client.organization()).value.id).toBe(simulator.organisationId);
    const units = (await client.managementUnits()).value;
    expect(units.map(({ id, name, timeZone }) => ({ id, name, timeZone }))).toEqual(simulator.units);
    const businessUnits = (await client.businessUnits()).value;
    expect(businessUnits.map(({ id }) => id)).toContain(units[0]?.businessUnitId);
    const codes = (await client.activityCodes(businessUnits[0]?.id ?? '')).value;
    expect(codes.length).toBeGreaterThan(3);
    const users = await client.managementUnitUsers(units[0]?.id ?? '');
    expect(users.value.length).toBeGreaterThan(5);
    expect(users.correlationId).not.toBe('');
  });

  it('carry an adherence job from its creation to its last byte, cut in the middle', async () => {
    await start();
    const created = await client.createAdherenceJob(jobOf(7));
    const job = await finished(created.jobId);
    expect(job).toMatchObject({ jobId: created.jobId, state: 'Complete' });
    expect(job.downloadUrls.length).toBeGreaterThan(0);
    for (const url of job.downloadUrls) {
      const whole = await client.download(url, { offset: 0, etag: null });
      const bytes = await bytesOf(whole);
      expect(bytes.length).toBe(whole.totalBytes);
      const text = (whole.encoding === 'gzip' ? gunzipSync(bytes) : bytes).toString('utf8');
      expect(JSON.parse(text)).toMatchObject({ managementUnitId: simulator.units[0]?.id });
      const offset = Math.floor(bytes.length / 3);
      const rest = await client.download(url, { offset, etag: whole.etag });
      expect(rest.offset).toBe(offset);
      expect((await bytesOf(rest)).equals(bytes.subarray(offset))).toBe(true);
    }
  });

  it('ask for routing-status times, and learn which users are refused', async () => {
    await start({ usersUnknownToAnalytics: 1 });
    const users = (await client.managementUnitUsers(simulator.units[0]?.id ?? '')).value;
    const query = {
      startAt: '2024-03-03T16:00:00Z',
      endAt: '2024-03-04T16:00:00Z',
      granularity: 'PT30M' as const,
      timeZone: 'Asia/Singapore',
    };
    const refused = (await failureOf(
      client.usersAggregates({ ...query, userIds: users.map(({ id }) => id) }),
    )) as Failure;
    expect(refused).toMatchObject({ name: 'InvalidInput', facts: { refusedIds: [expect.any(String)] } });
    const known = users.map(({ id }) => id).filter((id) => !refused.facts.refusedIds?.includes(id));
    const answer = await client.usersAggregates({ ...query, userIds: known });
    const text =
      answer.encoding === 'gzip' ? gunzipSync(answer.raw).toString('utf8') : Buffer.from(answer.raw).toString();
    expect((JSON.parse(text) as { results: unknown[] }).results.length).toBeGreaterThan(3);
  });

  it('name what stands in the way: too large, not ours, expired, in error, refused for now', async () => {
    await start();
    expect(await failureOf(client.createAdherenceJob(jobOf(8)))).toMatchObject({ name: 'TooLarge' });
    const { jobId } = await client.createAdherenceJob(jobOf(1));
    expect(await failureOf(clientFor(simulator.otherClient).adherenceJob(jobId))).toMatchObject({ name: 'Expired' });
    expect(await failureOf(client.adherenceJob('00000000-0000-4000-8000-000000000000'))).toMatchObject({
      name: 'Expired',
    });
    const [url = ''] = (await finished(jobId)).downloadUrls;
    simulator.addFault({ kind: 'expiredUrl' });
    expect(await failureOf(client.download(url, { offset: 0, etag: null }))).toMatchObject({ name: 'Expired' });
    const [fresh = ''] = (await client.adherenceJob(jobId)).downloadUrls;
    await bytesOf(await client.download(fresh, { offset: 0, etag: null }));
    simulator.addFault({ kind: 'jobError' });
    expect(await finished((await client.createAdherenceJob(jobOf(2))).jobId)).toMatchObject({ state: 'Error' });
    simulator.addFault({ kind: 'throttle', method: 'POST', path: 'historical/bulk$', retryAfter: 30 });
    const many = await Promise.all(Array.from({ length: 20 }, () => failureOf(client.createAdherenceJob(jobOf(3)))));
    for (const failure of many) expect(failure).toMatchObject({ name: 'Throttled', facts: { family: 'wfm-jobs' } });
    // How long the first twenty were under way is up to the machine; what comes after their refusal is not.
    const { made, insideGate } = simulator.counts();
    expect(await failureOf(client.createAdherenceJob(jobOf(3)))).toMatchObject({ name: 'Throttled' });
    expect(simulator.counts()).toMatchObject({ made, insideGate });
  });

  it('are never at odds about the token’s limit: none refused, and all of the window used', async () => {
    await start({ tokenLimitPerMinute: 40 });
    // None of them waits its two seconds out before the first answer tells how many calls there are.
    const patient = clientFor(simulator, { timeMs: () => 1_000_000 });
    const outcomes = await Promise.allSettled(Array.from({ length: 80 }, () => patient.organization()));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(40);
    expect(simulator.counts()).toMatchObject({ made: 40, refused: 0 });
  });

  it('renew a token that has expired on the way', async () => {
    let nowMs = Date.now();
    simulator = await startSimulator({ now: () => nowMs, tokenLifetimeSeconds: 3_600 });
    client = clientFor(simulator);
    await client.organization();
    nowMs += 3_601_000;
    expect((await client.organization()).value.id).toBe(simulator.organisationId);
  });
});
