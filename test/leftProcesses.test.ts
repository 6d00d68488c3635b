import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { processBirth } from '../src/temporal/processIdentity.js';

/** A test file that starts programs, each of which has Jest's own output open and runs for an hour, and fails before it could end any. */
const FAILING = `
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
const start = (program, args, options) => spawn(program, args, { stdio: 'inherit', ...options });
const child = start('sleep', ['3600']);
const group = start('sleep', ['3600'], { detached: true });
const parent = start('sh', ['-c', 'sleep 3600 & echo $! >grandchild; wait']);
const gone = start('sh', ['-c', 'sleep 3600 & echo $! >orphan']);
// From now on: it may have ended before the test begins.
const hasGone = once(gone, 'exit');
test('fails', async () => {
  await hasGone;
  for (;;) if (existsSync('grandchild') && readFileSync('grandchild', 'utf8') !== '') break;
  const written = ['grandchild', 'orphan'].map((name) => Number(readFileSync(name, 'utf8')));
  writeFileSync('left.json', JSON.stringify({ pids: [child.pid, group.pid, parent.pid, ...written], run: tmpdir() }));
  throw new Error('before it could end any');
}, 300_000);`;

let directory: string;
beforeAll(() => {
  directory = realpathSync(mkdtempSync(join(tmpdir(), 'left-')));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Runs Jest as this project does; settles when nobody has its output open any more. */
async function runJest(config: object): Promise<string> {
  const jest = resolve('node_modules/jest/bin/jest.js');
  const env = { ...process.env, NODE_OPTIONS: '--experimental-vm-modules' };
  const args = [jest, '--maxWorkers=2', '--config', JSON.stringify(config)];
  const run = spawn(process.execPath, args, { cwd: directory, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const output of [run.stdout, run.stderr]) output.on('data', (text: Buffer) => (said += text.toString()));
  await new Promise((closed) => run.once('close', closed));
  return said;
}

describe('a test file that fails and leaves processes', () => {
  it('is outlived by none of them, nor by its temporary files, and the run ends though they had its output open', async () => {
    writeFileSync(join(directory, 'package.json'), '{"type":"module"}');
    writeFileSync(join(directory, 'fails.test.js'), FAILING);
    // A second file, so that each has a process of its own.
    writeFileSync(join(directory, 'passes.test.js'), "test('passes', () => {});");
    const around = ['testEnvironment', 'globalSetup', 'globalTeardown'];
    const paths = around.map((name) => [name, resolve(`test/support/${name}.js`)] as const);
    const configuration = { rootDir: directory, transform: {}, ...Object.fromEntries(paths) };
    const said = await runJest(configuration);
    expect(said).toContain('before it could end any');
    expect(said).toMatch(/fails\.test\.js left processes, which were ended:(\n.*)*\nsleep 3600/);
    const left = JSON.parse(readFileSync(join(directory, 'left.json'), 'utf8')) as { pids: number[]; run: string };
    expect(left.pids.filter((pid) => processBirth(pid) !== undefined)).toEqual([]);
    expect(left.run).toContain('rosterline-test-run-');
    expect(existsSync(left.run)).toBe(false);
  });
});
