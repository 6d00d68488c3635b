import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { EndedCommand } from './runRosterline.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** The blocks of shell commands that a document has under a `###` heading, in their order. */
export function commandsUnder(document: string, heading: string): string[] {
  const text = readFileSync(join(ROOT, document), 'utf8');
  const start = text.indexOf(`\n### ${heading}\n`);
  if (start === -1) throw new Error(`${document} has no section ${heading}`);
  const section = text.slice(start + 1).split(/\n(?=##+ )/, 1)[0] ?? '';
  return [...section.matchAll(/^```sh\n(.*?)^```/gms)].map(([, block = '']) => block);
}

/**
 * Runs a block as a person would who copies it into a shell, and stops at the first command that fails.
 *
 * @param directory where the shell is; what the document keeps under `/srv` is kept under it too.
 * @param env all that the shell has beside `rosterline` and where programs are found.
 */
export async function runCommands(
  block: string,
  directory: string,
  env: Readonly<Record<string, string>>,
): Promise<EndedCommand> {
  const programs = join(directory, 'bin');
  mkdirSync(programs, { recursive: true });
  symlinkOnce(join(ROOT, 'bin/rosterline'), join(programs, 'rosterline'));
  const script = block.replaceAll(/(?<=^|[\s=])\/srv\//gm, `${directory}/srv/`);
  const { PATH = '', HOME = '', TMPDIR = '' } = process.env;
  const all = { HOME, ...(TMPDIR && { TMPDIR }), ...env, PATH: [programs, env['PATH'] ?? PATH].join(':') };
  return await new Promise((resolve) => {
    execFile('sh', ['-euc', script], { cwd: directory, env: all }, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? 1 : 0, stdout, stderr }),
    );
  });
}

function symlinkOnce(target: string, path: string): void {
  try {
    symlinkSync(target, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
