import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runRosterline } from '../support/runRosterline.js';

const directory = mkdtempSync(join(tmpdir(), 'rosterline-completion-'));
const script = join(directory, 'rosterline.bash');
beforeAll(async () => {
  const { code, stdout } = await runRosterline(['completion', 'bash'], {});
  expect(code).toBe(0);
  writeFileSync(script, stdout);
}, 60_000);
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** What bash offers where TAB is pressed after these words; the last one may be unfinished. */
async function offered(...words: readonly string[]): Promise<string[]> {
  const asked = `. "$0"; COMP_WORDS=(rosterline "$@"); COMP_CWORD=$#; _rosterline; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = await promisify(execFile)('bash', ['--norc', '-uc', asked, script, ...words], {
    cwd: directory,
  });
  expect(stderr).toBe('');
  return stdout.split('\n').filter((word) => word !== '');
}

describe('TAB in bash', () => {
  it('offers the commands, and those below them', async () => {
    expect(await offered('')).toEqual(expect.arrayContaining(['export', 'status', 'completion', '--help']));
    expect(await offered('ex')).toEqual(['export']);
    expect(await offered('export', 'p')).toEqual(['plan', 'pause']);
  });

  it('offers the options of a command, also after others with their values', async () => {
    expect(await offered('export', 'start', '--da')).toEqual(['--dataset']);
    expect(await offered('export', 'start', '--from', '2024-01-01', '--wa')).toEqual(['--wait']);
    expect(await offered('export', 'cancel', 'historyExport/1', '--')).toEqual(['--yes', '--json', '--help']);
  });

  it('offers the words that an option or an argument takes, and nothing where anything may stand', async () => {
    expect(await offered('export', 'start', '--dataset', '')).toEqual(['adherence', 'occupancy', 'schedules']);
    expect(await offered('export', 'pause', 'historyExport/1', '--reason', '')).toEqual([]);
    expect(await offered('completion', 'z')).toEqual(['zsh']);
  });

  it('runs nothing of what has been typed', async () => {
    const trace = join(directory, 'was run');
    for (const typed of [`$(touch '${trace}')`, `\`touch '${trace}'\``, `"; touch '${trace}'; "`])
      for (const words of [[typed], [typed, ''], ['export', 'pause', '--reason', typed]]) await offered(...words);
    expect(existsSync(trace)).toBe(false);
  });

  it('may be sourced twice', async () => {
    await promisify(execFile)('bash', ['--norc', '-euc', '. "$0"; . "$0"', script]);
  });
});

describe('TAB in other shells', () => {
  it.each([
    ['zsh', `'pause:let no further call leave`, 'compadd -- adherence occupancy schedules'],
    ['fish', '-a pause -d ', `-l dataset -x -a 'adherence occupancy schedules'`],
  ])(
    'offers the same with descriptions: %s',
    async (shell, command, words) => {
      const { code, stdout } = await runRosterline(['completion', shell], {});
      expect(code).toBe(0);
      expect(stdout).toContain(command);
      expect(stdout).toContain(words);
      // An apostrophe in a description must not end a quoted text: the quotes left come in pairs.
      const quotes = stdout.replaceAll("'\\''", '').replaceAll("\\'", '').match(/'/g) ?? [];
      expect(quotes.length % 2).toBe(0);
    },
    60_000,
  );
});
