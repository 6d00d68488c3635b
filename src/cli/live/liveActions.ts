import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { Config } from '../../config/loadConfig.js';
import { Failure } from '../../domain/failure.js';
import { withClient } from '../../temporal/connectClient.js';
import { withProgress } from '../../temporal/progressLog.js';
import { EXIT, type ExitCode, type Output } from '../output.js';
import { organisationOf } from '../organisationOf.js';
import { runningOfQueue } from '../runningOfQueue.js';
import { LIVE_FEED, feedNow } from './feedNow.js';
import { feedText } from './feedText.js';

const LOOK_AGAIN_MS = 250;
/** The listener writes what it has heard, and lets go of its channels. */
const ENDS_WITHIN_MS = 30_000;

/** Starts the feed of this organisation; one that runs already stays as it is. */
export async function startFeed(config: Config, output: Output): Promise<ExitCode> {
  if (config.live?.enabled === false)
    throw new Failure(
      'InvalidInput',
      'live.enabled is false in the configuration: nothing was started; switch it on there, restart the workers, and start it then',
    );
  const organisation = await organisationOf(config, 'No feed was started.');
  const workflowId = `${LIVE_FEED}/${organisation.id}`;
  return await withClient(async (client) => {
    let outcome: 'started' | 'runs' = 'started';
    try {
      await client.workflow.start(LIVE_FEED, {
        taskQueue: config.taskQueue,
        workflowId,
        args: [],
        workflowIdConflictPolicy: 'FAIL',
        staticSummary: 'Live feed: notifications',
      });
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      outcome = 'runs';
    }
    output.say(
      outcome === 'started'
        ? `the live feed of ${organisation.name} runs as ${workflowId}: a worker that owns the warehouse listens within seconds. See 'rosterline live status'.`
        : `${workflowId} runs already: nothing was changed. It goes by the configuration of the worker that listens: restart that after a change.`,
    );
    output.result({ workflowId, outcome });
    return EXIT.done;
  });
}

/** Shows whether the feed hears, and whether anything may be missing. */
export async function showFeed(config: Config, output: Output): Promise<ExitCode> {
  return await withRunningFeed(config, async (client, workflowId) => {
    const feed = await feedNow(client, workflowId);
    for (const line of feedText(feed, Date.now())) output.say(line);
    output.result(feed);
    return EXIT.done;
  });
}

/** Stops the feed cleanly and waits for it. */
export async function stopFeed(config: Config, output: Output): Promise<ExitCode> {
  return await withRunningFeed(config, async (client, workflowId) => {
    const handle = client.workflow.getHandle(workflowId);
    await handle.cancel();
    const say = (line: string): void => void process.stderr.write(`${line}\n`);
    const status = await withProgress('waiting for the listener to write what it has heard', say, async () => {
      for (const giveUpAtMs = performance.now() + ENDS_WITHIN_MS; ; await sleep(LOOK_AGAIN_MS)) {
        const { status: now } = await handle.describe();
        if (now.name !== 'RUNNING' || performance.now() > giveUpAtMs) return now.name;
      }
    });
    if (status === 'RUNNING')
      throw new Failure(
        'Blocked',
        `the feed was told to stop and has not ended within ${ENDS_WITHIN_MS / 1000} s: it ends with the next answer of a worker ('rosterline worker'). Rows stay as they are.`,
      );
    output.say(
      'the feed has stopped; rows stay as they are, and what changes from now on is read when it starts again',
    );
    output.result({ stopped: true, workflowId });
    return EXIT.done;
  });
}

async function withRunningFeed<T>(
  { taskQueue }: Config,
  step: (client: Client, workflowId: string) => Promise<T>,
): Promise<T> {
  return await withClient(async (client) => {
    const workflowId = await runningOfQueue(client, { type: LIVE_FEED, several: 'live feeds', taskQueue });
    if (workflowId !== null) return await step(client, workflowId);
    throw new Failure(
      'InvalidInput',
      "no live feed runs here: start one with 'rosterline live start'. Where one should run, look at TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE and ROSTERLINE_TASK_QUEUE.",
    );
  });
}
