import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from '@jest/globals';
import type { BudgetView } from '../../src/domain/budget/budgetView.js';
import { windowId } from '../../src/domain/exportWindow.js';
import { keeperIdOf } from '../../src/temporal/budgetLink.js';
import { findTemporalCli } from '../../src/temporal/findTemporalCli.js';
import { startKeptServer } from '../../src/temporal/keptServer.js';
import { processesWith } from '../../src/temporal/processIdentity.js';
import { eventually } from '../support/eventually.js';
import { startExportRig } from '../support/exportRig.js';
import { arrivalsMs, BULK, putLimits } from '../support/simulatedLimits.js';

await findTemporalCli({ log: (line) => void process.stderr.write(`${line}\n`) });

const undo: (() => Promise<void> | void)[] = [];
afterAll(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

const TOLD_SECONDS = 90;
const ONE_DAY = { datasets: ['adherence'], exceptions: false };

it('a Retry-After of 90 s holds through the death of the worker and of the server: nothing leaves early, and all leaves in time', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'rosterline-killed-'));
  undo.push(() => rmSync(directory, { recursive: true, force: true }));
  const server = await startKeptServer({ dataDirectory: directory, log: () => undefined });
  undo.push(() => server.stop());
  const organisation = { seed: 8, tokenLimitPerMinute: null, jobSeconds: 0.1, turnover: false };
  const units = [{ name: 'Singapore', timeZone: 'Asia/Singapore', agents: 3 }];
  const rig = await startExportRig('killed', { ...organisation, units }, { address: server.address, directory });
  undo.push(() => rig.close());
  const { simulator, client } = rig;
  await putLimits(simulator, []);
  const worker = await rig.startWorker();
  simulator.addFault({ kind: 'throttle', method: 'POST', path: BULK, retryAfter: TOLD_SECONDS });
  const refused = await rig.start({ ...ONE_DAY, from: '2024-03-04', to: '2024-03-05' }, 'refused');
  await eventually('it was refused', () => simulator.counts().refused === 1);
  const id = windowId({
    ...{ dataset: 'adherence', managementUnitId: simulator.units[0]?.id ?? '' },
    ...{ from: '2024-03-04', to: '2024-03-05' },
  });
  await eventually('the server knows', async () => {
    const described = await client.workflow.getHandle(id).describe();
    return described.raw.pendingActivities?.some((activity) => activity.lastFailure !== null && activity.attempt === 2);
  });
  const keeper = client.workflow.getHandle(keeperIdOf(simulator.clientId));
  await eventually('the keeper knows', async () => {
    return (await keeper.query<BudgetView>('budget')).families['wfm-jobs']?.gate;
  });
  await worker.kill();
  const database = `--db-filename ${directory}/temporal/temporal.db `;
  const killed = processesWith(database)[0] ?? 0;
  process.kill(killed, 'SIGKILL');
  await eventually('another server', () => processesWith(database).some((pid) => pid !== killed));
  await eventually('it answers', () =>
    client.workflow
      .getHandle('refused')
      .describe()
      .catch(() => null),
  );
  await rig.startWorker();
  // This one knows of the gate from the keeper alone.
  const later = await rig.start({ ...ONE_DAY, from: '2024-03-05', to: '2024-03-06' }, 'later');
  expect(await refused.result).toMatchObject({ status: 'complete', windows: 1, gaps: [] });
  expect(await later.result).toMatchObject({ status: 'complete', windows: 1, gaps: [] });

  const [first = 0, ...others] = await arrivalsMs(simulator);
  const late = others.map((ms) => ms - first - TOLD_SECONDS * 1000);
  process.stdout.write(`calls left ${late.map((ms) => (ms / 1000).toFixed(1)).join(' s and ')} s after the instant\n`);
  expect(late).toHaveLength(2);
  expect(Math.min(...late)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...late)).toBeLessThanOrEqual(15_000);
  expect(simulator.counts()).toMatchObject({
    ...{ refused: 1, insideGate: 0, crossing: 0 },
    jobs: { total: 2, duplicates: 0 },
  });
}, 300_000);
