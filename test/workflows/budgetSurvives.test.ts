import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { findTemporalCli } from '../../src/temporal/findTemporalCli.js';
import { startKeptServer } from '../../src/temporal/keptServer.js';
import { processesWith } from '../../src/temporal/processIdentity.js';
import { SILENT_LOG } from '../../src/genesys/genesysLog.js';
import { createBudgetLink } from '../../src/temporal/budgetLink.js';
import { eventually } from '../support/eventually.js';
import { startExportRig } from '../support/exportRig.js';
import { type KeeperRig, refusal, startKeeperRig } from '../support/keeperRig.js';
import { killedWith } from '../support/killedWith.js';
import { reportsOfWindows } from '../support/learntReports.js';
import { quietTemporal } from '../support/quietTemporal.js';

quietTemporal('ERROR');
await findTemporalCli({ log: (line) => void process.stderr.write(`${line}\n`) });

const undo: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

async function learn(rig: KeeperRig): Promise<number> {
  for (const { signal, report } of reportsOfWindows(20, 60_000, Date.now())) await rig.keeper.signal(signal, report);
  // A worker that comes sets the rates that it finds wanted.
  rig.link();
  return await eventually('a rate was learnt and the queue has it', async () => {
    const rate = await rig.queueRate('analytics');
    return rate !== null && rate < 1 && rate;
  });
}

describe('what the keeper of the budget knows', () => {
  it('outlives every worker and the Temporal server: gate and learnt rate hold before the first call', async () => {
    const dataDirectory = mkdtempSync(join(tmpdir(), 'rosterline-budget-'));
    undo.push(() => rmSync(dataDirectory, { recursive: true, force: true }));
    const server = await startKeptServer({ dataDirectory, log: () => undefined });
    undo.push(() => server.stop());
    const rig = await startKeeperRig(server.address);
    undo.push(() => rig.close());
    const link = rig.link();
    await eventually('it answers', () => rig.limits().catch(() => null));
    const rate = await learn(rig);
    expect(rate).toBeGreaterThan(0.28);
    const met = refusal({ toldMs: 900_000 });
    link.refused(met);
    await eventually('the gate shows', async () => (await rig.view()).families['wfm-jobs']?.gate);

    await rig.stopWorkers();
    const database = `--db-filename ${dataDirectory}/temporal/temporal.db `;
    const killed = killedWith(database);
    await eventually('another server', () => processesWith(database).some((pid) => pid !== killed));
    await eventually('the server answers', () => rig.keeper.describe().catch(() => null));
    // Before any worker is there, the server holds the rate by itself.
    expect(await rig.queueRate('analytics')).toBe(rate);
    await rig.startWorkers();
    const view = await eventually('the keeper answers', () => rig.view().catch(() => null));
    expect(view.families['wfm-jobs']?.gate?.untilMs).toBe(met.untilMs);
    expect(view.families.analytics?.ratePerSecond).toBeCloseTo(rate, 2);
  });

  it('outlives a worker that is killed: another answers, and hears of the next refusal', async () => {
    const rig = await startExportRig('budget', { seed: 5, tokenLimitPerMinute: null });
    undo.push(() => rig.close());
    const workers = [await rig.startWorker(), await rig.startWorker(['--only', 'api'])];
    const { client, simulator } = rig;
    const link = createBudgetLink({ client, clientId: simulator.clientId, taskQueue: 'rosterline', log: SILENT_LOG });
    undo.push(() => link.close());
    link.refused(refusal({ toldMs: 300_000 }));
    const seen = async (untilMs?: number) => {
      const gate = (await link.look()).families['wfm-jobs']?.gate;
      return gate && (untilMs === undefined || gate.untilMs >= untilMs);
    };
    await eventually('the gate shows', () => seen());
    await workers[0]?.kill();
    const longer = refusal({ toldMs: 600_000 });
    link.refused(longer);
    const startedMs = performance.now();
    await eventually('the other worker tells of the next', () => seen(longer.untilMs));
    process.stdout.write(
      `${Math.round(performance.now() - startedMs)} ms without a keeper after a worker was killed\n`,
    );
  });
});
