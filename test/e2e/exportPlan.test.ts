import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ExportEstimate } from '../../src/domain/plannedExport.js';
import type { HistoryExportResult } from '../../src/domain/historyExportResult.js';
import { type ExportRig, startExportRig } from '../support/exportRig.js';
import { temporalServer } from '../support/temporalServer.js';

await temporalServer();

/** Twenty-eight windows of adherence and four of occupancy each: enough jobs to learn from, and enough to be foretold. */
const JANUARY = { from: '2024-01-01', to: '2024-01-29', windowDays: { adherence: 1 }, maxParallelWindows: 16 };
const FEBRUARY = { from: '2024-01-29', to: '2024-02-26', windowDays: { adherence: 1 }, maxParallelWindows: 4 };
const ADHERENCE_WINDOWS = 28;

describe('what a plan says of an export, once jobs have been seen and days loaded', () => {
  let rig: ExportRig;
  let plan: ExportEstimate;
  let result: HistoryExportResult;
  let made: number;

  beforeAll(async () => {
    rig = await startExportRig('planned', {
      seed: 31,
      tokenLimitPerMinute: null,
      jobSeconds: { min: 1, max: 4 },
      units: [{ name: 'Leeds', timeZone: 'Europe/London', agents: 12 }],
    });
    await rig.startWorker();
    await rig.export(JANUARY, 'january');
    plan = (await rig.client.workflow.execute('exportPlan', {
      taskQueue: 'rosterline',
      workflowId: 'plan',
      args: [FEBRUARY],
    })) as ExportEstimate;
    const before = rig.simulator.counts().made;
    result = await rig.export(FEBRUARY, 'february');
    made = rig.simulator.counts().made - before;
  }, 600_000);
  afterAll(() => rig.close());

  it('are its windows and its fewest calls, exactly', () => {
    expect(plan).toMatchObject({ windows: 32, calls: { minimum: result.calls.minimum } });
    expect(result).toMatchObject({ status: 'complete', windows: 32, calls: { made } });
    const rows = Object.values(result.rows).reduce((sum, count) => sum + count, 0);
    process.stdout.write(
      `planned ${plan.calls.expected} calls, ${plan.rowsExpected} rows, ${plan.secondsExpected} s; made ${made} calls, ${rows} rows, ${result.seconds} s\n`,
    );
  });

  it('are its calls within 15 %', () => {
    expect(plan.calls.expected / made).toBeGreaterThan(0.85);
    expect(plan.calls.expected / made).toBeLessThan(1.15);
  });

  it('are its rows within 30 %', () => {
    const rows = Object.values(result.rows).reduce((sum, count) => sum + count, 0);
    expect(plan.rowsFrom).toBe('warehouse');
    expect(plan.rowsExpected / rows).toBeGreaterThan(0.7);
    expect(plan.rowsExpected / rows).toBeLessThan(1.3);
  });

  it('are its seconds, by the time that jobs take: at most twice what it took, at least half of what jobs took', () => {
    expect(plan.boundBy).toBe('job times');
    expect(plan.secondsExpected).toBeLessThan(2 * result.seconds);
    // By the organisation's clock, so that it is not the machine that is measured.
    const jobs = rig.simulator.counts().jobs.requests.flatMap((request) => request.jobs);
    const tookMs = jobs
      .slice(-ADHERENCE_WINDOWS)
      .reduce((sum, { arrivedAtMs, noticedAtMs }) => sum + (noticedAtMs ?? Number.NaN) - arrivedAtMs, 0);
    expect(plan.secondsExpected).toBeGreaterThan((0.5 * tookMs) / 1000 / FEBRUARY.maxParallelWindows);
  });
});
