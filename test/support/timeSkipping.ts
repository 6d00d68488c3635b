import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe } from '@jest/globals';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { findTestServer } from '../../src/temporal/findTestServer.js';
import { withLock } from '../../src/temporal/processLock.js';
import { readJson, testRunDirectory } from './testRun.js';

/**
 * Path of the time-skipping test server; null where none can be had, with the reasons on standard error.
 *
 * Looked for once in a run. Call it at a test file's top level, because it may download.
 *
 * @throws Failure `Blocked` instead of giving null when `ROSTERLINE_REQUIRE_ALL` is `1`, as in CI.
 */
export async function timeSkipping(): Promise<string | null> {
  const run = testRunDirectory();
  const known = join(run, 'test-server.json');
  const log = (line: string) => void process.stderr.write(`${line}\n`);
  return await withLock(`${known}.lock`, 'looking for the time-skipping test server', log, async () => {
    const answer = readJson(known) as { path: string | null } | undefined;
    if (answer) return answer.path;
    const path = await look(log);
    writeFileSync(known, JSON.stringify({ path }));
    return path;
  });
}

async function look(log: (line: string) => void): Promise<string | null> {
  try {
    return (await findTestServer({ log })).path;
  } catch (error) {
    if (process.env['ROSTERLINE_REQUIRE_ALL'] === '1') throw error;
    log(`time-skipping tests are skipped: ${error instanceof Error ? error.message : String(error)}`);
    return null;
  }
}

/**
 * Describes tests that need the time-skipping server; where there is none, each is skipped by name and counted as such.
 *
 * `start` gives a fresh environment; tear it down after use. The SDK gives a server 5 s to listen, which Java can miss on a
 * busy machine: it is started again then, three times at most.
 */
export function describeTimeSkipping(
  name: string,
  path: string | null,
  tests: (start: () => Promise<TestWorkflowEnvironment>) => void,
): void {
  // Said here as well, because Jest does not print the names of a file whose tests are all skipped.
  if (path === null) process.stderr.write(`skipped, for want of a time-skipping test server: ${name}\n`);
  const block = path === null ? describe.skip : describe;
  block(name, () => tests(() => startEnvironment(path ?? '')));
}

async function startEnvironment(path: string): Promise<TestWorkflowEnvironment> {
  const server = { executable: { type: 'existing-path' as const, path } };
  for (let attempt = 1; ; attempt++) {
    try {
      return await TestWorkflowEnvironment.createTimeSkipping({ server });
    } catch (error) {
      if (attempt === 3 || !String(error).includes('did not start within')) throw error;
    }
  }
}
