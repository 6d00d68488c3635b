import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withLock } from '../../src/temporal/processLock.js';
import { readJson, testRunDirectory } from './testRun.js';

/**
 * Path of a program that tests need; null where it cannot be had, with the reasons on standard error. Looked for once in a run.
 *
 * @param name of the file in the run's directory that keeps the answer.
 * @param what it is, with its article.
 * @param tests what is skipped without it.
 * @throws Failure `Blocked` instead of giving null when `ROSTERLINE_REQUIRE_ALL` is `1`, as in CI.
 */
export async function lookedForOnce(
  { name, what, tests }: { name: string; what: string; tests: string },
  find: (log: (line: string) => void) => Promise<{ path: string }>,
): Promise<string | null> {
  const known = join(testRunDirectory(), `${name}.json`);
  const log = (line: string) => void process.stderr.write(`${line}\n`);
  return await withLock(`${known}.lock`, `looking for ${what}`, log, async () => {
    const answer = readJson(known) as { path: string | null } | undefined;
    if (answer) return answer.path;
    const path = await pathOrNull(tests, find, log);
    writeFileSync(known, JSON.stringify({ path }));
    return path;
  });
}

async function pathOrNull(
  tests: string,
  find: (log: (line: string) => void) => Promise<{ path: string }>,
  log: (line: string) => void,
): Promise<string | null> {
  try {
    return (await find(log)).path;
  } catch (error) {
    if (process.env['ROSTERLINE_REQUIRE_ALL'] === '1') throw error;
    log(`${tests} are skipped: ${error instanceof Error ? error.message : String(error)}`);
    return null;
  }
}
