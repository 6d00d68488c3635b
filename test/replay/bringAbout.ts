import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import type { RefusalReport, TallyReport } from '../../src/domain/budget/budgetReports.js';
import { keeperIdOf } from '../../src/temporal/budgetLink.js';
import type { ClosedGate } from '../../src/domain/exportProgress.js';
import type { SimulatorOptions } from '../../src/simulator/simulatorOptions.js';
import { eventually } from '../support/eventually.js';
import type { ExportEnvironment, ExportHandle, ExportRequest } from '../support/exportEnvironment.js';
import { startPurge } from '../support/purgeRuns.js';
import { startHold } from '../support/holdRuns.js';
import { oneDayWindowIds } from '../support/windowHistory.js';
import type { exportPlan } from '../../workflows/exportPlan.js';
import { aCancelledNight, aNight } from './bringAboutNights.js';
import { aSyncThatGoesOn, aSyncsLife, aThrottledSync, SYNCED_ORGANISATION } from './bringAboutSyncs.js';
import type { CircumstanceName } from './circumstances.js';

/** How an export is led into its circumstance. Ends when the export has. */
export interface BringAbout {
  readonly organisation?: Partial<SimulatorOptions>;
  run(environment: ExportEnvironment): Promise<Pick<ExportHandle, 'workflowId' | 'firstExecutionRunId'>>;
}

const API = '/api/v2/workforcemanagement';
const BULK = `${API}/adherence/historical/bulk`;
/** A window a day, two at once. */
const FOUR_DAYS = {
  datasets: ['adherence'],
  from: '2024-03-04',
  to: '2024-03-08',
  windowDays: { adherence: 1 },
  maxParallelWindows: 2,
} satisfies ExportRequest;
const FOREVER = 10_000;
const MISSING_PERMISSION = { code: 'missing.permissions', message: 'Unable to perform the action' };

type InProcess = Exclude<CircumstanceName, 'killed' | 'live' | 'liveContinued'>;

/** For every circumstance but the killed worker (see recordKilled.ts) and the live feed (see recordLive.ts), which have workers of their own. */
export const BRING_ABOUT: Readonly<Record<InProcess, BringAbout>> = {
  sync: { organisation: SYNCED_ORGANISATION, run: aSyncsLife },
  syncThrottled: { organisation: SYNCED_ORGANISATION, run: aThrottledSync },
  syncContinuedAsNew: { organisation: SYNCED_ORGANISATION, run: aSyncThatGoesOn },
  happy: {
    run: (environment) =>
      toItsEnd(environment, { from: '2024-03-04', to: '2024-03-18', exceptions: true, actuals: true }),
  },
  nothingToDo: {
    run: async (environment) => {
      const request = { ...FOUR_DAYS, to: '2024-03-05' };
      await toItsEnd(environment, request);
      return await toItsEnd(environment, request);
    },
  },
  planned: {
    run: async ({ client, taskQueue }) => {
      const start = { taskQueue, workflowId: `exportPlan/${taskQueue}`, args: [FOUR_DAYS] as [ExportRequest] };
      const handle = await client.workflow.start<typeof exportPlan>('exportPlan', start);
      await handle.result();
      return handle;
    },
  },
  throttled: {
    run: async (environment) => {
      environment.simulator.addFault({ kind: 'throttle', method: 'POST', path: BULK, retryAfter: 4 });
      return await toItsEnd(environment, FOUR_DAYS);
    },
  },
  pausedByOperator: {
    organisation: { jobSeconds: 0.5 },
    run: async (environment) => {
      const handle = await environment.start(FOUR_DAYS);
      await underWay(environment, handle);
      await handle.executeUpdate('pause', { args: [{ reason: 'a change at Genesys' }] });
      await eventually('those under way were told', async () => {
        const { events } = await handle.fetchHistory();
        return events?.some((event) => event.externalWorkflowExecutionSignaledEventAttributes);
      });
      await handle.executeUpdate('resume');
      return await ended(handle);
    },
  },
  pausedByItself: {
    organisation: { jobSeconds: 0.5 },
    run: async (environment) => {
      const handle = await environment.start(FOUR_DAYS);
      await underWay(environment, handle);
      const withdrawn = { kind: 'status', path: BULK, status: 403, body: MISSING_PERMISSION, times: FOREVER } as const;
      environment.simulator.addFault(withdrawn);
      const blocked = (name: string) => async () => {
        const { events } = await handle.fetchHistory();
        return (events ?? []).filter((event) => event.workflowExecutionSignaledEventAttributes?.signalName === name);
      };
      await eventually('two windows are blocked', async () => (await blocked('windowBlocked')()).length >= 2);
      await withoutFaults(environment);
      return await ended(handle);
    },
  },
  pausedBeforeItsPlan: {
    run: async (environment) => {
      const withdrawn = { kind: 'status', path: API, status: 403, body: MISSING_PERMISSION, times: FOREVER } as const;
      environment.simulator.addFault(withdrawn);
      const handle = await environment.start({ ...FOUR_DAYS, to: '2024-03-05' });
      await eventually('it stands still', async () => (await environment.progress(handle)).paused !== null);
      await withoutFaults(environment);
      return await ended(handle);
    },
  },
  continuedAsNew: {
    organisation: { jobSeconds: 0.5 },
    run: async (environment) => {
      const handle = await environment.start({ ...FOUR_DAYS, to: '2024-03-20' });
      await underWay(environment, handle);
      // A gate that closes again and again fills a history with fewer bytes than windows do.
      const gate: ClosedGate = { family: 'reads', until: '2024-03-04T00:00:00.000Z', why: 'Genesys answered 429' };
      await eventually('the next run', async () => {
        await Promise.all(Array.from({ length: 25 }, () => handle.signal('gateClosed', gate).catch(() => undefined)));
        // A run cannot end while messages go on coming in.
        await sleep(300);
        const { runId } = await environment.client.workflow.getHandle(handle.workflowId).describe();
        return runId !== handle.firstExecutionRunId;
      });
      return await ended(handle);
    },
  },
  budget: {
    run: async (environment) => {
      const keeper = await keeperOf(environment);
      await keeper.signal('documented', { v: 1, limits: [DOCUMENTED] });
      await keeper.signal('tally', tallyOf(0));
      await keeper.signal('refused', refusalOf('first'));
      await keeper.executeUpdate('setLimit', { args: [{ family: 'analytics', rate: '30/min' }] });
      await ratesSet(keeper, 2);
      await keeper.executeUpdate('forgetLimit', { args: [{ family: 'analytics' }] });
      await ratesSet(keeper, 3);
      await keeper.signal('tally', tallyOf(1));
      return await told(environment, keeper);
    },
  },
  budgetContinuedAsNew: {
    run: async (environment) => {
      const keeper = await keeperOf(environment);
      const { runId } = await keeper.describe();
      await keeper.signal('tally', tallyOf(0));
      // The shortest message there is fills a history with the fewest bytes.
      await eventually('the next run', async () => {
        await Promise.all(Array.from({ length: 25 }, () => keeper.signal('documented', { v: 1, limits: [] })));
        // A run cannot end while messages go on coming in.
        await sleep(300);
        return (await keeper.describe()).runId !== runId;
      });
      await keeper.signal('refused', refusalOf('of the next run'));
      await ratesSet(keeper, 1);
      return await told(environment, keeper, runId);
    },
  },
  gap: {
    run: async (environment) => {
      const body = { code: 'wfm.not.enabled', message: 'This unit has no history here' };
      environment.simulator.addFault({ kind: 'status', method: 'POST', path: BULK, status: 400, body });
      return await toItsEnd(environment, { ...FOUR_DAYS, to: '2024-03-06' });
    },
  },
  bisected: {
    run: async (environment) => {
      environment.simulator.addFault({ kind: 'jobError', times: 2 });
      const request = { ...FOUR_DAYS, windowDays: { adherence: 2 }, maxParallelWindows: 1 };
      return await toItsEnd(environment, request);
    },
  },
  retriedJob: {
    run: async (environment) => {
      environment.simulator.addFault({ kind: 'jobError', times: 1 });
      return await toItsEnd(environment, { ...FOUR_DAYS, to: '2024-03-06' });
    },
  },
  forgottenJob: {
    run: async (environment) => {
      const body = { code: 'job.not.found', message: 'Job was not found' };
      environment.simulator.addFault({ kind: 'status', method: 'GET', path: `${BULK}/jobs/`, status: 404, body });
      return await toItsEnd(environment, { ...FOUR_DAYS, to: '2024-03-06' });
    },
  },
  corrupt: {
    run: async (environment) => {
      // An answer of JSON in which everything required is missing.
      environment.simulator.addFault({ kind: 'status', method: 'GET', path: '/downloads/', status: 200, body: {} });
      return await toItsEnd(environment, { ...FOUR_DAYS, to: '2024-03-06' });
    },
  },
  refusedUsers: {
    organisation: {
      usersUnknownToAnalytics: 1,
      units: [{ name: 'Refusals Desk', timeZone: 'Asia/Singapore', agents: 4 }],
    },
    run: (environment) => toItsEnd(environment, { from: '2024-03-04', to: '2024-03-06' }),
  },
  schedules: {
    organisation: { units: [{ name: 'Crowded Desk', timeZone: 'Asia/Singapore', agents: 8 }] },
    run: async (environment) => {
      // Two days are halved; one day is asked for by users, the other one once more.
      environment.simulator.addFault({ kind: 'searchProcessing', times: 5 });
      return await toItsEnd(environment, {
        datasets: ['schedules'],
        from: '2024-03-05',
        to: '2024-03-07',
        maxParallelWindows: 1,
      });
    },
  },
  overlapping: {
    organisation: { jobSeconds: 1 },
    run: async (environment) => {
      const request = { ...FOUR_DAYS, to: '2024-03-06' };
      const first = await environment.start(request);
      await underWay(environment, first);
      const second = await environment.start({ ...request, to: '2024-03-07' });
      await first.result();
      return await ended(second);
    },
  },
  night: { run: aNight },
  nightVerified: { run: aNight },
  nightWithGaps: {
    run: async (environment) => {
      const body = { code: 'wfm.not.enabled', message: 'This unit has no history here' };
      environment.simulator.addFault({ kind: 'status', method: 'POST', path: BULK, status: 400, body, times: FOREVER });
      return await aNight(environment);
    },
  },
  nightCancelled: { organisation: { jobSeconds: 30 }, run: aCancelledNight },
  purged: {
    run: async (environment) => {
      await environment.run({ ...FOUR_DAYS, to: '2024-03-06' });
      const handle = await startPurge(environment, '2024-03-05', {}, false);
      await handle.signal('confirmPurge');
      await handle.result();
      return handle;
    },
  },
  held: {
    run: async (environment) => {
      await environment.run({ ...FOUR_DAYS, to: '2024-03-05' });
      const handle = await startHold(environment, `hold-${environment.taskQueue}`);
      await handle.signal('releaseHold', { reason: 'closed', by: 'counsel' });
      await handle.result();
      return handle;
    },
  },
  cancelled: {
    organisation: { jobSeconds: 30 },
    run: async (environment) => {
      const handle = await environment.start(FOUR_DAYS);
      await underWay(environment, handle);
      await handle.cancel();
      await handle.result().catch(() => undefined);
      const ids = oneDayWindowIds(environment, { from: FOUR_DAYS.from, days: 2 });
      await eventually('its windows have ended', async () => {
        const told = await Promise.all(ids.map((id) => environment.client.workflow.getHandle(id).describe()));
        return told.every(({ status }) => status.name !== 'RUNNING');
      });
      return handle;
    },
  },
};

const DOCUMENTED = { namespace: 'platform.api', key: 'client.credentials.token.rate.per.minute', value: 300 };

async function keeperOf({ client, simulator }: ExportEnvironment): Promise<WorkflowHandle> {
  const keeper = client.workflow.getHandle(keeperIdOf(simulator.clientId));
  await eventually('the keeper answers', () => keeper.query('limits').catch(() => null));
  return keeper;
}

/** Waits until the keeper has set rates so many times. */
async function ratesSet(keeper: WorkflowHandle, times: number): Promise<void> {
  await eventually(`rates were set ${times} times`, async () => {
    const { events } = await keeper.fetchHistory();
    return (events ?? []).filter((event) => event.activityTaskCompletedEventAttributes).length >= times;
  });
}

/** The keeper's runs, once it has done with all that it was told. */
async function told(environment: ExportEnvironment, keeper: WorkflowHandle, firstRunId?: string) {
  await keeper.query('limits');
  const { runId } = await keeper.describe();
  await environment.worker.stop();
  return { workflowId: keeper.workflowId, firstExecutionRunId: firstRunId ?? runId };
}

function tallyOf(number: number): TallyReport {
  const atMs = Date.now();
  const sentMs = atMs - 500;
  const calls = { accepted: 3, urgentCalls: 1, firstSentMs: sentMs, lastSentMs: sentMs };
  const slices = [{ fromMs: sentMs, calls: 3 }];
  const families = { 'wfm-jobs': { ...calls, slices, jobsStarted: 3, jobsEnded: 2 } };
  return { v: 1, worker: 'one', number, atMs, families, counters: { count: 30, allowed: 300, endsMs: atMs + 20_000 } };
}

function refusalOf(callId: string): RefusalReport {
  const receivedMs = Date.now();
  const about = { family: 'wfm-jobs', gate: 'wfm-jobs', lane: 'backfill', status: 429 } as const;
  const limit = { limitKey: null, limitNamespace: null, announced: false, jobsInFlight: 4 };
  const instants = { sentMs: receivedMs - 200, receivedMs, toldMs: 3_000, untilMs: receivedMs + 3_000 };
  return { v: 1, callId, worker: 'one', ...about, ...instants, ...limit };
}

async function toItsEnd(environment: ExportEnvironment, request: ExportRequest): Promise<ExportHandle> {
  return await ended(await environment.start(request));
}

async function ended(handle: ExportHandle): Promise<ExportHandle> {
  await handle.result();
  return handle;
}

/** Waits until the server knows the first two windows. */
async function underWay(environment: ExportEnvironment, handle: ExportHandle): Promise<void> {
  const ids = oneDayWindowIds(environment, { from: FOUR_DAYS.from, days: 2 });
  const areKnown = async (): Promise<boolean> =>
    await Promise.all(ids.map((id) => environment.client.workflow.getHandle(id).describe())).then(
      () => true,
      () => false,
    );
  await eventually('two windows are under way', async () => {
    const { windows } = await environment.progress(handle);
    return windows.running === 2 && (await areKnown());
  });
}

async function withoutFaults(environment: ExportEnvironment): Promise<void> {
  await fetch(`${environment.simulator.controlUrl}/faults`, { method: 'DELETE' });
}
