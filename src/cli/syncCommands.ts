import { type Command, InvalidArgumentError } from 'commander';
import { type Config, loadConfig } from '../config/loadConfig.js';
import type { ExitCode, Output } from './output.js';
import { runCommand } from './runCommand.js';

interface JsonOption {
  readonly json?: boolean;
}

const FOOT = `
Exit codes: 0 done · 1 no Temporal server, worker or sync answers, or something failed · 2 wrong usage or policy`;

/** `rosterline sync …`: the trunk sync, from its first policy to why a trunk was out at 14:05. */
export function addSyncCommands(program: Command): void {
  const group = program
    .command('sync')
    .description("keep the routing of BYOC trunks in step with agents' schedules and carriers' health")
    .addHelpText(
      'after',
      `
First time:  sync init      writes a policy from what your organisation has; look at every line of it
             sync check     proves the policy against the organisation; changes nothing
             sync start     starts it: it observes, and writes nothing
             sync plan      shows the exact writes that it would make
             sync enable    lets it write, for exactly this policy
At 3 a.m.:   sync status    what carries each route, and why; what waits, and for what
             sync explain 'SingTel 2' --at 14:05
             sync stop      stops it; routes stay as they are
docs/sync.md tells the whole of it.`,
    );

  addPolicyCommands(group);
  addRunningCommands(group);
  addAskingCommands(group);
}

function addPolicyCommands(group: Command): void {
  command(
    group,
    'init',
    'write a first policy from what the organisation has, with comments; starts and changes nothing',
  )
    .option(
      '--out <file>',
      'where to write it; - is standard output (default: the file of ROSTERLINE_CONFIG, else ./rosterline.yaml)',
    )
    .addHelpText(
      'after',
      `
Reads sites, routes, trunks, business units, campaigns and data tables: some ten calls. A file that has a policy
already is left as it is; one without gets it appended. Carriers are guessed from the names of trunk bases.
${FOOT}`,
    )
    .action(async (options: JsonOption & { out?: string }) => {
      await run(options, async (config, output) => {
        const { initPolicy } = await import('./sync/initPolicy.js');
        return await initPolicy(
          config,
          { env: process.env, workingDirectory: process.cwd(), out: options.out },
          output,
        );
      });
    });
  command(
    group,
    'check',
    'prove the policy against the organisation: ids, names, permissions, columns; changes nothing',
  )
    .addHelpText('after', `\nReads only. What only a write can prove is named as such.\n${FOOT}`)
    .action(async (options: JsonOption) => {
      await run(options, async (config, output) => {
        const { checkPolicy } = await import('./sync/checkPolicy.js');
        return await checkPolicy(config, output);
      });
    });
  command(group, 'plan', 'show the writes that the sync would make now, as a diff; sends none')
    .addHelpText(
      'after',
      `\nAsks the sync that runs, which reads the organisation anew ('sync start' starts one; it observes).\n${FOOT}`,
    )
    .action(async (options: JsonOption) => {
      await run(options, async (config, output) => {
        const { showPlan } = await import('./sync/showPlan.js');
        return await showPlan(config, output);
      });
    });
}

function addRunningCommands(group: Command): void {
  command(group, 'start', 'start the sync with the policy of the configuration, or give the one that runs this policy')
    .addHelpText(
      'after',
      `
A new or changed policy observes: rounds are decided, sealed and shown, and nothing is written until 'sync enable'.
${FOOT}`,
    )
    .action(async (options: JsonOption) => {
      await run(options, async (config, output) => {
        const { startSync } = await import('./sync/startSync.js');
        return await startSync(config, output);
      });
    });
  command(group, 'enable', 'let the sync write, for exactly the policy that runs; outlives restarts')
    .addHelpText('after', `\nLook at 'sync plan' before. A changed policy observes again.\n${FOOT}`)
    .action(async (options: JsonOption) => {
      await run(options, async (config, output) => (await actions()).enableSync(config, output));
    });
  command(
    group,
    'approve',
    'let a round that waits for approval write: mass failures, and more writes than maxWritesPerRound',
  )
    .argument('<round>', "its number, from 'sync status'", wholeNumber)
    .addHelpText(
      'after',
      `\nValid while the decision is the same: a round that decides otherwise waits again.\n${FOOT}`,
    )
    .action(async (round: number, options: JsonOption) => {
      await run(options, async (config, output) => (await actions()).approveRound(config, round, output));
    });
  command(group, 'stop', 'stop the sync, after the write under way; routes stay as they are')
    .addHelpText('after', `\n'sync start' starts it again; it observes until 'sync enable'.\n${FOOT}`)
    .action(async (options: JsonOption) => {
      await run(options, async (config, output) => (await actions()).stopSync(config, output));
    });
  command(group, 'now', 'ask for a round now, without waiting for a change or the timer')
    .option('--reason <text>', "kept in the workflow's history")
    .option('--wait', 'until a round that heeds it has ended')
    .addHelpText('after', `\nAsked from two places at once, it is one round.\n${FOOT}`)
    .action(async (options: JsonOption & { reason?: string; wait?: boolean }) => {
      await run(options, async (config, output) => (await actions()).syncNow(config, options, output));
    });
}

function addAskingCommands(group: Command): void {
  command(group, 'status', 'show what carries each route and why, what is drifting, throttled or waits for approval')
    .addHelpText('after', `\nAsks Temporal alone; calls no API of Genesys.\n${FOOT}`)
    .action(async (options: JsonOption) => {
      await run(options, async (config, output) => {
        const { showStatus } = await import('./sync/showStatus.js');
        return await showStatus(config, output);
      });
    });
  command(group, 'history', 'list the rounds that decided something new, from their seals, the newest first')
    .option('--last <n>', 'how many', wholeNumber, 20)
    .addHelpText('after', `\nReads the directory of objects (OBJECTS_URL) and nothing else.\n${FOOT}`)
    .action(async (options: JsonOption & { last: number }) => {
      await run(options, async (config, output) => {
        const { showHistory } = await import('./sync/showHistory.js');
        return await showHistory(config, options.last, output);
      });
    });
  command(group, 'explain', 'say why a trunk or a route was as it was at a time, and who changed a route by hand')
    .argument('<trunk|route>', 'name or id, as the policy or Genesys has it')
    .option('--at <time>', '14:05, 2026-11-22T14:05 (this machine’s time zone) or 2026-11-22T06:05Z (default: now)')
    .addHelpText(
      'after',
      `
Reads the seals in the directory of objects. Who changed a route by hand is asked of Genesys's audit (audits:audit:view),
where that permission is granted; without it the rest is told all the same.
${FOOT}`,
    )
    .action(async (name: string, options: JsonOption & { at?: string }) => {
      await run(options, async (config, output) => {
        const { explain } = await import('./sync/explain.js');
        return await explain(config, name, options.at, output);
      });
    });
}

function command(group: Command, name: string, description: string): Command {
  return group.command(name).description(description).option('--json', 'the outcome as JSON');
}

const actions = () => import('./sync/syncActions.js');

async function run({ json }: JsonOption, body: (config: Config, output: Output) => Promise<ExitCode>): Promise<void> {
  await runCommand(json ?? false, async (output) => await body(loadConfig(process.env, process.cwd()), output));
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new InvalidArgumentError('not a whole number above 0');
}
