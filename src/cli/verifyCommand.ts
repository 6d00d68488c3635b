import type { Command } from 'commander';
import { loadConfig } from '../config/loadConfig.js';
import { EXIT } from './output.js';
import { runCommand } from './runCommand.js';

interface VerifyOptions {
  objects?: string;
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
    .option(
      '--objects <place>',
      'a copy of the objects alone: a directory or s3://…; needs no configuration and no warehouse',
    )
    .option('--head <sha256>', 'head that you noted; shows a chain whose end was cut off')
    .option('--public-key <file>', 'PEM of a key that must have signed the chain, or vouched for the key that did')
    .option('--key-id <id>', 'the same, by key id (see "keys list")')
    .option('--json', 'the report as JSON')
    .addHelpText(
      'after',
      `
Changes nothing. What each kind of damage means and what to do about it: docs/custody.md, which also shows how to
check by hand. An auditor with a copy of the objects and your public key:
  rosterline verify --objects ./copy --public-key rosterline.pub.pem --head <sha256 that was noted>
Exit codes: 0 everything is as it was sealed · 1 something is broken, or could not be read · 2 wrong usage`,
    )
    .action(async (options: VerifyOptions) => {
      await runCommand(options.json ?? false, async (output) => {
        const { describeReport, pinnedKeys, verifyCopy, verifyStores } = await import('./verifyStores.js');
        const known = { head: options.head, pinned: pinnedKeys(options) };
        const report =
          options.objects === undefined
            ? await verifyStores(loadConfig(process.env, process.cwd()), known)
            : await verifyCopy(options.objects, process.env, known);
        for (const line of describeReport(report)) output.say(line);
        output.result(report);
        return report.ok ? EXIT.done : EXIT.failed;
      });
    });
}
