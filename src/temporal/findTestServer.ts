import { join } from 'node:path';
import { cacheDirectory } from './cacheDirectory.js';
import { downloadBySdk } from './downloadBySdk.js';
import { isExecutable } from './findExecutable.js';
import type { FindTemporalCli } from './findTemporalCli.js';
import { hasTestServerJars, installTestServerJars, MAVEN_NAME } from './installTestServerJars.js';
import { withLock } from './processLock.js';
import { noWayLeft, tryEachWay, type Way } from './tryEachWay.js';

/** A time-skipping test server: a program that takes the port to listen on. */
export interface TestServer {
  readonly path: string;
  /** The way it was found, in words for people. */
  readonly from: string;
}

const WHAT = 'Temporal time-skipping test server';

/**
 * Finds Temporal's time-skipping test server, or gets one.
 *
 * In this order: `TEMPORAL_TEST_SERVER_PATH`, our cache, the SDK's own download (x86 only), Maven's jars behind a `java`
 * script. Its path is for `TestWorkflowEnvironment.createTimeSkipping`, as `existing-path`.
 *
 * @throws Failure `Blocked` naming every way and why it failed.
 */
export async function findTestServer({ log, env = process.env }: FindTemporalCli): Promise<TestServer> {
  const cache = cacheDirectory(env);
  const downloaded = join(cache, 'temporal-test-server');
  const inCache = [way('cache', () => executable(downloaded)), way('cached jars', () => hasTestServerJars(cache))];
  const present = await tryEachWay(
    WHAT,
    [way('TEMPORAL_TEST_SERVER_PATH', () => executable(env['TEMPORAL_TEST_SERVER_PATH'])), ...inCache],
    log,
  );
  if ('found' in present) return present.found;
  if (env['TEMPORAL_TEST_SERVER_PATH']) log(`not used: ${present.reasons[0] ?? ''}`);

  return await withLock(`${downloaded}.lock`, 'getting a test server', log, async () => {
    const again = await tryEachWay(WHAT, inCache, log);
    if ('found' in again) return again.found;
    const fetched = await tryEachWay(
      WHAT,
      [
        way("the SDK's own download", async () => {
          await downloadBySdk({ kind: 'time-skipping', to: downloaded, env });
          return downloaded;
        }),
        way(MAVEN_NAME, () => installTestServerJars(cache, env)),
      ],
      log,
    );
    if ('found' in fetched) return fetched.found;
    throw noWayLeft(WHAT, [...present.reasons, ...fetched.reasons], WHAT_TO_DO);
  });
}

const WHAT_TO_DO =
  'Set TEMPORAL_TEST_SERVER_PATH to a test server, or install Java 11 or later and Maven and run again. Only tests need it.';

function way(name: string, path: () => string | Promise<string>): Way<TestServer> {
  return { name, take: async () => ({ path: await path(), from: name }) };
}

function executable(path: string | undefined): string {
  if (!path) throw new Error('not set');
  if (!isExecutable(path)) throw new Error(`${path} is not a program`);
  return path;
}
