import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { BudgetView } from '../../src/domain/budget/budgetView.js';
import { familyQueue } from '../../src/domain/taskQueues.js';
import type { SimulatorOptions } from '../../src/simulator/simulatorOptions.js';
import { keeperIdOf } from '../../src/temporal/budgetLink.js';
import { findTemporalCli } from '../../src/temporal/findTemporalCli.js';
import { type KeptServer, startKeptServer } from '../../src/temporal/keptServer.js';
import { processesWith } from '../../src/temporal/processIdentity.js';
import { eventually } from '../support/eventually.js';
import { type ExportRig, startExportRig } from '../support/exportRig.js';
import { queueRate } from '../support/queueRate.js';
import { arrivalsMs, putLimits } from '../support/simulatedLimits.js';

await findTemporalCli({ log: (line) => void process.stderr.write(`${line}\n`) });

const MINUTES = 60_000;
/** The second complaint's situation, some fifty times as fast: what is let through at once, and then refused without a word. */
const WINDOW = { calls: 40, windowSeconds: 20 };
const REFUSAL = { code: 'tooManyRequests', message: 'Rate limit exceeded for analytics bulk export operations.' };
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
    ]);
  }, 5 * MINUTES);
  afterAll(async () => {
    await rig.close();
    await server.stop();
    rmSync(directory, { recursive: true, force: true });
  });
  const rateOfQueue = async () =>
    await queueRate(rig.client.connection, rig.namespace, familyQueue('rosterline', 'wfm-jobs'));
  const view = async () => {
    const keeper = rig.client.workflow.getHandle(keeperIdOf(rig.simulator.clientId));
    return (await keeper.query<BudgetView>('budget')).families['wfm-jobs'];
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
      const { result } = await rig.start({ ...EACH_DAY, from: '2024-01-08', to: '2024-06-06' }, 'hidden');
      await eventually('it was refused', () => hidden().refused > 0);
      const firstMs = Date.now();
      await eventually('two windows have passed', () => Date.now() - firstMs > 2_000 * WINDOW.windowSeconds);
      const before = hidden();
      expect(await result).toMatchObject({ status: 'complete', windows: 150, gaps: [] });
      const after = hidden();
      const seconds = (Date.now() - firstMs) / 1000;
      const [accepted, refused] = [after.accepted - before.accepted, after.refused - before.refused];
      const best = WINDOW.calls / WINDOW.windowSeconds;
      process.stdout.write(
        `hidden limit of ${best}/s: ${before.accepted} accepted and ${before.refused} refused up to two windows after the first refusal, ` +
          `then ${accepted} and ${refused}; ${seconds.toFixed(0)} s; learnt ${(await view())?.ratePerSecond?.toFixed(2)}/s\n`,
      );
      // Two windows in, a few tries for more, each of which may meet a call beside it; who learnt nothing is refused dozens of times.
      expect(refused).toBeLessThanOrEqual(8);
      expect(rig.simulator.counts().jobs).toMatchObject({ total: 150, duplicates: 0 });
    },
    6 * MINUTES,
  );

  it(
    'holds what it learnt from the first call after all workers and the server were killed',
    async () => {
      const known = await rateOfQueue();
      expect(known).not.toBeNull();
      await Promise.all(workers.map((worker) => worker.kill()));
      const database = `--db-filename ${directory}/temporal/temporal.db `;
      const killed = processesWith(database)[0] ?? 0;
      process.kill(killed, 'SIGKILL');
      await eventually('another server', () => processesWith(database).some((pid) => pid !== killed));
      await eventually('it answers', () => rateOfQueue().catch(() => null));
      // The server holds the rate by itself, before any worker is there.
      expect(await rateOfQueue()).toBe(known);
      workers = [await rig.startWorker(), await rig.startWorker(['--only', 'api'])];
      const before = { ...hidden(), calls: (await arrivalsMs(rig.simulator)).length };
      expect(await rig.export({ ...EACH_DAY, from: '2024-06-06', to: '2024-07-12' }, 'again')).toMatchObject({
        status: 'complete',
        windows: 36,
        gaps: [],
      });
      const refused = hidden().refused - before.refused;
      const again = (await arrivalsMs(rig.simulator)).slice(before.calls);
      const inFirstWindow = again.filter((ms) => ms - (again[0] ?? 0) < 1_000 * WINDOW.windowSeconds).length;
      process.stdout.write(
        `after a restart of everything: queue at ${known?.toFixed(2)}/s, ${inFirstWindow} calls in the first window of ${WINDOW.calls}, ${refused} of ${again.length} refused\n`,
      );
      // A try for more may fail; what was forgotten would be refused a dozen times.
      expect(refused).toBeLessThanOrEqual(4);
      expect(inFirstWindow).toBeLessThanOrEqual(1.25 * WINDOW.calls);
    },
    5 * MINUTES,
  );
});
