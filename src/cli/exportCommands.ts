import { type Command, InvalidArgumentError, Option } from 'commander';
import { describeIssues, loadConfig } from '../config/loadConfig.js';
import { DATASET_NAMES } from '../domain/exportWindow.js';
import { Failure } from '../domain/failure.js';
import { HistoryExportInput, LANES, RELOADS } from '../domain/historyExportInput.js';
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
        const { startExport } = await import('./exportActions.js');
        return await startExport(taskQueue, input, options, output);
      });
    });
  group
    .command('status')
    .description('show how far an export is')
    .argument('<workflow-id>', 'as export start printed it')
    .option('--json', 'the progress as JSON')
    .action(async (workflowId: string, options: { json?: boolean }) => {
      await runCommand(options.json ?? false, async (output) => {
        const { showExport } = await import('./exportActions.js');
        return await showExport(workflowId, output);
      });
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

function days(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new InvalidArgumentError('not a whole number above 0');
}
