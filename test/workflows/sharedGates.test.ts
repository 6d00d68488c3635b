import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import type { Client } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { keeperIdOf } from '../../src/temporal/budgetLink.js';
import { eventually } from '../support/eventually.js';
import { type ExportEnvironment, exportEnvironment } from '../support/exportEnvironment.js';
import { inTime, MomentPassed } from '../support/inTime.js';
import { quietTemporal } from '../support/quietTemporal.js';
import { type RecordingProxy, startRecordingProxy } from '../support/recordingProxy.js';
import { temporalServer } from '../support/temporalServer.js';
import { startTestWorker, type TestWorker } from '../support/testWorker.js';
import { pendingAttempts } from '../support/windowHistory.js';

quietTemporal('ERROR');
const { address } = await temporalServer();
let environment: ExportEnvironment;
let other: TestWorker | undefined;
let connection: NativeConnection | undefined;
const proxies: RecordingProxy[] = [];

async function close(): Promise<void> {
  await other?.stop();
  await connection?.close();
  await environment.close();
  for (const proxy of proxies.splice(0)) await proxy.close();
}

const BULK = '/api/v2/workforcemanagement/adherence/historical/bulk';
/** How long the gate is closed that is looked at: longer than a worker goes by what it knew. */
const CLOSED_SECONDS = 4;
const WINDOWS = 32;
/** Four of each worker. */
const CALLS_UNDER_WAY = 8;

/** Waits until the keeper is at one of the workers that are there now: it was at one that has stopped. */
async function untilAtHome(client: Client, workflowId: string): Promise<void> {
  const keeper = client.workflow.getHandle(workflowId);
  await keeper.signal('documented', { v: 1, limits: [] });
  await eventually('a task of the keeper is done, and no other is open', async () => {
    const { events } = await keeper.fetchHistory();
    return events?.at(-1)?.workflowTaskCompletedEventAttributes;
  });
}

/** An answer of the keeper that is slower than on a quiet machine keeps a worker from seeing a gate for so much longer. */
const USUAL_ANSWER_MS = 20;
/** So much slower than usual, and a worker that had not looked for a while goes by what it knew. */
const NOT_WAITED_FOR_MS = 400;

/** Asks the keeper ten times a second, as one more worker would. */
function watchAnswers(client: Client, workflowId: string) {
  const answers: { askedMs: number; answeredMs: number }[] = [];
  const over = new AbortController();
  const asking = (async () => {
    while (!over.signal.aborted) {
      const askedMs = Date.now();
      await client.workflow.getHandle(workflowId).query('budget');
      answers.push({ askedMs, answeredMs: Date.now() });
      await sleep(100);
    }
  })();
  return {
    async stop(): Promise<void> {
      over.abort();
      await asking;
    },
    /** Milliseconds by which the slowest of the answers under way in the second after an instant was slower than usual. */
    slownessAfter(ms: number): number {
      const then = answers.filter(({ askedMs, answeredMs }) => answeredMs > ms && askedMs < ms + 1_000);
      return Math.max(0, ...then.map(({ askedMs, answeredMs }) => answeredMs - askedMs - USUAL_ANSWER_MS));
    },
  };
}

describe('a gate that one of two workers met, with 32 windows waiting', () => {
  it('is kept by that worker but for calls under way, and by the other 300 ms later, to the instant named', async () => {
    await inTime([10, 60], async (seconds) => {
      try {
        await keptByBoth(seconds);
      } finally {
        await close();
      }
    });
  });
});

/** @param seconds after which all windows must wait behind a first gate: then it opens, and the next closes. */
async function keptByBoth(seconds: number): Promise<void> {
  environment = await exportEnvironment(address, {
    name: `shared gates ${seconds}`,
    organisation: { jobSeconds: 0.1 },
  });
  const { simulator, taskQueue, directory, clock, client } = environment;
  // Of its own, as another process would have: one connection takes one worker a queue.
  connection = await NativeConnection.connect({ address });
  for (let worker = 0; worker < 2; worker++) proxies.push(await startRecordingProxy(simulator.url));
  const [through, throughOther] = proxies as [RecordingProxy, RecordingProxy];
  await environment.moveTo({ ...simulator, url: through.url });
  other = await startTestWorker({
    ...{ connection, taskQueue, directory, clock, probeEveryMs: 500, ownsWarehouse: false },
    simulator: { ...simulator, url: throughOther.url },
  });
  await untilAtHome(client, keeperIdOf(simulator.clientId));
  simulator.addFault({ kind: 'throttle', method: 'POST', path: BULK, retryAfter: seconds });
  const handle = await environment.start({
    datasets: ['adherence'],
    from: '2024-03-01',
    to: '2024-04-02',
    windowDays: { adherence: 1 },
    maxParallelWindows: WINDOWS,
  });
  const refusals = () =>
    proxies
      .flatMap((proxy) => proxy.calls.map((call) => ({ ...call, proxy })))
      .filter(({ call, status }) => call === `POST ${BULK}` && status === 429)
      .sort((one, next) => (one.answeredMs ?? 0) - (next.answeredMs ?? 0));
  // Windows that begin all at once keep workers busy: the gate that is looked at is the next, when all 32 wait.
  const before = await eventually('one worker is refused', () => refusals().at(0));
  const openedMs = (before.answeredMs ?? 0) + seconds * 1000;
  await eventually('all wait', async () => {
    if (Date.now() > openedMs - 500) throw new MomentPassed('the first gate opened before all windows waited');
    const attempts = await pendingAttempts(environment, { from: '2024-03-01', days: WINDOWS });
    return attempts.filter(({ failure }) => failure === 'Throttled').length >= WINDOWS - CALLS_UNDER_WAY;
  });
  const answers = watchAnswers(client, keeperIdOf(simulator.clientId));
  simulator.addFault({ kind: 'throttle', method: 'POST', path: BULK, retryAfter: CLOSED_SECONDS });
  const refused = await eventually('one is refused as the gate opens', () =>
    refusals().find(({ arrivedMs }) => arrivedMs >= openedMs),
  );
  const refusedMs = refused.answeredMs ?? 0;
  const untilMs = refusedMs + CLOSED_SECONDS * 1000;
  await sleep(Math.max(0, untilMs - Date.now()));
  await answers.stop();
  const slownessMs = answers.slownessAfter(refusedMs);
  const allowed = 300 + slownessMs;
  // A worker that has not looked for seconds waits half a second for the keeper: then it goes by what it knew.
  const isExcused = (arrivedMs: number) => answers.slownessAfter(arrivedMs - 1_000) > NOT_WAITED_FOR_MS;
  expect(await handle.result()).toMatchObject({ status: 'complete', windows: WINDOWS, gaps: [] });

  const lateness = (proxy: RecordingProxy) =>
    proxy.calls
      .filter(({ call, arrivedMs }) => call === `POST ${BULK}` && arrivedMs > refusedMs && arrivedMs < untilMs)
      .map(({ arrivedMs }) => arrivedMs - refusedMs);
  const [own, others] = refused.proxy === through ? [through, throughOther] : [throughOther, through];
  const said = (late: number[]) => (late.length === 0 ? 'none' : `${late.join(', ')} ms after it`);
  process.stdout.write(
    `calls after the refusal: of the worker that met it ${said(lateness(own))}; of the other ${said(lateness(others))} (allowed: ${Math.round(allowed)} ms)\n`,
  );
  expect(Math.max(0, ...lateness(own))).toBeLessThan(100 + slownessMs);
  expect(lateness(others).filter((late) => late >= allowed && !isExcused(refusedMs + late))).toEqual([]);
  // Both workers had a part in it; how large a one, nothing says.
  for (const { calls } of proxies)
    expect(calls.filter(({ call }) => call === `POST ${BULK}`).length).toBeGreaterThan(0);
  expect(simulator.counts()).toMatchObject({ jobs: { total: WINDOWS, duplicates: 0 } });
  expect(simulator.counts().refused).toBeLessThanOrEqual(2 * CALLS_UNDER_WAY);
}
