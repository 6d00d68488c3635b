import type { Command } from 'commander';
import { type Config, loadConfig } from '../config/loadConfig.js';
import type { ExitCode, Output } from './output.js';
import { runCommand } from './runCommand.js';

interface JsonOption {
  readonly json?: boolean;
}

const FOOT = `
Exit codes: 0 done · 1 no Temporal server answers, or something failed · 2 wrong usage or configuration`;

/** `rosterline nightly …`: Temporal Schedules as the configuration has them. */
export function addNightlyCommands(program: Command): void {
  const group = program
    .command('nightly')
    .description('nightly loads: the last whole day of each unit, and what Genesys restates, by Temporal Schedules')
    .addHelpText(
      'after',
      `
'nightly:' in the file of ROSTERLINE_CONFIG says which loads there are; 'nightly apply' brings that about, again and again.
At 3 a.m.:   nightly list              what is due, what ran last, what is paused, what was changed by hand
             nightly describe <name>   one of them, with its last runs
             nightly trigger <name>    load now
             nightly backfill <name> --from 2026-11-19 --to 2026-11-21   the nights that were missed
docs/nightly.md tells the whole of it, also with the plain Temporal CLI.`,
    );
  addWholeCommands(group);
  addNamedCommands(group);
}

function addWholeCommands(group: Command): void {
  command(group, 'apply', 'make the schedules on the Temporal server what the configuration says; twice is as once')
    .option('--dry-run', 'only say what would be done')
    .option('--delete-others', 'also delete schedules of this task queue that are not in the configuration')
    .addHelpText(
      'after',
      `
A schedule that was changed by hand is put right, and what differed is shown. Whether it is paused and its note stay.
Schedules that are no longer in the configuration are named; --delete-others deletes them.
${FOOT}`,
    )
    .action(async (options: JsonOption & { dryRun?: boolean; deleteOthers?: boolean }) => {
      await run(options, async (config, output) => {
        const { applyNightly } = await import('./nightly/applyNightly.js');
        return await applyNightly(config, options, output);
      });
    });
  command(group, 'list', 'show each nightly load: when, next, last, paused, and what differs from the configuration')
    .addHelpText('after', `\nAsks Temporal alone; calls no API of Genesys.\n${FOOT}`)
    .action(async (options: JsonOption) => {
      await run(options, async (config, output) => {
        const { listNightly } = await import('./nightly/listNightly.js');
        return await listNightly(config, output);
      });
    });
}

function addNamedCommands(group: Command): void {
  named(group, 'describe', 'show one nightly load: its times to come, its last runs and what they loaded').action(
    async (name: string, options: JsonOption) => {
      await run(options, async (config, output) => {
        const { describeNightly } = await import('./nightly/describeNightly.js');
        return await describeNightly(config, name, output);
      });
    },
  );
  named(group, 'pause', 'start no more loads until it is resumed; one that runs goes on')
    .option('--reason <text>', 'kept as the note of the schedule')
    .action(async (name: string, options: JsonOption & { reason?: string }) => {
      await run(options, async (config, output) => (await actions()).pauseNightly(config, name, options, output));
    });
  named(group, 'resume', 'start loads again; nights that passed meanwhile are loaded by the next')
    .option('--reason <text>', 'kept as the note of the schedule')
    .action(async (name: string, options: JsonOption & { reason?: string }) => {
      await run(options, async (config, output) => (await actions()).resumeNightly(config, name, options, output));
    });
  named(group, 'trigger', 'load now, also while it is paused; after the load that runs, if one does').action(
    async (name: string, options: JsonOption) => {
      await run(options, async (config, output) => (await actions()).triggerNightly(config, name, output));
    },
  );
  named(group, 'backfill', 'run the nights of some dates, each for the days that it was for')
    .requiredOption('--from <date>', "first date, in the schedule's time zone, such as 2026-11-19")
    .requiredOption('--to <date>', 'date after the last one')
    .option('--dry-run', 'only show which nights')
    .addHelpText('after', `\nOne after the other, also while it is paused. No day is read twice.\n${FOOT}`)
    .action(async (name: string, options: JsonOption & { from: string; to: string; dryRun?: boolean }) => {
      await run(options, async (config, output) => {
        const { backfillNightly } = await import('./nightly/backfillNightly.js');
        return await backfillNightly(config, name, options, output);
      });
    });
  named(group, 'delete', 'delete one from the Temporal server; a load that runs goes on').action(
    async (name: string, options: JsonOption) => {
      await run(options, async (config, output) => (await actions()).deleteNightly(config, name, output));
    },
  );
}

const actions = () => import('./nightly/nightlyActions.js');

function command(group: Command, name: string, description: string): Command {
  return group.command(name).description(description).option('--json', 'the outcome as JSON');
}

function named(group: Command, name: string, description: string): Command {
  return command(group, name, description).argument('<name>', 'as the configuration has it');
}

async function run({ json }: JsonOption, body: (config: Config, output: Output) => Promise<ExitCode>): Promise<void> {
  await runCommand(json ?? false, async (output) => await body(loadConfig(process.env, process.cwd()), output));
}
