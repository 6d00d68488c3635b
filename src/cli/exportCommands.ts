import { type Command, InvalidArgumentError, Option } from 'commander';
import { type Config, describeIssues, loadConfig } from '../config/loadConfig.js';
import { hasBegunSomewhere } from '../domain/exportRange.js';
import { DATASET_NAMES } from '../domain/exportWindow.js';
import { Failure } from '../domain/failure.js';
import { HistoryExportInput, RELOADS } from '../domain/historyExportInput.js';
import { LANES } from '../domain/lane.js';
import { addExportVerbs } from './export/verbCommands.js';
import type { ExitCode, Output } from './output.js';
import { runCommand } from './runCommand.js';

/** Options that say what an export is for; `start` and `plan` have the same. */
interface RequestOptions {
  from?: string;
  to?: string;
  since?: string;
  dataset?: string[];
  unit?: string[];
  exceptions: boolean;
  actuals?: boolean;
  adherenceDays?: number;
  occupancyDays?: number;
  scheduleDays?: number;
  parallel?: number;
  lane?: string;
  reload?: string;
  json?: boolean;
}

interface StartOptions extends RequestOptions {
  workflowId?: string;
  wait?: boolean;
  dryRun?: boolean;
}

/** `rosterline export …`: plans, starts and shows history exports. */
export function addExportCommands(program: Command): void {
  const group = program
    .command('export')
    .description('history exports: years of adherence, occupancy and schedules into the warehouse');
  withRequest(
    group.command('start').description('start an export; the same request again attaches to the one that runs'),
  )
    .option('--workflow-id <id>', 'id in Temporal (default: made from the request)')
    .option('--wait', 'show progress until it ends; Ctrl-C leaves it running')
    .option('--dry-run', 'only show what it would come to: the same as export plan')
    .option('--json', 'the outcome as JSON')
    .action(async (options: StartOptions) => {
      await runCommand(options.json ?? false, async (output) => {
        const input = readInput(options);
        const config = loadConfig(process.env, process.cwd());
        if (options.dryRun) return await showPlan(config, input, output);
        const { startExport } = await import('./exportActions.js');
        return await startExport(config.taskQueue, input, options, output);
      });
    });
  withRequest(
    group
      .command('plan')
      .description('show what an export would come to (windows, API calls, rows, time), and start nothing'),
  )
    .option('--json', 'the plan as JSON')
    .action(async (options: RequestOptions) => {
      await runCommand(options.json ?? false, async (output) => {
        const input = readInput(options);
        return await showPlan(loadConfig(process.env, process.cwd()), input, output);
      });
    });
  group
    .command('status')
    .description('show how far an export is')
    .argument('<workflow-id>', 'as export start printed it')
    .option('--watch', 'show it until it ends, or until Ctrl-C, which leaves it running')
    .option('--json', 'the progress as JSON; with --watch one object a look')
    .action(async (workflowId: string, options: { watch?: boolean; json?: boolean }) => {
      await runCommand(options.json ?? false, async (output) => {
        const { showExport } = await import('./exportActions.js');
        return await showExport(workflowId, { watch: options.watch ?? false }, output);
      });
    });
  addExportVerbs(group);
}

/** What an export is for. */
function withRequest(command: Command): Command {
  return command
    .option('--from <date>', 'first local day of each unit, such as 2024-01-01')
    .option('--to <date>', 'day after the last one, such as 2025-01-01')
    .option(
      '--since <length>',
      "instead of dates: 90d, 12w, 6mo or 2y back from the last local day that is over in every unit's zone",
    )
    .addOption(new Option('--dataset <name...>', 'default: adherence and occupancy').choices([...DATASET_NAMES]))
    .option('--unit <id-or-name...>', 'management units, by id or exact name (default: all)')
    .option('--no-exceptions', 'without exceptions: longer windows, fewer calls')
    .option('--actuals', 'with actual activities')
    .option('--adherence-days <n>', 'local days a window (default 7, without exceptions 31)', days)
    .option('--occupancy-days <n>', 'local days a window (default 7)', days)
    .option('--schedule-days <n>', 'local days a window, at most 7 (default 7, never over the start of a week)', days)
    .option('--parallel <n>', 'windows at once (default 8)', days)
    .addOption(
      new Option('--lane <name>', 'which work goes first when the API is short (default backfill)').choices([...LANES]),
    )
    .addOption(
      new Option('--reload <what>', 'missing: only days not loaded (default) · provisional · all · force').choices([
        ...RELOADS,
      ]),
    );
}

async function showPlan(config: Config, input: HistoryExportInput, output: Output): Promise<ExitCode> {
  const { planExport } = await import('./exportPlanAction.js');
  return await planExport(config, input, output);
}

/**
 * The request as the workflow takes it.
 *
 * @throws Failure `InvalidInput` with every wrong part, or where the last day has not even begun anywhere on earth.
 */
function readInput(options: RequestOptions): HistoryExportInput {
  if (options.since !== undefined && (options.from !== undefined || options.to !== undefined))
    throw new Failure('InvalidInput', 'since: --since says the dates by itself: leave out --from and --to, or --since');
  if (options.since === undefined && (options.from === undefined || options.to === undefined))
    throw new Failure('InvalidInput', 'from: give --from and --to, or --since (such as --since 90d)');
  const parsed = HistoryExportInput.safeParse({
    datasets: options.dataset,
    from: options.from,
    to: options.to,
    since: options.since,
    managementUnits: options.unit,
    exceptions: options.exceptions,
    actuals: options.actuals,
    windowDays: { adherence: options.adherenceDays, occupancy: options.occupancyDays, schedules: options.scheduleDays },
    maxParallelWindows: options.parallel,
    lane: options.lane,
    reload: options.reload,
  });
  if (!parsed.success) throw new Failure('InvalidInput', describeIssues(parsed.error));
  const { to } = parsed.data;
  if (to !== undefined && !hasBegunSomewhere(to, new Date().toISOString()))
    throw new Failure(
      'InvalidInput',
      `to: ${to} (exclusive) asks for a day that is not over in any time zone; nothing was started`,
    );
  return parsed.data;
}

function days(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new InvalidArgumentError('not a whole number above 0');
}
