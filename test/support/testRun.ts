import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The directory that all test files of this run share (made by globalSetup.js). */
export function testRunDirectory(): string {
  const directory = process.env['ROSTERLINE_TEST_RUN'];
  if (!directory)
    throw new Error("ROSTERLINE_TEST_RUN is not set: run tests by Jest, with this project's configuration");
  return directory;
}

/** Writes down which process a server is that test files share: it ends with the run (testProcesses.js), not with a test file. */
export function recordSharedServer(name: 'server' | 'postgres', pid: number): void {
  const record = join(testRunDirectory(), `${name}-process.json`);
  // Whole from the start, because the run may end at any time.
  writeFileSync(`${record}.draft`, JSON.stringify({ pid }));
  renameSync(`${record}.draft`, record);
}

/** Content of a JSON file that a test of this run wrote; undefined when there is none. */
export function readJson(path: string): unknown {
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined;
}
