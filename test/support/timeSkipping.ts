import { describe } from '@jest/globals';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { findTestServer } from '../../src/temporal/findTestServer.js';
import { lookedForOnce } from './lookedForOnce.js';

/** How often a server is started that does not listen in time. */
const STARTS = 10;

/**
 * Path of the time-skipping test server; null where none can be had, with the reasons on standard error.
 *
 * Looked for once in a run. Call it at a test file's top level, because it may download.
 *
 * @throws Failure `Blocked` instead of giving null when `ROSTERLINE_REQUIRE_ALL` is `1`, as in CI.
 */
export async function timeSkipping(): Promise<string | null> {
  const program = { name: 'test-server', what: 'the time-skipping test server', tests: 'time-skipping tests' };
  return await lookedForOnce(program, (log) => findTestServer({ log }));
}

/**
 * Describes tests that need the time-skipping server; where there is none, each is skipped by name and counted as such.
 *
 * `start` gives a fresh environment; tear it down after use. The SDK gives a server 5 s to listen, which Java can miss on a
 * busy machine: it is started again then, ten times at most.
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
      if (attempt === STARTS || !String(error).includes('did not start within')) throw error;
    }
  }
}
