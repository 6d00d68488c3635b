import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { findTemporalCli } from '../../src/temporal/findTemporalCli.js';

let directory: string;
let env: NodeJS.ProcessEnv;
let said: string[];
const log = (line: string) => void said.push(line);

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'rosterline-cli-'));
  said = [];
  // A proxy that refuses: the SDK's download has nowhere to go, and the test is the same on every network.
  env = { PATH: join(directory, 'bin'), ROSTERLINE_CACHE: join(directory, 'cache'), HTTPS_PROXY: 'http://127.0.0.1:9' };
  mkdirSync(join(directory, 'bin'));
  for (const tool of ['sh', 'sleep', 'cp', 'chmod', 'cat'])
    symlinkSync(join('/bin', tool), join(directory, 'bin', tool));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** A program that prints what a Temporal CLI of this version prints. */
function program(path: string, prints: string): string {
  const full = join(directory, path);
  mkdirSync(join(full, '..'), { recursive: true });
  writeFileSync(full, `#!/bin/sh\necho '${prints}'\n`);
  chmodSync(full, 0o755);
  return full;
}

function cli(path: string, server: string): string {
  return program(path, `temporal version 1.0.0 (Server ${server}, UI 2.42.1)`);
}

/** A Go tool that takes a moment, counts how often it was called, and "builds" a CLI of this version. */
function go(server: string): void {
  program('bin/go', '');
  const built = `#!/bin/sh\necho "temporal version 0.0.0-DEV (Server ${server}, UI 2.42.1)"\n`;
  writeFileSync(join(directory, 'built'), built);
  writeFileSync(
    join(directory, 'bin', 'go'),
    `#!/bin/sh\necho "$@ [$GENESYS_CLIENT_SECRET]" >> ${directory}/go-calls-$$\nsleep 1\ncp ${directory}/built "$GOBIN/temporal"\nchmod 755 "$GOBIN/temporal"\n`,
  );
}

describe('finding a Temporal CLI', () => {
  it('takes the one that TEMPORAL_CLI_PATH names before any other', async () => {
    env['TEMPORAL_CLI_PATH'] = cli('mine/temporal', '1.31.2');
    cli('bin/temporal', '1.30.0');
    expect(await findTemporalCli({ log, env })).toEqual({
      path: env['TEMPORAL_CLI_PATH'],
      version: '1.31.2',
      from: 'TEMPORAL_CLI_PATH',
    });
  });

  it('passes over one whose server is older than 1.29, though it was asked for by name', async () => {
    env['TEMPORAL_CLI_PATH'] = cli('mine/temporal', '1.28.9');
    const onPath = cli('bin/temporal', '1.29.0');
    expect(await findTemporalCli({ log, env })).toMatchObject({ path: onPath, version: '1.29.0', from: 'PATH' });
  });

  it('passes over another program that is also called temporal', async () => {
    program('bin/temporal', 'temporal logic prover 3.2');
    const cached = cli('cache/temporal', '1.29.1');
    expect(await findTemporalCli({ log, env })).toMatchObject({ path: cached, from: 'cache' });
  });

  it('builds one by Go where nothing else works, once for two who ask at the same time, without our secrets', async () => {
    go('1.29.1');
    env['GENESYS_CLIENT_SECRET'] = 'hunter2';
    const [one, two] = await Promise.all([findTemporalCli({ log, env }), findTemporalCli({ log, env })]);
    const path = join(directory, 'cache', 'temporal');
    expect([one.path, two.path]).toEqual([path, path]);
    expect([one.from, two.from].sort()).toEqual(['cache', expect.stringMatching(/^go install .*temporal@v1\.5\.1$/)]);
    const calls = readdirSync(directory).filter((name) => name.startsWith('go-calls'));
    expect(calls.map((name) => readFileSync(join(directory, name), 'utf8'))).toEqual([
      'install github.com/temporalio/cli/cmd/temporal@v1.5.1 []\n',
    ]);
    expect(readdirSync(join(directory, 'cache'))).toEqual(['temporal']);
    expect(said.join('\n')).toContain('waiting for process');
  });

  it('names every way and why it failed in one error when none works', async () => {
    env['TEMPORAL_CLI_PATH'] = cli('mine/temporal', '1.20.0');
    const failure = findTemporalCli({ log, env });
    await expect(failure).rejects.toMatchObject({ name: 'Blocked' });
    const { message } = (await failure.catch((error: unknown) => error as Error)) as Error;
    expect(message).toMatch(/1\. TEMPORAL_CLI_PATH: .*holds server 1\.20\.0, and 1\.29 or later is needed/);
    expect(message).toMatch(/2\. PATH: no program called temporal/);
    expect(message).toMatch(/3\. cache: .*does not exist/);
    expect(message).toMatch(/4\. the SDK's own download: ./);
    expect(message).toMatch(/5\. go install .*: go is not on PATH/);
    expect(message).toContain('TEMPORAL_CLI_PATH to it');
    expect(existsSync(join(directory, 'cache', 'temporal'))).toBe(false);
  });
});
