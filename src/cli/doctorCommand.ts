import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { knownSecrets } from '../config/knownSecrets.js';
import { loadConfig } from '../config/loadConfig.js';
import { EXIT } from './output.js';
import { runCommand } from './runCommand.js';
import { createStatusLine } from './statusLine.js';

interface DoctorOptions {
  out?: string;
  log?: string;
  json?: boolean;
}

/** `rosterline doctor`: what support needs, in one file without secrets or names. */
export function addDoctorCommand(program: Command): void {
  program
    .command('doctor')
    .description(
      'gather what support needs in one file: versions, checks, gates, failures, stores; no secrets, no names',
    )
    .option('--out <file>', 'where to write it (default: rosterline-doctor-<time>.json here)')
    .option('--log <file>', "a worker's log: its last lines, cut to what says what happened")
    .option('--json', 'print it instead, as JSON')
    .addHelpText(
      'after',
      `
Changes nothing; at most seven calls of the API and one login, as 'rosterline check'. A part that cannot be had says why.
In it are kinds, counts, instants and names of failures; not in it are secrets, addresses, paths, and names of
agents, units and the organisation. It is one readable file: look at it before you send it.`,
    )
    .action(async (options: DoctorOptions) => {
      await runCommand(options.json ?? false, async (output) => {
        const config = loadConfig(process.env, process.cwd());
        const status = createStatusLine();
        const { gatherDoctor } = await import('./doctor/gatherDoctor.js');
        const report = await gatherDoctor(config, {
          env: process.env,
          logFile: options.log,
          secrets: knownSecrets(process.env, process.cwd()),
          say: (line) => status.show(line),
        }).finally(() => status.end());
        if (output.json) output.result(report);
        else output.say(`written: ${written(report, options.out)}; look at it before you send it`);
        return EXIT.done;
      });
    });
}

/** Never over a file that is there. */
function written(report: unknown, out: string | undefined): string {
  const time = new Date().toISOString().slice(0, 19).replaceAll(':', '');
  const file = path.resolve(out ?? `rosterline-doctor-${time}Z.json`);
  writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
  return file;
}
