import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { findTestServer } from '../../src/temporal/findTestServer.js';
import { TEST_SERVER_JARS } from '../../src/temporal/testServerJars.js';

let directory: string;
let env: NodeJS.ProcessEnv;
const log = () => {};

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'rosterline-test-server-'));
  // No Maven, and a proxy that refuses: nothing can be fetched.
  env = { PATH: join(directory, 'bin'), ROSTERLINE_CACHE: directory, HTTPS_PROXY: 'http://127.0.0.1:9' };
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function program(path: string): string {
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, '#!/bin/sh\n');
  chmodSync(path, 0o755);
  return path;
}

describe('finding the time-skipping test server', () => {
  it('takes the one that TEMPORAL_TEST_SERVER_PATH names before the one in the cache', async () => {
    const cached = program(join(directory, 'temporal-test-server'));
    expect(await findTestServer({ log, env })).toEqual({ path: cached, from: 'cache' });
    env['TEMPORAL_TEST_SERVER_PATH'] = program(join(directory, 'mine'));
    expect(await findTestServer({ log, env })).toMatchObject({ path: join(directory, 'mine') });
  });

  it('does not run jars of which one differs from its pinned hash, and names it', async () => {
    const jars = join(directory, 'temporal-test-server-1.38.0');
    program(join(jars, 'temporal-test-server'));
    writeFileSync(join(jars, 'temporal-test-server-1.38.0.jar'), 'something else');
    const first = TEST_SERVER_JARS[0];
    await expect(findTestServer({ log, env })).rejects.toThrow(
      new RegExp(`cached jars: ${first?.coordinates ?? ''} has SHA-256 [0-9a-f]{64}, not ${first?.sha256 ?? ''}`),
    );
  });

  it('names every way and why it failed in one error when none works', async () => {
    env['TEMPORAL_TEST_SERVER_PATH'] = join(directory, 'missing');
    const { message, name } = (await findTestServer({ log, env }).catch((error: unknown) => error)) as Error;
    expect(name).toBe('Blocked');
    expect(message).toMatch(/1\. TEMPORAL_TEST_SERVER_PATH: .*missing is not a program/);
    expect(message).toMatch(/2\. cache: /);
    expect(message).toMatch(/3\. cached jars: /);
    expect(message).toMatch(/4\. the SDK's own download: ./);
    expect(message).toMatch(/5\. Maven's io\.temporal:temporal-test-server:1\.38\.0: mvn is not on PATH/);
  });
});
