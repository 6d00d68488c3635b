import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { WorkflowHandle } from '@temporalio/client';
import type { BudgetView } from '../../src/domain/budget/budgetView.js';
import { addDays } from '../../src/domain/calendar.js';
import { windowId } from '../../src/domain/exportWindow.js';
import type { SimulatorOptions } from '../../src/simulator/simulatorOptions.js';
import { keeperIdOf } from '../../src/temporal/budgetLink.js';
import { eventually } from '../support/eventually.js';
import { type ExportRig, startExportRig } from '../support/exportRig.js';
import { inTime, MomentPassed } from '../support/inTime.js';
import { watchGates } from '../support/seenGates.js';
import { arrivalsMs, BULK, putLimits } from '../support/simulatedLimits.js';
import { spanOf } from '../support/spanOf.js';
import { teachJobTimes } from '../support/teachJobTimes.js';
import { temporalServer } from '../support/temporalServer.js';

await temporalServer();

const MINUTES = 60_000;
const ORGANISATION: SimulatorOptions = {
  seed: 17,
  tokenLimitPerMinute: null,
  jobSeconds: 0.1,
  turnover: false,
  units: [
    { name: 'Singapore', timeZone: 'Asia/Singapore', agents: 3 },
    { name: 'Reykjavik', timeZone: 'Atlantic/Reykjavik', agents: 3 },
  ],
};
const JOBS = `${BULK}/jobs/`;

let rig: ExportRig;
let keeper: WorkflowHandle;
let days = 0;

beforeAll(async () => {
  rig = await startExportRig('shared-budget', ORGANISATION);
  teachJobTimes(rig.directory, ORGANISATION);
  await rig.startWorker();
  await rig.startWorker(['--only', 'api']);
  keeper = rig.client.workflow.getHandle(keeperIdOf(rig.simulator.clientId));
}, 5 * MINUTES);
afterAll(async () => await rig.close());

/** Who met the refusal or the gate, for each window that waits to try again: a worker's identity. */
async function throttled(): Promise<string[]> {
  const identities: string[] = [];
  const windows = rig.client.workflow.list({ query: "WorkflowType = 'exportWindow' AND ExecutionStatus = 'Running'" });
  for await (const { workflowId } of windows) {
    const { raw } = await rig.client.workflow.getHandle(workflowId).describe();
    for (const { lastFailure, lastWorkerIdentity } of raw.pendingActivities ?? [])
      if (lastFailure?.applicationFailureInfo?.type === 'Throttled') identities.push(lastWorkerIdentity ?? '');
  }
  return identities;
}

/** One window a day of days that no other test asks for, all at once unless told. */
function backfill(count: number, managementUnit = 'Singapore') {
  const from = addDays('2024-01-08', days);
  days += count;
  return {
    ...{ datasets: ['adherence'], exceptions: false, windowDays: { adherence: 1 }, maxParallelWindows: 32 },
    ...{ from, to: addDays(from, count), managementUnits: [managementUnit] },
  };
}

beforeEach(async () => {
  rig.simulator.removeFaults();
  await fetch(`${rig.simulator.controlUrl}/reset`, { method: 'POST' });
  await eventually('the keeper answers', () => keeper.query('budget').catch(() => null));
  for (const family of ['wfm-jobs', 'reads']) await keeper.executeUpdate('forgetLimit', { args: [{ family }] });
});

describe('a gate that two workers know of', () => {
  it(
    'stays closed for both when the keeper is terminated by hand, which they start again',
    () => inTime([15, 60, 120], staysClosedForBoth),
    10 * MINUTES,
  );
});

async function staysClosedForBoth(toldSeconds: number): Promise<void> {
  await fetch(`${rig.simulator.controlUrl}/reset`, { method: 'POST' });
  await putLimits(rig.simulator, []);
  const daysBefore = days;
  rig.simulator.addFault({ kind: 'throttle', method: 'POST', path: BULK, retryAfter: toldSeconds });
  const asked = [await rig.start(backfill(12), `a keeper that is terminated, ${toldSeconds} s`)];
  const { untilMs } = await eventually('the keeper knows', async () => {
    const view = await keeper.query<BudgetView>('budget').catch(() => null);
    return view?.families['wfm-jobs']?.gate;
  });
  await eventually('calls of both workers wait behind the gate, and none is on its way', async () => {
    if (Date.now() > untilMs) {
      for (const { result } of asked) await result;
      throw new MomentPassed('the gate had opened before calls of both workers waited behind it');
    }
    const waiting = await throttled();
    if (waiting.length < days - daysBefore) return false;
    if (new Set(waiting).size === 2) return true;
    asked.push(await rig.start(backfill(4), `one worker had them all: ${days} windows`));
    return false;
  });
  const windowsBefore = days - daysBefore;
  const terminatedMs = Date.now();
  const { runId } = await keeper.describe();
  await keeper.terminate('by hand');
  const again = await eventually('another run', async () => {
    const now = await keeper.describe();
    return now.runId !== runId && now.status.name === 'RUNNING' && now;
  });
  for (const rubbish of [null, 'no', { v: 2 }, { v: 1, worker: 'w', families: { reads: { accepted: -1 } } }, []])
    for (const signal of ['refused', 'tally', 'documented', 'unheard-of']) await keeper.signal(signal, rubbish);
  // Calls that begin now, in workers that may not have met the refusal themselves.
  const more = await rig.start(backfill(12), `after the keeper was terminated, ${toldSeconds} s`);
  for (const { result } of [...asked, more]) expect(await result).toMatchObject({ status: 'complete', gaps: [] });
  const arrivals = await arrivalsMs(rig.simulator);
  const openedMs = (arrivals[0] ?? 0) + toldSeconds * 1000;
  process.stdout.write(
    `keeper terminated: ${arrivals.filter((ms) => ms < terminatedMs).length} refused before, ${openedMs - terminatedMs} ms before the gate opened\n`,
  );
  if (terminatedMs >= openedMs) throw new MomentPassed('the gate had opened before the keeper was terminated');
  expect(arrivals.filter((ms) => ms >= terminatedMs && ms < openedMs)).toEqual([]);
  expect(rig.simulator.counts().jobs).toMatchObject({ total: windowsBefore + 12, duplicates: 0 });
  expect((await keeper.describe()).runId).toBe(again.runId);
  await eventually('it answers', async () => (await keeper.query<{ v: number }>('budget').catch(() => null))?.v === 1);
}

describe('an urgent call', () => {
  it(
    'leaves within a second while a backfill saturates the quota, or within a second after the gate opens',
    async () => {
      const { simulator, client } = rig;
      const quota = { calls: 16, windowSeconds: 8 };
      await putLimits(simulator, [{ name: 'quota', shape: 'fixed', ...quota, on: 'wfm-jobs' }]);
      const gates = watchGates(keeper, 'wfm-jobs');
      const saturating = await rig.start(backfill(100), 'saturating');
      await eventually('the quota is used up', () => simulator.counts().refused > 0);
      const urgent = { ...backfill(8, 'Reykjavik'), lane: 'failover', maxParallelWindows: 2 };
      const { result, tookMs, delayedMs } = await spanOf(() => rig.export(urgent, 'urgent'));
      expect(result).toMatchObject({ status: 'complete', windows: 8, gaps: [] });
      await client.workflow.getHandle('saturating').cancel();
      // What it had begun ends before the next test counts jobs.
      await saturating.result.catch(() => null);
      const untilMs = await gates.stop();

      const unit = simulator.units.find(({ name }) => name === 'Reykjavik')?.id ?? '';
      const left = await Promise.all(
        Array.from({ length: 8 }, async (_, day) => {
          const [from, to] = [addDays(urgent.from, day), addDays(urgent.from, day + 1)];
          const id = windowId({ dataset: 'adherence', managementUnitId: unit, from, to });
          const { events } = await client.workflow.getHandle(id).fetchHistory();
          const asked = events?.find(
            ({ activityTaskScheduledEventAttributes: scheduled }) =>
              scheduled?.activityType?.name === 'submitAdherenceJob',
          );
          const askedMs = Number(asked?.eventTime?.seconds) * 1000 + (asked?.eventTime?.nanos ?? 0) / 1e6;
          return { askedMs, arrivedMs: jobsOf('Reykjavik').find((job) => job.day === from)?.arrivedAtMs ?? Number.NaN };
        }),
      );
      const lateMs = left.map(({ askedMs, arrivedMs }) => {
        const opened = untilMs.filter((ms) => ms > askedMs && ms <= arrivedMs);
        return { ms: arrivedMs - Math.max(askedMs, ...opened), gated: opened.length > 0 };
      });
      const sorted = lateMs.map(({ ms }) => ms).sort((one, other) => one - other);
      const share = simulator.counts().limits['quota'];
      process.stdout.write(
        `urgent calls left after ${lateMs.map(({ ms, gated }) => `${Math.round(ms)}${gated ? ' (gate)' : ''}`).join(', ')} ms; ` +
          `quota: ${share?.accepted} accepted, ${share?.refused} refused, ${untilMs.length} gates\n`,
      );
      // Of a machine that keeps all waiting for half of the time, half is this program's.
      const oursMs = (ms: number | undefined) => (ms ?? Number.NaN) * (1 - delayedMs / tookMs);
      expect(oursMs(sorted.at(4))).toBeLessThanOrEqual(1_000);
      // Behind the backfill each would wait for a window of the quota or more.
      expect(oursMs(sorted.at(-1))).toBeLessThanOrEqual((quota.windowSeconds * 1000) / 2);
    },
    6 * MINUTES,
  );
});

/** First local days of the windows of one unit for which jobs were made, and when. */
function jobsOf(unitName: string): { day: string; arrivedAtMs: number }[] {
  const unit = rig.simulator.units.find(({ name }) => name.startsWith(unitName));
  return rig.simulator.counts().jobs.requests.flatMap(({ body, jobs }) => {
    const [item] = (body as { items: { managementUnitId: string; startDate: string }[] }).items;
    if (item === undefined || item.managementUnitId !== unit?.id) return [];
    // Noon of a unit's first local day is on the same date, wherever it is.
    const day = new Date(Date.parse(item.startDate) + 12 * 3_600_000).toISOString().slice(0, 10);
    return jobs.map(({ arrivedAtMs }) => ({ day, arrivedAtMs }));
  });
}

describe('a refusal that tells too little', () => {
  it(
    'is never followed by a call sooner than it told, by any worker, though the window is longer and lengthens',
    async () => {
      // The first complaint's situation, five times as fast: 10 calls a window, always told half of it, and a penalty.
      const told = { told: 'early:6', penaltySeconds: 4 } as const;
      await putLimits(rig.simulator, [
        { name: 'ignored-wait', shape: 'fixed', calls: 10, windowSeconds: 12, on: 'wfm-jobs', ...told },
      ]);
      const asked = backfill(24);
      expect(await rig.export(asked, 'told early')).toMatchObject({ status: 'complete', windows: 24, gaps: [] });
      const { limits } = rig.simulator.counts();
      const { accepted, refused, beforeTold } = limits['ignored-wait'] ?? {};
      process.stdout.write(
        `told early: ${accepted} accepted, ${refused} refused, ${beforeTold} of them over 300 ms after a refusal\n`,
      );
      // None on a quiet machine; on a busy one the other worker hears later, and what it sends until then is no retry.
      expect(beforeTold).toBeLessThanOrEqual(8);
      // No cascade: not one a job, where a naive loop makes several.
      expect(refused).toBeLessThan(24);
      // A call of the export that was cancelled before may have been on its way.
      expect(jobsOf('Singapore').filter(({ day }) => day >= asked.from)).toHaveLength(24);
      expect(rig.simulator.counts().jobs.duplicates).toBe(0);
    },
    6 * MINUTES,
  );
});

describe('a throttle in disguise', () => {
  it(
    'of polls is waited out, and no job is asked for again',
    async () => {
      await putLimits(rig.simulator, [
        {
          ...{ name: 'disguised', shape: 'fixed', calls: 5, windowSeconds: 3, on: { method: 'GET', path: JOBS } },
          disguise: [404, 500, 503, 'html'],
        },
      ]);
      const limit = () => rig.simulator.counts().limits['disguised'];
      // Calls that are refused beside the first refusal of a window: there are such when several were on their way.
      const exports = { windows: 0 };
      while ((limit()?.disguised ?? 0) === 0 && exports.windows < 100) {
        const name = `disguised, after ${exports.windows}`;
        expect(await rig.export(backfill(20), name)).toMatchObject({ status: 'complete', windows: 20, gaps: [] });
        exports.windows += 20;
      }
      process.stdout.write(`disguised: ${limit()?.disguised} of ${limit()?.refused} refusals\n`);
      expect(limit()?.disguised).toBeGreaterThan(0);
      expect(rig.simulator.counts().jobs).toMatchObject({ total: exports.windows, duplicates: 0 });
    },
    6 * MINUTES,
  );

  it(
    'is no longer suspected once the gate has opened: a job that is unknown then is asked for anew',
    async () => {
      await putLimits(rig.simulator, []);
      const poll = { method: 'GET', path: JOBS };
      rig.simulator.addFault({ kind: 'throttle', ...poll, retryAfter: 3 });
      const body = { code: 'job.not.found', message: 'Job was not found' };
      rig.simulator.addFault({ kind: 'status', ...poll, status: 404, body, times: 1 });
      expect(await rig.export(backfill(1), 'lost')).toMatchObject({ status: 'complete', windows: 1, gaps: [] });
      const { insideGate, jobs, refused } = rig.simulator.counts();
      expect({ insideGate, refused }).toEqual({ insideGate: 0, refused: 1 });
      expect(jobs).toMatchObject({ total: 2, distinct: 1 });
    },
    6 * MINUTES,
  );
});
