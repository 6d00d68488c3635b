import { afterAll, beforeAll, describe } from '@jest/globals';
import { findObjectServer } from '../../src/temporal/findObjectServer.js';
import { type ObjectServer, startObjectServer } from './objectServer.js';
import './errorsOfNode.js';
import { lookedForOnce } from './lookedForOnce.js';

/**
 * Path of versitygw; null where it cannot be had, with the reasons on standard error.
 *
 * Looked for once in a run. Call it at a test file's top level, because it may be built.
 *
 * @throws Failure `Blocked` instead of giving null when `ROSTERLINE_REQUIRE_ALL` is `1`, as in CI.
 */
export async function objectServerProgram(): Promise<string | null> {
  const program = { name: 'object-server', what: 'an S3 server', tests: 'tests that need an S3 server' };
  return await lookedForOnce(program, (log) => findObjectServer({ log }));
}

/** Describes tests that need an S3 server, which is started before and ended after them; where there is none, each is skipped by name. */
export function describeObjectServer(
  name: string,
  path: string | null,
  tests: (server: () => ObjectServer) => void,
): void {
  describeWithObjectServer(name, path, () => {
    let server: ObjectServer | undefined;
    beforeAll(async () => {
      server = await startObjectServer(path ?? '');
    });
    afterAll(() => server?.close());
    tests(() => {
      if (!server) throw new Error('the S3 server is started before the tests, not while they are described');
      return server;
    });
  });
}

/** Describes tests that start an S3 server themselves; where its program is not to be had, each is skipped by name. */
export function describeWithObjectServer(name: string, path: string | null, tests: () => void): void {
  // Said here as well, because Jest does not print the names of a file whose tests are all skipped.
  if (path === null) process.stderr.write(`skipped, for want of an S3 server: ${name}\n`);
  const block = path === null ? describe.skip : describe;
  block(name, tests);
}
