import { type Command, Option } from 'commander';
import { describeIssues, loadConfig } from '../config/loadConfig.js';
import { CoverageChoice } from '../domain/coverage/coverageChoice.js';
import { DATASET_NAMES } from '../domain/exportWindow.js';
import { Failure } from '../domain/failure.js';
import { type Lane, LANES } from '../domain/lane.js';
import { runCommand } from './runCommand.js';

interface ChoiceOptions {
  dataset?: string[];
  unit?: string[];
  from?: string;
  to?: string;
  json?: boolean;
}

/** `rosterline coverage …`: what is there of what should be, and loading what is not. */
export function addCoverageCommands(program: Command): void {
  const group = withChoice(
    program
      .command('coverage')
      .enablePositionalOptions()
      .description(
        'see which days are there, which are missing, failed or poorer than they should be, and missed nights',
      ),
  )
    .addHelpText(
      'after',
      `
Reads the warehouse and asks Temporal for its schedules; changes nothing and calls no API of Genesys.
  gap            an export asked for the day and does not have it as asked
  never loaded   nobody asked for it, though it is over, and a nightly load or its neighbours say that it should be there
  fell           fewer rows or agents than were loaded, than Genesys had before, or than the same weekday had
  not settled    read while Genesys could still restate it, and not since
  missed night   a nightly load that should have ended by now and never did, or never started
'coverage:' in the file of ROSTERLINE_CONFIG has the thresholds; docs/coverage.md tells the whole of it.
Exit codes: 0 whole · 3 a finding, each named · 1 could not be read · 2 wrong usage or configuration`,
    )
    .action(async (options: ChoiceOptions) => {
      await runCommand(options.json ?? false, async (output) => {
        const choice = choiceOf(options);
        const config = loadConfig(process.env, process.cwd());
        const { showCoverage } = await import('./coverage/showCoverage.js');
        return await showCoverage(config, choice, output);
      });
    });
  withChoice(
    group
      .command('repair')
      .description('load exactly the days at fault, by history exports, and say what no export mends'),
  )
    .option('--dry-run', 'only say what would be loaded')
    .option('--wait', 'show progress until the exports end, then judge again; Ctrl-C leaves them running')
    .addOption(
      new Option('--lane <name>', 'which work goes first when the API is short').choices([...LANES]).default('nightly'),
    )
    .addHelpText(
      'after',
      `
The same repair again attaches to the exports that run. Days whose answer Genesys has made poorer are left to you:
'rosterline export start … --reload force' takes them as Genesys has them now.
Exit codes: 0 done, or nothing to do · 3 something is left that no export mends · 1 failed · 2 wrong usage`,
    )
    .action(async (options: ChoiceOptions & { dryRun?: boolean; wait?: boolean; lane: Lane }) => {
      await runCommand(options.json ?? false, async (output) => {
        const choice = choiceOf(options);
        const config = loadConfig(process.env, process.cwd());
        const { repairCoverage } = await import('./coverage/repairCoverage.js');
        return await repairCoverage(config, choice, options, output);
      });
    });
}

function withChoice(command: Command): Command {
  return command
    .addOption(new Option('--dataset <name...>', 'default: all').choices([...DATASET_NAMES]))
    .option('--unit <id-or-name...>', 'management units, by id or exact name (default: all)')
    .option('--from <date>', 'first local day, such as 2026-11-01 (default: the first that is there)')
    .option('--to <date>', 'day after the last one')
    .option('--json', 'the outcome as JSON');
}

function choiceOf({ dataset, unit, from, to }: ChoiceOptions): CoverageChoice {
  const parsed = CoverageChoice.safeParse({ datasets: dataset, units: unit, from, to });
  if (!parsed.success) throw new Failure('InvalidInput', describeIssues(parsed.error));
  return parsed.data;
}
