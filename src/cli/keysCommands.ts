import type { Command } from 'commander';
import { loadConfig } from '../config/loadConfig.js';
import { EXIT } from './output.js';
import { runCommand } from './runCommand.js';

interface KeysOptions {
  out: string;
  to: string;
  lost?: boolean;
  json?: boolean;
}

/** `rosterline keys …`: the keys that sign the chain. */
export function addKeysCommands(program: Command): void {
  const group = program
    .command('keys')
    .description('the keys that sign the chain of seals')
    .addHelpText(
      'after',
      `
First key:   rosterline keys new --out signing.pem        keep a copy of it where the objects are not
             ROSTERLINE_SIGNING_KEY_FILE=signing.pem      for every worker; the next entry puts it into force
Another key: rosterline keys new --out next.pem
             rosterline keys rotate --to next.pem         with the old key still configured
             ROSTERLINE_SIGNING_KEY_FILE=next.pem         for every worker; until then they pause and say why
Give the key id (keys list) to your auditor: "rosterline verify --key-id ID" then shows a chain that others signed.
Exit codes:  0 done · 1 failed · 2 wrong usage, configuration or key`,
    );
  group
    .command('new')
    .description('make an Ed25519 key in a new file that only you can read')
    .requiredOption('--out <file>', 'file to write; one that exists is never overwritten')
    .option('--json', 'the key id and the public key as JSON')
    .action(async (options: KeysOptions) => {
      await runCommand(options.json ?? false, async (output) => {
        const { makeSigningKey } = await import('../custody/chainSigner.js');
        const { keyId, publicKey } = makeSigningKey(options.out);
        output.say(`key ${keyId} in ${options.out}; its public half:\n${publicKey.trimEnd()}`);
        output.result({ keyId, publicKey, file: options.out });
        return EXIT.done;
      });
    });
  group
    .command('list')
    .description('which keys signed the chain, from which entry on; reads the whole chain')
    .option('--json', 'the keys as JSON')
    .action(async (options: KeysOptions) => {
      await runCommand(options.json ?? false, async (output) => {
        const config = loadConfig(process.env, process.cwd());
        const { listKeys } = await import('./keysActions.js');
        return await listKeys(config, output);
      });
    });
  group
    .command('rotate')
    .description('put another key into force; the configured one vouches for it')
    .requiredOption('--to <file>', 'the next key, from "keys new"')
    .option('--lost', 'nobody has the key in force any more: nothing vouches for the next, and verify says so')
    .option('--json', 'the new entry as JSON')
    .action(async (options: KeysOptions) => {
      await runCommand(options.json ?? false, async (output) => {
        const config = loadConfig(process.env, process.cwd());
        const { rotateTo } = await import('./keysActions.js');
        return await rotateTo(config, { file: options.to, lost: options.lost ?? false }, output);
      });
    });
}
