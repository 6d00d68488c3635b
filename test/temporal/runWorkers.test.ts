import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { NativeConnection, Worker } from '@temporalio/worker';
import { NO_SHARED_BUDGET } from '../../src/genesys/sharedBudget.js';
import { type RunningWorkers, runWorkers } from '../../src/temporal/runWorkers.js';
import { eventually } from '../support/eventually.js';
import { quietTemporal } from '../support/quietTemporal.js';
import { temporalServer } from '../support/temporalServer.js';
import type { runStep } from './stepWorkflow.js';

// What fails here, and why, is logged as an error.
quietTemporal('ERROR');
const { address } = await temporalServer();

/** The budget's keeper has answered: all workers run at once. */
const KNOWN = { ...NO_SHARED_BUDGET, isAlive: () => true };

/** A delay that Temporal's SDK cannot tell the server: the worker that meets it ends. */
const fatalStep = () => Promise.reject(ApplicationFailure.create({ nextRetryDelay: Number.NaN }));

/** Takes what is not tried here: workflows that hand out steps. */
let host: { readonly queue: string; end(): Promise<void> };
let connection: NativeConnection;
let asking: Connection;
let client: Client;
let letGo: () => void;
/** What the workers that are tried ended with, in that order. */
let reasons: unknown[];

beforeEach(async () => {
  connection = await NativeConnection.connect({ address });
  asking = await Connection.connect({ address });
  client = new Client({ connection: asking });
  reasons = [];
  const queue = randomUUID();
  const workflowsPath = fileURLToPath(new URL('stepWorkflow.ts', import.meta.url));
  const worker = await Worker.create({ connection, taskQueue: queue, workflowsPath });
  const ended = worker.run();
  host = {
    queue,
    end: async () => {
      worker.shutdown();
      await ended;
    },
  };
});
afterEach(async () => {
  letGo();
  await host.end();
  await connection.close();
  await asking.close();
});

/** Has the worker of a queue do its step. */
async function start(queue: string): Promise<void> {
  const workflowId = randomUUID();
  await client.workflow.start<typeof runStep>('runStep', { taskQueue: host.queue, workflowId, args: [queue] });
}

interface Tried {
  readonly running: RunningWorkers;
  readonly outcome: Promise<unknown>;
  readonly failFirst: () => Promise<void>;
}

async function runWorker(worker: Worker, run: (worker: Worker) => Promise<void>): Promise<void> {
  await run(worker).catch((error: unknown) => {
    reasons.push(error);
    throw error;
  });
}

/** Two workers: the second has a step under way that lasts until it is let go, and the first fails when it is told to. */
async function twoWorkers(shutdownForceTime?: '1 second'): Promise<Tried> {
  const [failing, loading] = [randomUUID(), randomUUID()];
  let isUnderWay = false;
  const lasting = new Promise<void>((resolve) => (letGo = resolve));
  const lastingStep = async (): Promise<void> => {
    isUnderWay = true;
    await lasting;
  };
  const shared = { connection, plugins: [{ name: 'reasons', runWorker }] };
  const workers = [
    await Worker.create({ ...shared, taskQueue: failing, activities: { step: fatalStep } }),
    await Worker.create({
      ...shared,
      taskQueue: loading,
      activities: { step: lastingStep },
      ...(shutdownForceTime && { shutdownForceTime }),
    }),
  ];
  const running = runWorkers(workers, KNOWN);
  const outcome = running.ended.catch((error: unknown) => error);
  await start(loading);
  await eventually('a step is under way', () => isUnderWay);
  const failFirst = async (): Promise<void> => {
    await start(failing);
    await eventually('the first has failed', () => running.states()[0] === 'FAILED');
  };
  return { running, outcome, failFirst };
}

describe('the workers of a process, when one cannot go on', () => {
  it('have all ended before anything is closed under them', async () => {
    const { running, outcome, failFirst } = await twoWorkers();
    await failFirst();
    let hasEnded = false;
    void outcome.finally(() => (hasEnded = true));
    await eventually('the other takes no more', () => running.states()[1] === 'DRAINING');
    await new Promise((resolve) => setImmediate(resolve));
    expect(hasEnded).toBe(false);
    letGo();
    expect(await outcome).toMatchObject({ cause: reasons[0] });
    expect(running.states()).toEqual(['FAILED', 'STOPPED']);
  });

  it('tell the first reason, and not that its stop cut off what was under way', async () => {
    const { running, outcome, failFirst } = await twoWorkers('1 second');
    await failFirst();
    expect(await outcome).toMatchObject({ cause: reasons[0] });
    expect(reasons).toHaveLength(2);
    expect(running.states()).toEqual(['FAILED', 'FAILED']);
  });

  it('say where the reason is read, because the SDK writes it to the log and hands over another', async () => {
    const { outcome, failFirst } = await twoWorkers('1 second');
    await failFirst();
    const message = expect.stringMatching(/^The worker of task queue [0-9a-f-]+ could not go on: .*"Worker failed"/);
    expect(await outcome).toMatchObject({ name: 'Transient', message });
  });

  it('tell that a stop cut off what was under way, and that nothing is lost', async () => {
    const { running, outcome } = await twoWorkers('1 second');
    running.stop();
    const message = 'what still ran 1 s after the stop was cut off; nothing is lost, the next worker does it again';
    expect(await outcome).toMatchObject({ name: 'Transient', message });
  });
});
