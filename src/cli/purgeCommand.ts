import { userInfo } from 'node:os';
import { type Command, Option } from 'commander';
import { loadConfig } from '../config/loadConfig.js';
import { DATASET_NAMES } from '../domain/exportWindow.js';
import { cutOf } from '../domain/purge.js';
import { PurgeRequest } from '../domain/purgeInput.js';
import { runCommand } from './runCommand.js';

interface PurgeOptions {
  olderThan: string;
  dataset?: string;
  unit?: string;
  by?: string;
  yes?: boolean;
  json?: boolean;
}

/** `rosterline purge`: removes the evidence of old days, for good. */
export function addPurgeCommand(program: Command): void {
  program
    .command('purge')
    .description('remove landings and seals of old days from the objects, for good; shows what first, and asks')
    .requiredOption(
      '--older-than <period-or-date>',
      'P3Y, P18M, P90D back from today; or the first day that stays, 2023-01-01',
    )
    .addOption(new Option('--dataset <name>', 'one dataset (default: all)').choices([...DATASET_NAMES]))
    .option('--unit <id-or-name>', 'one management unit, by id or exact name (default: all)')
    .option('--by <who>', 'who asks for it; it stands in the chain (default: your user name on this machine)')
    .option('--yes', 'remove without asking')
    .option('--json', 'what was done as JSON; without --yes only what would be done')
    .addHelpText(
      'after',
      `
Removes a seal when all its days are older, with the landings that no other seal names. What a legal hold
keeps stays, and what the store retains. Rows in the warehouse stay: this is about the archive.
What is removed, each object with its hash, is in the chain before anything goes; verify knows it from there.
Ctrl-C before the answer removes nothing; after it, the purge goes on, and a restarted worker ends it.
Not sure? Let it ask, and answer n.

Exit codes: 0 done, or nothing is that old · 1 nothing was removed (not confirmed), or it failed · 2 wrong usage
docs/custody.md tells the whole of it.`,
    )
    .action(async (options: PurgeOptions) => {
      await runCommand(options.json ?? false, async (output) => {
        const config = loadConfig(process.env, process.cwd());
        cutOf(options.olderThan, new Date().toISOString().slice(0, 10));
        const request = PurgeRequest.parse({
          olderThan: options.olderThan,
          dataset: options.dataset ?? null,
          managementUnitId: options.unit ?? null,
          by: options.by ?? userInfo().username,
        });
        const { purgeObjects } = await import('./purgeObjects.js');
        return await purgeObjects(config.taskQueue, { request, yes: options.yes ?? false }, output);
      });
    });
}
