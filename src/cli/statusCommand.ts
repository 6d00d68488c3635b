import type { Command } from 'commander';
import { loadConfig } from '../config/loadConfig.js';
import { runCommand } from './runCommand.js';

/** `rosterline status`: what runs, what waits, what is next and what is there, on one screen. */
export function addStatusCommand(program: Command): void {
  program
    .command('status')
    .description('show on one screen what runs, what is closed, what is next and what is there')
    .option('--watch', 'again every two seconds, until Ctrl-C; plain lines where there is no terminal')
    .option('--json', 'the same as JSON; with --watch one object a look')
    .addHelpText(
      'after',
      `
Each part is asked by itself: exports, gates and learnt rates, nightly loads, the listener, the trunk sync,
coverage, workers. One that cannot be asked says why, and the others are shown.
More of each: export list · limits · nightly list · sync status · check`,
    )
    .action(async (options: { watch?: boolean; json?: boolean }) => {
      await runCommand(options.json ?? false, async (output) => {
        const config = loadConfig(process.env, process.cwd());
        const { showOverview } = await import('./status/showOverview.js');
        return await showOverview(config, { watch: options.watch ?? false }, output);
      });
    });
}
