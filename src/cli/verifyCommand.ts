import type { Command } from 'commander';
import { loadConfig } from '../config/loadConfig.js';
import { EXIT } from './output.js';
import { runCommand } from './runCommand.js';

interface VerifyOptions {
  head?: string;
  publicKey?: string;
  keyId?: string;
  json?: boolean;
}

/** `rosterline verify`: recomputes every hash and recounts every day. */
export function addVerifyCommand(program: Command): void {
  program
    .command('verify')
    .description('prove that the objects and the warehouse are what the chain of seals says')
    .option('--head <sha256>', 'head that you noted; shows a chain whose end was cut off')
    .option('--public-key <file>', 'PEM of a key that must have signed the chain, or vouched for the key that did')
    .option('--key-id <id>', 'the same, by key id (see "keys list")')
    .option('--json', 'the report as JSON')
    .action(async (options: VerifyOptions) => {
      await runCommand(options.json ?? false, async (output) => {
        const config = loadConfig(process.env, process.cwd());
        const { describeReport, pinnedKeys, verifyStores } = await import('./verifyStores.js');
        const report = await verifyStores(config, { head: options.head, pinned: pinnedKeys(options) });
        for (const line of describeReport(report)) output.say(line);
        output.result(report);
        return report.ok ? EXIT.done : EXIT.failed;
      });
    });
}
