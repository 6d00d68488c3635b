import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isRunning, type ProcessId, stopProcess } from '../../src/temporal/devServer.js';
import { processBirth } from '../../src/temporal/processIdentity.js';

/** Name of the file, in a test run's directory, that says which process its server is and whose run it is. */
export const SERVER_PROCESS = 'server-process.json';

/** The same of its PostgreSQL server. */
export const POSTGRES_PROCESS = 'postgres-process.json';

export interface ServerProcess extends ProcessId {
  /** The Jest process that the run belongs to. */
  readonly owner: ProcessId;
  /** Where the server keeps what it keeps, outside the run's directory: removed with it. */
  readonly directory?: string;
}

/** The directory that all test files of this run share (made by globalSetup.ts). */
export function testRunDirectory(): string {
  const directory = process.env['ROSTERLINE_TEST_RUN'];
  if (!directory)
    throw new Error("ROSTERLINE_TEST_RUN is not set: run tests by Jest, with this project's configuration");
  return directory;
}

/** The Jest process that this run belongs to. */
export function testRunOwner(): ProcessId {
  const pid = ownerPid(testRunDirectory());
  return { pid, birth: processBirth(pid) ?? '' };
}

/** Ends what killed test runs left behind: their servers and directories. */
export async function endAbandonedTestRuns(): Promise<void> {
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith('rosterline-test-run-'))) {
    const directory = join(tmpdir(), name);
    const servers = [SERVER_PROCESS, POSTGRES_PROCESS].flatMap(
      (file) => (readJson(join(directory, file)) as ServerProcess | undefined) ?? [],
    );
    const [first] = servers;
    const abandoned = first ? !isRunning(first.owner) : processBirth(ownerPid(directory)) === undefined;
    if (!abandoned) continue;
    for (const server of servers) {
      await stopProcess(server);
      if (server.directory) rmSync(server.directory, { recursive: true, force: true });
    }
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Content of a JSON file that a test of this run wrote; undefined when there is none. */
export function readJson(path: string): unknown {
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined;
}

function ownerPid(directory: string): number {
  return Number(/rosterline-test-run-(\d+)-/.exec(directory)?.[1]);
}
