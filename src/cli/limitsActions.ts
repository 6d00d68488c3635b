import path from 'node:path';
import {
  type Client,
  QueryRejectedError,
  type Workflow,
  WithStartWorkflowOperation,
  WorkflowNotFoundError,
} from '@temporalio/client';
import type { Config } from '../config/loadConfig.js';
import { BUDGET_KEEPER } from '../domain/budget/keeperId.js';
import type { ForgetLimit, SetLimit } from '../domain/budget/limitChange.js';
import type { LimitsTable } from '../domain/budget/limitsTable.js';
import { missingAbilities } from '../domain/serverAbilities.js';
import { askLimits } from '../temporal/askLimits.js';
import { withClient } from '../temporal/connectClient.js';
import { connectionSettings } from '../temporal/connectionSettings.js';
import { keeperIdOf } from '../temporal/budgetLink.js';
import { withProgress } from '../temporal/progressLog.js';
import { readServerRecord } from '../temporal/serverRecord.js';
import { answerOf } from './workerAnswer.js';
import { limitsText } from './limitsText.js';
import { EXIT, type ExitCode, type Output } from './output.js';

const NOTHING_KNOWN: LimitsTable = { v: 1, families: [], notes: [] };

/** Shows what is known of the API's limits, and what this Temporal server cannot do for them. */
export async function showLimits(config: Config, output: Output): Promise<ExitCode> {
  const keeperId = keeperIdOf(config.clientId());
  return await withClient(async (client) => {
    const asked = await asking(client, () => askLimits(client, keeperId, Date.now()));
    const table = asked ?? NOTHING_KNOWN;
    const notes = [...new Set([...table.notes, ...(await serverNotes(client, config))])];
    for (const line of limitsText({ ...table, notes }, new Date().toISOString())) output.say(line);
    output.result({ ...table, notes });
    return EXIT.done;
  });
}

/** Sets a family's limit; starts the keeper where there is none. */
export async function setLimit(config: Config, change: SetLimit, output: Output): Promise<ExitCode> {
  const workflowId = keeperIdOf(config.clientId());
  return await withClient(async (client) => {
    const startWorkflowOperation = new WithStartWorkflowOperation(BUDGET_KEEPER, {
      workflowId,
      taskQueue: config.taskQueue,
      args: [],
      workflowIdConflictPolicy: 'USE_EXISTING',
    });
    const table = await asking(client, () =>
      client.workflow.executeUpdateWithStart<Workflow, LimitsTable, [SetLimit]>('setLimit', {
        args: [change],
        startWorkflowOperation,
      }),
    );
    output.say(
      `${change.family} may make ${change.rate} from now on, in all workers together; 'rosterline limits forget ${change.family}' drops it`,
    );
    output.result(table);
    return EXIT.done;
  });
}

/** Drops what was set and what was learnt of a family. */
export async function forgetLimit(config: Config, change: ForgetLimit, output: Output): Promise<ExitCode> {
  const keeperId = keeperIdOf(config.clientId());
  return await withClient(async (client) => {
    const table = await asking(client, () =>
      client.workflow.getHandle(keeperId).executeUpdate<LimitsTable, [ForgetLimit]>('forgetLimit', { args: [change] }),
    );
    output.say(
      table === null
        ? `nothing is known of ${change.family} yet: there was nothing to forget`
        : `what was set and learnt of ${change.family} is forgotten; a gate that a refusal closed stays closed until its instant`,
    );
    output.result(table ?? NOTHING_KNOWN);
    return EXIT.done;
  });
}

/** What the keeper answers; null where there is no keeper. Says so once it takes over two seconds. */
async function asking<T>(client: Client, ask: () => Promise<T>): Promise<T | null> {
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  try {
    return await withProgress('waiting for a worker to answer', say, () => answerOf(client, ask));
  } catch (error) {
    if (error instanceof WorkflowNotFoundError || error instanceof QueryRejectedError) return null;
    throw error;
  }
}

async function serverNotes(client: Client, { dataDirectory }: Config): Promise<string[]> {
  const { serverVersion } = await client.workflowService.getSystemInfo({});
  const embedded = readServerRecord(path.join(dataDirectory, 'temporal'));
  const isEmbedded =
    embedded !== undefined && `${embedded.ip}:${embedded.port}` === connectionSettings().connectionOptions.address;
  return missingAbilities(serverVersion, isEmbedded);
}
