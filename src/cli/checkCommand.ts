import { type Command, Option } from 'commander';
import { knownSecrets, withoutSecrets } from '../config/knownSecrets.js';
import { DATASET_NAMES, type DatasetName } from '../domain/exportWindow.js';
import { DEFAULT_DATASETS } from '../domain/historyExportInput.js';
import { CheckTeller, verdict } from './check/checkText.js';
import { tellingChecklist } from './check/tellingChecklist.js';
import type { CheckedPart } from './check/runChecks.js';
import { EXIT } from './output.js';
import { runCommand } from './runCommand.js';

interface CheckOptions {
  dataset?: DatasetName[];
  unit?: string[];
  only?: CheckedPart;
  json?: boolean;
}

/** `rosterline check`: whether an export could run, told line by line, in as few calls as can tell. */
export function addCheckCommand(program: Command): void {
  program
    .command('check')
    .description(
      'see whether an export could run: Genesys and each permission, Temporal and its workers, disk and warehouse',
    )
    .addOption(
      new Option('--dataset <name...>', 'what you will export (default: adherence and occupancy)').choices([
        ...DATASET_NAMES,
      ]),
    )
    .option('--unit <id-or-name...>', 'management units, by id or exact name (default: all)')
    .addOption(new Option('--only <part>', 'one part alone').choices(['genesys', 'temporal', 'storage']))
    .option('--json', 'the checks as JSON')
    .addHelpText(
      'after',
      `
Changes nothing, creates no job; at most seven calls of the API and one login.
Before the first 'rosterline dev' or 'worker' there is no worker to find: --only genesys.
Exit codes: 0 ready (warnings included) · 1 something is missing or does not work · 2 wrong configuration or unit`,
    )
    .action(async (options: CheckOptions) => {
      await runCommand(options.json ?? false, async (output) => {
        const { runChecks } = await import('./check/runChecks.js');
        const teller = new CheckTeller((line) => output.say(line));
        const secrets = knownSecrets(process.env, process.cwd());
        const list = tellingChecklist(teller, (text) => withoutSecrets(text, secrets));
        const { calls, logins } = await runChecks(list, {
          env: process.env,
          workingDirectory: process.cwd(),
          datasets: options.dataset ?? DEFAULT_DATASETS,
          units: options.unit,
          only: options.only,
        });
        teller.end();
        output.say(`${verdict(list.checks)}; ${calls} API calls, ${logins} ${logins === 1 ? 'login' : 'logins'}`);
        output.result({ ok: list.ok, checks: list.checks });
        if (list.ok) return EXIT.done;
        return list.wrongInput ? EXIT.wrongUsage : EXIT.failed;
      });
    });
}
