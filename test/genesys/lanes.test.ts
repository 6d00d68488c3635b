import { afterEach, describe, expect, it } from '@jest/globals';
import { isFailure } from '../../src/domain/failure.js';
import { createGenesysClient } from '../../src/genesys/createGenesysClient.js';
import { documentedLimits, LIMIT_NAMESPACES } from '../../src/genesys/documentedLimits.js';
import type { GenesysClient } from '../../src/genesys/genesysClient.js';
import { SILENT_LOG } from '../../src/genesys/genesysLog.js';
import { type RunningSimulator, startSimulator } from '../../src/simulator/startSimulator.js';
import { spanOf } from '../support/spanOf.js';

const [CALLS, WINDOW_MS, WINDOWS] = [150, 4_000, 2];

let simulator: RunningSimulator;
let client: GenesysClient;

async function start(reserveShare: number, options: Parameters<typeof startSimulator>[0] = {}): Promise<void> {
  simulator = await startSimulator({
    tokenLimitPerMinute: null,
    limits: [{ shape: 'fixed', calls: CALLS, windowSeconds: WINDOW_MS / 1000, counters: true, on: 'all' }],
    ...options,
  });
  const { url, clientId, clientSecret } = simulator;
  const config = { apiUrl: url, loginUrl: url, clientId, clientSecret, downloadHosts: [] };
  client = createGenesysClient(config, { reserveShare });
}
afterEach(async () => {
  await client.close();
  await simulator.close();
});

/** Calls that always want to leave, from eight callers, until an instant. */
async function saturate(lane: GenesysClient, untilMs: number): Promise<void> {
  const caller = async () => {
    while (performance.now() < untilMs) {
      const failure: unknown = await lane.organization().then(
        () => null,
        (error: unknown) => error,
      );
      if (failure === null) continue;
      if (!isFailure(failure, 'Throttled')) throw new Error('a call failed otherwise', { cause: failure });
      const waitMs = (failure.facts.retryAtMs ?? 0) - Date.now();
      await new Promise((resolve) => setTimeout(resolve, Math.min(Math.max(1, waitMs), untilMs - performance.now())));
    }
  };
  await Promise.all(Array.from({ length: 8 }, caller));
}

describe('the token’s calls', () => {
  it('are used by a backfill to 98 % and more where nothing is kept from it, and hardly any is refused', async () => {
    await start(0);
    const { tookMs, delayedMs } = await spanOf(() =>
      saturate(client.inLane('backfill'), performance.now() + WINDOWS * WINDOW_MS),
    );
    const { made, refused } = simulator.counts();
    process.stderr.write(
      `used ${(((made - refused) / (WINDOWS * CALLS)) * 100).toFixed(1)} %, refused ${refused} of ${made}\n`,
    );
    // Less what was not used because the machine let nothing run.
    expect((made - refused) / (WINDOWS * CALLS)).toBeGreaterThanOrEqual(0.98 - delayedMs / tookMs);
    expect(refused / made).toBeLessThanOrEqual(0.005);
  });

  it('have room for an urgent call at once while a backfill uses all that it may', async () => {
    await start(0.2);
    const untilMs = performance.now() + WINDOWS * WINDOW_MS;
    const backfill = spanOf(() => saturate(client.inLane('backfill'), untilMs));
    const took: number[] = [];
    while (performance.now() < untilMs - 500) {
      await new Promise((resolve) => setTimeout(resolve, 400));
      const { tookMs, delayedMs } = await spanOf(() => client.inLane('failover').organization());
      took.push(tookMs - delayedMs);
    }
    const { tookMs, delayedMs } = await backfill;
    const { made, refused } = simulator.counts();
    process.stderr.write(
      `urgent calls took ${Math.max(...took).toFixed(0)} ms at most; ${made} made, ${refused} refused\n`,
    );
    expect(Math.max(...took)).toBeLessThanOrEqual(1_000);
    expect(refused).toBe(0);
    expect(made / (WINDOWS * CALLS)).toBeGreaterThan(0.9 - delayedMs / tookMs);
  });
});

describe('the organisation’s own list of limits', () => {
  it('is read, as far as it is about calls', async () => {
    await start(0, {
      tokenLimitPerMinute: 300,
      limits: [{ shape: 'jobs', jobs: 10, known: { namespace: 'historical.adherence', key: 'jobs.concurrent.max' } }],
    });
    const limits = await documentedLimits(client, SILENT_LOG);
    expect(limits).toContainEqual({ namespace: 'historical.adherence', key: 'jobs.concurrent.max', value: 10 });
    expect(limits).toContainEqual(
      expect.objectContaining({ key: 'client.credentials.token.rate.per.minute', value: 300 }),
    );
    expect(simulator.counts().made).toBe(LIMIT_NAMESPACES.length);
  });

  it('may be refused, without harm', async () => {
    await start(0, { tokenLimitPerMinute: 300, limits: [] });
    for (const scope of ['organization', 'organization:readonly'])
      simulator.addFault({ kind: 'scopeWithdrawn', scope });
    expect(await documentedLimits(client, SILENT_LOG)).toEqual([]);
    expect(simulator.counts().made).toBe(1);
    await client.close();
    expect(await documentedLimits(client, SILENT_LOG)).toEqual([]);
  });
});
