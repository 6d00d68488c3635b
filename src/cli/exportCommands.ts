import { type Client, WorkflowFailedError, WorkflowNotFoundError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { ExportProgress } from '../../workflows/messages.js';
import { describeIssues, loadConfig } from '../config/loadConfig.js';
import { DATASET_NAMES } from '../domain/exportWindow.js';
import { Failure } from '../domain/failure.js';
import { HistoryExportInput, LANES, RELOADS } from '../domain/historyExportInput.js';
import type { HistoryExportResult } from '../domain/historyExportResult.js';
import { connectClient } from '../temporal/connectToTemporal.js';
import { exportId } from './exportId.js';
import { followExport } from './followExport.js';
import { EXIT, type ExitCode, type Output } from './output.js';
import { progressText } from './progressText.js';
import { runCommand } from './runCommand.js';

interface StartOptions {
  from: string;
  to: string;
  dataset?: string[];
  unit?: string[];
  exceptions: boolean;
  actuals?: boolean;
  adherenceDays?: number;
  occupancyDays?: number;
  parallel?: number;
  lane?: string;
  reload?: string;
  workflowId?: string;
  wait?: boolean;
  json?: boolean;
}

/** `rosterline export …`: starts and shows history exports. */
export function addExportCommands(program: Command): void {
  const group = program
    .command('export')
    .description('history exports: years of adherence and occupancy into the warehouse');
  group
    .command('start')
    .description('start an export; the same request again attaches to the one that runs')
    .requiredOption('--from <date>', 'first local day of each unit, such as 2024-01-01')
    .requiredOption('--to <date>', 'day after the last one, such as 2025-01-01')
    .addOption(new Option('--dataset <name...>', 'default: both').choices([...DATASET_NAMES]))
    .option('--unit <id-or-name...>', 'management units, by id or exact name (default: all)')
    .option('--no-exceptions', 'without exceptions: longer windows, fewer calls')
    .option('--actuals', 'with actual activities')
    .option('--adherence-days <n>', 'local days a window (default 7, without exceptions 31)', days)
    .option('--occupancy-days <n>', 'local days a window (default 7)', days)
    .option('--parallel <n>', 'windows at once (default 8)', days)
    .addOption(
      new Option('--lane <name>', 'which work goes first when the API is short (default backfill)').choices([...LANES]),
    )
    .addOption(
      new Option('--reload <what>', 'missing: only days not loaded (default) · provisional · all · force').choices([
        ...RELOADS,
      ]),
    )
    .option('--workflow-id <id>', 'id in Temporal (default: made from the request)')
    .option('--wait', 'show progress until it ends; Ctrl-C leaves it running')
    .option('--json', 'the outcome as JSON')
    .action(async (options: StartOptions) => {
      await runCommand(options.json ?? false, async (output) => {
        const input = readInput(options);
        const { taskQueue } = loadConfig(process.env, process.cwd());
        return await withClient(async (client) => await start(client, taskQueue, input, options, output));
      });
    });
  group
    .command('status')
    .description('show how far an export is')
    .argument('<workflow-id>', 'as export start printed it')
    .option('--json', 'the progress as JSON')
    .action(async (workflowId: string, options: { json?: boolean }) => {
      await runCommand(options.json ?? false, async (output) =>
        withClient(async (client) => await showStatus(client, workflowId, output)),
      );
    });
}

/** The request as the workflow takes it. @throws Failure `InvalidInput` with every wrong part. */
function readInput(options: StartOptions): HistoryExportInput {
  const parsed = HistoryExportInput.safeParse({
    datasets: options.dataset,
    from: options.from,
    to: options.to,
    managementUnits: options.unit,
    exceptions: options.exceptions,
    actuals: options.actuals,
    windowDays: { adherence: options.adherenceDays, occupancy: options.occupancyDays },
    maxParallelWindows: options.parallel,
    lane: options.lane,
    reload: options.reload,
  });
  if (parsed.success) return parsed.data;
  throw new Failure('InvalidInput', describeIssues(parsed.error));
}

async function start(
  client: Client,
  taskQueue: string,
  input: HistoryExportInput,
  options: StartOptions,
  output: Output,
): Promise<ExitCode> {
  const workflowId = options.workflowId ?? exportId(input);
  const handle = await client.workflow.start('historyExport', {
    taskQueue,
    workflowId,
    args: [input],
    workflowIdConflictPolicy: 'USE_EXISTING',
    staticSummary: `${input.datasets.join(' and ')}, ${input.from} to ${input.to}`,
  });
  output.say(`export ${workflowId} runs`);
  if (!options.wait) {
    output.say(`see how far it is: rosterline export status ${workflowId}`);
    output.result({ workflowId, runId: handle.firstExecutionRunId });
    return EXIT.done;
  }
  const result = await withReason(followExport(client, workflowId));
  for (const line of describeResult(result)) output.say(line);
  output.result({ workflowId, ...result });
  return result.status === 'complete' ? EXIT.done : EXIT.completeWithGaps;
}

async function showStatus(client: Client, workflowId: string, output: Output): Promise<ExitCode> {
  const handle = client.workflow.getHandle(workflowId);
  const { status } = await handle.describe().catch((error: unknown) => {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    throw new Failure('InvalidInput', `there is no export ${workflowId} on this Temporal server`);
  });
  if (status.name === 'COMPLETED') {
    const result = (await handle.result()) as HistoryExportResult;
    for (const line of describeResult(result)) output.say(line);
    output.result({ workflowId, state: status.name, ...result });
    return result.status === 'complete' ? EXIT.done : EXIT.completeWithGaps;
  }
  if (status.name !== 'RUNNING') {
    await withReason(handle.result());
    return EXIT.failed;
  }
  const progress = await handle.query<ExportProgress>('progress');
  output.say(progressText(progress, Date.now()));
  output.result({ workflowId, state: status.name, ...progress });
  return EXIT.done;
}

/** What an export did, in a few lines. */
export function describeResult(result: HistoryExportResult): string[] {
  return [
    `${result.status === 'complete' ? 'complete' : 'complete with gaps'}: ${result.windows} windows; ${Object.entries(
      result.rows,
    )
      .map(([table, rows]) => `${rows.toLocaleString('en')} ${table}`)
      .join(', ')}`,
    ...result.gaps.map(
      ({ dataset, managementUnitId, from, to, reason, message }) =>
        `gap: ${dataset} of ${managementUnitId}, ${from} to ${to}: ${reason}: ${message}`,
    ),
    `manifest ${result.manifest}, chain head ${result.head}`,
  ];
}

/** A failed workflow as our own failure, whose name decides the exit code. */
async function withReason<T>(ended: Promise<T>): Promise<T> {
  try {
    return await ended;
  } catch (error) {
    const cause = error instanceof WorkflowFailedError ? innermost(error.cause) : undefined;
    if (cause?.type === 'InvalidInput') throw new Failure('InvalidInput', cause.message, {}, { cause: error });
    if (cause) throw new Error(`${cause.type ?? 'failed'}: ${cause.message}`, { cause: error });
    throw error;
  }
}

function innermost(error: unknown): ApplicationFailure | undefined {
  if (error instanceof ApplicationFailure) return error;
  return error instanceof Error ? innermost(error.cause) : undefined;
}

async function withClient<T>(body: (client: Client) => Promise<T>): Promise<T> {
  const { client, connection } = await connectClient();
  try {
    return await body(client);
  } finally {
    await connection.close();
  }
}

function days(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new InvalidArgumentError('not a whole number above 0');
}
