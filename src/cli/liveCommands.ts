import type { Command } from 'commander';
import { type Config, loadConfig } from '../config/loadConfig.js';
import type { ExitCode, Output } from './output.js';
import { runCommand } from './runCommand.js';

const FOOT = `
Exit codes: 0 done · 1 no Temporal server answers, or something failed · 2 no feed runs, or wrong usage`;

/** `rosterline live …`: the live feed, which hears Genesys's notifications. */
export function addLiveCommands(program: Command): void {
  const group = program
    .command('live')
    .description("hear Genesys's notifications: adherence and occupancy of now as rows, changes for the trunk sync")
    .addHelpText(
      'after',
      `
One listener an organisation, kept alive by Temporal: it runs in a worker that owns the warehouse, and another takes
over within seconds. What may have been missed meanwhile is read by REST, and each such gap is a row of live_gap.
At 3 a.m.:   live status    does it hear? is anything missing? what is refused, and by which permission?
docs/live.md tells the whole of it.`,
    );
  command(group, 'start', 'start the live feed of the organisation; one that runs stays as it is')
    .addHelpText(
      'after',
      `\nWhat it listens to is under live: in rosterline.yaml; everything, where that is absent.\n${FOOT}`,
    )
    .action(async (options: { json?: boolean }) => {
      await run(options, async (config, output) => (await actions()).startFeed(config, output));
    });
  command(group, 'status', 'show whether it hears, since when, whether anything may be missing, and what is refused')
    .addHelpText('after', `\nAsks Temporal alone; calls no API of Genesys, and works while no worker runs.\n${FOOT}`)
    .action(async (options: { json?: boolean }) => {
      await run(options, async (config, output) => (await actions()).showFeed(config, output));
    });
  command(group, 'stop', 'stop it, once it has written what it has heard; rows stay')
    .addHelpText('after', `\n'live start' starts it again: what changed meanwhile is read then.\n${FOOT}`)
    .action(async (options: { json?: boolean }) => {
      await run(options, async (config, output) => (await actions()).stopFeed(config, output));
    });
}

function command(group: Command, name: string, description: string): Command {
  return group.command(name).description(description).option('--json', 'the outcome as JSON');
}

const actions = () => import('./live/liveActions.js');

async function run(
  { json }: { json?: boolean },
  body: (config: Config, output: Output) => Promise<ExitCode>,
): Promise<void> {
  await runCommand(json ?? false, async (output) => await body(loadConfig(process.env, process.cwd()), output));
}
