import type { Command } from 'commander';
import type { z } from 'zod';
import { describeIssues, loadConfig } from '../config/loadConfig.js';
import { ForgetLimit, SetLimit } from '../domain/budget/limitChange.js';
import { Failure } from '../domain/failure.js';
import { FAMILIES } from '../domain/family.js';
import { runCommand } from './runCommand.js';

interface JsonOption {
  json?: boolean;
}

/** `rosterline limits …`: what is known of the API's limits, and an operator's own. */
export function addLimitsCommands(program: Command): void {
  const group = program
    .command('limits')
    .enablePositionalOptions()
    .description('see how much of the API each family of calls may use and uses, until when it is closed, and why')
    .option('--json', 'the limits as JSON')
    .addHelpText(
      'after',
      `
The figures are those of all workers that share this OAuth client (GENESYS_CLIENT_ID), kept by the workflow
budgetKeeper. Changes nothing and calls no API; a worker must run to answer.
Families: ${FAMILIES.join(', ')}; token is all calls.
Exit codes: 0 shown · 1 no Temporal server or worker answers · 2 wrong usage or configuration`,
    )
    .action(async (options: JsonOption) => {
      await runCommand(options.json ?? false, async (output) => {
        const config = loadConfig(process.env, process.cwd());
        const { showLimits } = await import('./limitsActions.js');
        return await showLimits(config, output);
      });
    });
  group
    .command('set')
    .description(
      "set a family's limit: it holds for all workers within seconds, before what is learnt, until forgotten",
    )
    .argument('<family>', FAMILIES.join(', '))
    .argument('<rate>', '5/s, 300/min, 1000/h or 2000/day; fractions as 0.5/s')
    .option('--json', 'the limits after it as JSON')
    .addHelpText(
      'after',
      `
For a limit that you know and Rosterline would have to find by being refused, such as a day's quota:
  rosterline limits set wfm-jobs 2000/day
Gates that Genesys's refusals closed are kept all the same.`,
    )
    .action(async (family: string, rate: string, options: JsonOption) => {
      await runCommand(options.json ?? false, async (output) => {
        const change = parsed(SetLimit, { family, rate });
        const config = loadConfig(process.env, process.cwd());
        const { setLimit } = await import('./limitsActions.js');
        return await setLimit(config, change, output);
      });
    });
  group
    .command('forget')
    .description('drop what was set and what was learnt of a family: it is learnt anew')
    .argument('<family>', FAMILIES.join(', '))
    .option('--json', 'the limits after it as JSON')
    .addHelpText(
      'after',
      `
After a limit was raised: what was learnt is raised by itself, but slowly where a window lasts hours or a day.
A gate that a refusal closed stays closed until its instant.`,
    )
    .action(async (family: string, options: JsonOption) => {
      await runCommand(options.json ?? false, async (output) => {
        const change = parsed(ForgetLimit, { family });
        const config = loadConfig(process.env, process.cwd());
        const { forgetLimit } = await import('./limitsActions.js');
        return await forgetLimit(config, change, output);
      });
    });
}

/** @throws Failure `InvalidInput` with every wrong part. */
function parsed<T>(schema: z.ZodType<T>, given: object): T {
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  throw new Failure('InvalidInput', describeIssues(result.error));
}
