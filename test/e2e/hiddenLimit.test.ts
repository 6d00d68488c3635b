import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { BudgetView } from '../../src/domain/budget/budgetView.js';
import { addDays } from '../../src/domain/calendar.js';
import { windowId } from '../../src/domain/exportWindow.js';
import type { Family } from '../../src/domain/family.js';
import { familyQueue } from '../../src/domain/taskQueues.js';
import type { SimulatorOptions } from '../../src/simulator/simulatorOptions.js';
import { keeperIdOf } from '../../src/temporal/budgetLink.js';
import { findTemporalCli } from '../../src/temporal/findTemporalCli.js';
import { type KeptServer, startKeptServer } from '../../src/temporal/keptServer.js';
import { processesWith } from '../../src/temporal/processIdentity.js';
import { eventually } from '../support/eventually.js';
import { type ExportRig, startExportRig } from '../support/exportRig.js';
import { killedWith } from '../support/killedWith.js';
import { queueRate } from '../support/queueRate.js';
import { arrivalsMs, putLimits } from '../support/simulatedLimits.js';

await findTemporalCli({ log: (line) => void process.stderr.write(`${line}\n`) });

const MINUTES = 60_000;
/**
 * The second complaint's situation, some fifty times as fast: what is let through at once, and then refused without a word.
 *
 * A call a second: so few that the workers of a busy machine, too, meet it all the time. Who does not meet a limit does not learn it.
 */
const WINDOW = { calls: 20, windowSeconds: 20 };
const REFUSAL = { code: 'tooManyRequests', message: 'Rate limit exceeded for analytics bulk export operations.' };
const BEST_PER_SECOND = WINDOW.calls / WINDOW.windowSeconds;
/** Which queries of occupancy came and when: a limit that refuses none. */
const QUERIES = { name: 'queries', shape: 'fixed', calls: 1_000_000, windowSeconds: 86_400, on: 'analytics' } as const;
const AGGREGATES = '/api/v2/analytics/users/aggregates/query';
/** Longer than all of it takes to be killed and started again. */
const TOLD_SECONDS = 45;
const ORGANISATION: SimulatorOptions = {
  seed: 23,
  tokenLimitPerMinute: null,
  jobSeconds: 0.1,
  turnover: false,
  units: [{ name: 'Singapore', timeZone: 'Asia/Singapore', agents: 3 }],
};
const EACH_DAY = {
  ...{ datasets: ['adherence'], exceptions: false, windowDays: { adherence: 1 }, maxParallelWindows: 32 },
};

const ONE_DAY = { datasets: ['occupancy'] };

describe('an export that meets a limit which no document names and no answer tells of', () => {
  let directory: string;
  let server: KeptServer;
  let rig: ExportRig;
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'rosterline-hidden-'));
    server = await startKeptServer({ dataDirectory: directory, log: () => undefined });
    rig = await startExportRig('hidden', ORGANISATION, { address: server.address, directory });
    await putLimits(rig.simulator, [
      { name: 'hidden', shape: 'rolling', ...WINDOW, on: 'wfm-jobs', told: 'absent', refusal: REFUSAL },
      QUERIES,
    ]);
  }, 5 * MINUTES);
  afterAll(async () => {
    await rig.close();
    await server.stop();
    rmSync(directory, { recursive: true, force: true });
  });
  const rateOfQueue = async () =>
    await queueRate(rig.client.connection, rig.namespace, familyQueue('rosterline', 'wfm-jobs'));
  const view = async (family: Family) => {
    const keeper = rig.client.workflow.getHandle(keeperIdOf(rig.simulator.clientId));
    return (await keeper.query<BudgetView>('budget')).families[family];
  };
  /** The step that the occupancy window of a day waits for. */
  const pendingOf = async (from: string) => {
    const managementUnitId = rig.simulator.units[0]?.id ?? '';
    const id = windowId({ dataset: 'occupancy', managementUnitId, from, to: addDays(from, 1) });
    return (await rig.client.workflow.getHandle(id).describe()).raw.pendingActivities?.[0];
  };
  const hidden = () => {
    const { accepted = 0, refused = 0 } = rig.simulator.counts().limits['hidden'] ?? {};
    return { accepted, refused };
  };
  let workers: Awaited<ReturnType<ExportRig['startWorker']>>[];

  it(
    'learns it, goes on by itself, and brings every window once',
    async () => {
      workers = [await rig.startWorker(), await rig.startWorker(['--only', 'api'])];
      const { result } = await rig.start({ ...EACH_DAY, from: '2024-01-08', to: '2024-04-01' }, 'hidden');
      await eventually('it was refused', () => hidden().refused > 0);
      const firstMs = Date.now();
      await eventually('two windows have passed', () => Date.now() - firstMs > 2_000 * WINDOW.windowSeconds);
      const before = hidden();
      expect(await result).toMatchObject({ status: 'complete', windows: 84, gaps: [] });
      const after = hidden();
      const seconds = (Date.now() - firstMs) / 1000;
      const [accepted, refused] = [after.accepted - before.accepted, after.refused - before.refused];
      process.stdout.write(
        `hidden limit of ${BEST_PER_SECOND}/s: ${before.accepted} accepted and ${before.refused} refused up to two windows after the first refusal, ` +
          `then ${accepted} and ${refused}; ${seconds.toFixed(0)} s; learnt ${(await view('wfm-jobs'))?.ratePerSecond?.toFixed(2)}/s\n`,
      );
      // Two windows in, a few tries for more, each of which may meet a call beside it; who learnt nothing is refused dozens of times.
      expect(refused).toBeLessThanOrEqual(8);
      expect(rig.simulator.counts().jobs).toMatchObject({ total: 84, duplicates: 0 });
    },
    6 * MINUTES,
  );

  it(
    'holds what it learnt from the first call, and a Retry-After to the instant, after all workers and the server were killed',
    async () => {
      rig.simulator.addFault({ kind: 'throttle', method: 'POST', path: AGGREGATES, retryAfter: TOLD_SECONDS });
      const refused = await rig.start({ ...ONE_DAY, from: '2024-01-08', to: '2024-01-09' }, 'refused');
      await eventually(
        'the keeper knows of the refusal',
        async () => (await view('analytics').catch(() => undefined))?.gate,
      );
      await eventually('the server knows', async () => (await pendingOf('2024-01-08'))?.attempt === 2);
      await Promise.all(workers.map((worker) => worker.kill()));
      // What the server has now: nobody is left who could tell it another.
      const known = (await rateOfQueue()) ?? Number.POSITIVE_INFINITY;
      expect(known).toBeLessThanOrEqual(1.25 * BEST_PER_SECOND);
      const database = `--db-filename ${directory}/temporal/temporal.db `;
      const killed = killedWith(database);
      await eventually('another server', () => processesWith(database).some((pid) => pid !== killed));
      await eventually('it answers', () => rateOfQueue().catch(() => null));
      // The server holds the rate by itself, before any worker is there.
      expect(await rateOfQueue()).toBe(known);

      const before = (await arrivalsMs(rig.simulator)).length;
      workers = [await rig.startWorker(), await rig.startWorker(['--only', 'api'])];
      const againMs = Date.now();
      // These know of gate and rate from the keeper alone.
      const later = await rig.start({ ...ONE_DAY, from: '2024-01-09', to: '2024-01-10' }, 'later');
      const last = { ...EACH_DAY, from: '2024-04-01', to: '2024-04-25' };
      expect(await rig.export(last, 'again')).toMatchObject({ status: 'complete', windows: 24, gaps: [] });
      const again = (await arrivalsMs(rig.simulator)).slice(before);
      const spanSeconds = ((again.at(-1) ?? 0) - (again[0] ?? 0)) / 1000;
      for (const { result } of [refused, later])
        expect(await result).toMatchObject({ status: 'complete', windows: 1, gaps: [] });

      const [first = 0, ...others] = await arrivalsMs(rig.simulator, QUERIES.name);
      const openedMs = first + 1000 * TOLD_SECONDS;
      process.stdout.write(
        `after a restart of everything: queue at ${known.toFixed(2)}/s, ${again.length} calls within ${spanSeconds.toFixed(1)} s; ` +
          `throttled ones ${others.map((ms) => ((ms - openedMs) / 1000).toFixed(1)).join(' s and ')} s after the instant\n`,
      );
      // All at once where the rate was forgotten. Half: a queue that was idle lets some through together.
      expect(spanSeconds).toBeGreaterThanOrEqual((0.5 * again.length) / known);
      expect(others).toHaveLength(2);
      expect(Math.min(...others)).toBeGreaterThanOrEqual(openedMs);
      expect(Math.max(...others)).toBeLessThanOrEqual(Math.max(openedMs, againMs) + 30_000);
      expect(rig.simulator.counts()).toMatchObject({
        ...{ insideGate: 0, crossing: 0 },
        jobs: { total: 108, duplicates: 0 },
      });
    },
    5 * MINUTES,
  );
});
