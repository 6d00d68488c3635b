import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { findObjectServer } from '../../src/temporal/findObjectServer.js';

describe('finding an S3 server', () => {
  let directory: string;
  let env: NodeJS.ProcessEnv;
  const log = () => {};
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'rosterline-find-s3-'));
    env = { PATH: join(directory, 'bin'), ROSTERLINE_CACHE: directory };
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  function program(name: string): string {
    const path = join(directory, name);
    writeFileSync(path, '#!/bin/sh\n');
    chmodSync(path, 0o755);
    return path;
  }

  it('takes the one that VERSITYGW_PATH names before the one in the cache', async () => {
    const cached = program('versitygw-v1.8.0');
    expect(await findObjectServer({ log, env })).toEqual({ path: cached, from: 'cache' });
    env['VERSITYGW_PATH'] = program('mine');
    expect(await findObjectServer({ log, env })).toEqual({ path: join(directory, 'mine'), from: 'VERSITYGW_PATH' });
  });

  it('names every way and why it failed when none works', async () => {
    env['VERSITYGW_PATH'] = join(directory, 'missing');
    const { message, name } = (await findObjectServer({ log, env }).catch((error: unknown) => error)) as Error;
    expect(name).toBe('Blocked');
    expect(message).toMatch(/1\. VERSITYGW_PATH: .*missing is not a program/);
    expect(message).toMatch(/2\. cache: .*versitygw-v1\.8\.0 is not a program/);
    expect(message).toMatch(
      /3\. go install github\.com\/versity\/versitygw\/cmd\/versitygw@v1\.8\.0: go is not on PATH/,
    );
  });
});
