import { userInfo } from 'node:os';
import { type Command, Option } from 'commander';
import { type Config, describeIssues, loadConfig } from '../config/loadConfig.js';
import { DATASET_NAMES } from '../domain/exportWindow.js';
import { Failure } from '../domain/failure.js';
import { CustodyId, HoldRequest, ReleaseRequest } from '../domain/legalHold.js';
import type { ExitCode, Output } from './output.js';
import { runCommand } from './runCommand.js';

interface ScopeOptions {
  dataset?: string;
  unit?: string;
  from?: string;
  to?: string;
  json?: boolean;
}

interface PlaceOptions extends ScopeOptions {
  id?: string;
  reason: string;
  by?: string;
  wait?: boolean;
}

interface ReleaseOptions {
  reason: string;
  by?: string;
  json?: boolean;
  wait?: boolean;
}

const FOOT = `
Exit codes: 0 done · 1 not done yet or failed (it says which) · 2 wrong usage, or such a hold cannot be
docs/custody.md tells the whole of it.`;

/** `rosterline hold …`: legal holds, from being placed to being released. */
export function addHoldCommands(program: Command): void {
  const group = program
    .command('hold')
    .description('legal holds: keep the evidence of days from being changed, restated in place or purged')
    .addHelpText(
      'after',
      `
A lawyer rings:  hold place --from 2023-01-01 --to 2024-01-01 --unit 'London Service Desk' --reason 'matter 2031-17'
What is held:    hold list
It is over:      hold release <hold-id> --reason 'matter 2031-17 closed'
In force at once for what arrives later and against purges; --wait until all that is there is held too.
A worker must run (it does the work, and goes on where it was when it is restarted).`,
    );
  withScope(
    group.command('place').description('hold every landing, seal and row in range, those that arrive later too'),
  )
    .requiredOption('--reason <text>', 'why; it stands in the chain, for good')
    .option('--by <who>', 'who asks for it; it stands in the chain (default: your user name on this machine)')
    .option('--id <hold-id>', 'your own id, such as matter-2031-17; the same id again goes on with that hold')
    .option('--wait', 'until everything that is there is held; Ctrl-C leaves it going on')
    .option('--json', 'the hold as JSON')
    .addHelpText(
      'after',
      `
--from and --to are local days of each unit; --to is the day after the last one, and may lie in the future.
Without --dataset and --unit all of them are held. Prints the hold's id, which releases it.
On a bucket it needs Object Lock: 'rosterline check' says whether it has it.
${FOOT}`,
    )
    .action(async (options: PlaceOptions) => {
      await run(options, async (config, output) => {
        if (options.from === undefined || options.to === undefined)
          throw new Failure(
            'InvalidInput',
            'give --from and --to: local days, --to is the day after the last one; nothing was changed',
          );
        const request = parsed(HoldRequest, {
          dataset: options.dataset ?? null,
          managementUnitId: options.unit ?? null,
          from: options.from,
          to: options.to,
          reason: options.reason,
          by: options.by ?? userInfo().username,
        });
        const holdId = options.id === undefined ? undefined : parsed(CustodyId, options.id);
        const { placeHold } = await import('./hold/placeHold.js');
        return await placeHold(config.taskQueue, { holdId, request, wait: options.wait ?? false }, output);
      });
    });
  group
    .command('release')
    .description('end a hold; what another hold keeps stays held')
    .argument('<hold-id>', "as 'hold place' and 'hold list' print it")
    .requiredOption('--reason <text>', 'why; it stands in the chain, for good')
    .option('--by <who>', 'who asks for it; it stands in the chain (default: your user name on this machine)')
    .option('--wait', 'until nothing is held for it; Ctrl-C leaves it going on')
    .option('--json', 'the outcome as JSON')
    .addHelpText(
      'after',
      `\nRemoves nothing: that is what 'rosterline purge' does, when asked. Safe to repeat.\n${FOOT}`,
    )
    .action(async (id: string, options: ReleaseOptions) => {
      await run(options, async (config, output) => {
        const holdId = parsed(CustodyId, id);
        const request = parsed(ReleaseRequest, { reason: options.reason, by: options.by ?? userInfo().username });
        const { releaseHold } = await import('./hold/releaseHold.js');
        return await releaseHold(config.taskQueue, { holdId, request, wait: options.wait ?? false }, output);
      });
    });
  withScope(group.command('list').description('show the holds that stand, from the objects alone'))
    .option('--all', 'those that were released too')
    .option('--json', 'the holds as JSON')
    .addHelpText(
      'after',
      `\nWith --dataset, --unit (id), --from or --to: those that concern some of it. Needs no worker.\n${FOOT}`,
    )
    .action(async (options: ScopeOptions & { all?: boolean }) => {
      await run(options, async (config, output) => {
        const { listHolds } = await import('./hold/listHolds.js');
        return await listHolds(config, options, output);
      });
    });
}

function withScope(command: Command): Command {
  return command
    .option('--from <date>', 'first local day, such as 2023-01-01')
    .option('--to <date>', 'day after the last one, such as 2024-01-01')
    .addOption(new Option('--dataset <name>', 'one dataset (default: all)').choices([...DATASET_NAMES]))
    .option('--unit <id-or-name>', 'one management unit, by id or exact name (default: all)');
}

async function run(
  { json }: { json?: boolean },
  body: (config: Config, output: Output) => Promise<ExitCode>,
): Promise<void> {
  await runCommand(json ?? false, async (output) => await body(loadConfig(process.env, process.cwd()), output));
}

/** What was typed, in our types. @throws Failure `InvalidInput` naming each option that is wrong. */
function parsed<T>(
  schema: {
    safeParse(
      raw: unknown,
    ): { success: true; data: T } | { success: false; error: Parameters<typeof describeIssues>[0] };
  },
  raw: unknown,
): T {
  const read = schema.safeParse(raw);
  if (read.success) return read.data;
  throw new Failure('InvalidInput', `${describeIssues(read.error)}; nothing was changed`);
}
