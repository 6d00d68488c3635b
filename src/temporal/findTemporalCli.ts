import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDirectory } from './cacheDirectory.js';
import { childEnvironment } from './childEnvironment.js';
import { downloadBySdk } from './downloadBySdk.js';
import { findExecutable } from './findExecutable.js';
import { goInstall } from './goInstall.js';
import { withLock } from './processLock.js';
import type { ProgressLog } from './progressLog.js';
import { runProgram } from './runProgram.js';
import { noWayLeft, tryEachWay, type Way } from './tryEachWay.js';

/** A Temporal CLI that holds a new enough server. */
export interface TemporalCli {
  readonly path: string;
  /** Version of the server in it, such as `1.29.1`. */
  readonly version: string;
  /** The way it was found, in words for people. */
  readonly from: string;
}

export interface FindTemporalCli {
  readonly log: ProgressLog;
  /** Defaults to this process's environment. */
  readonly env?: NodeJS.ProcessEnv;
}

/** The last version that `go install` accepts: later ones replace a module by a local directory. */
const GO_PACKAGE = 'github.com/temporalio/cli/cmd/temporal@v1.5.1';

/** The first server that can change a task queue's rate while it runs (`UpdateTaskQueueConfig`). */
const OLDEST_SERVER = { major: 1, minor: 29 };

// Generous: the program is 250 MB, and on a busy disk its first start was seen to take 12 s.
const VERSION_TIMEOUT_MS = 60_000;

const WHAT = 'Temporal CLI';

/**
 * Finds a Temporal CLI with a server of 1.29 or later, or gets one.
 *
 * In this order: `TEMPORAL_CLI_PATH`, `temporal` on `PATH`, our cache, the SDK's own download, `go install`. What was
 * downloaded or built stays in the cache (see `cacheDirectory`); two processes at once do that work once.
 *
 * @throws Failure `Blocked` naming every way and why it failed.
 */
export async function findTemporalCli({ log, env = process.env }: FindTemporalCli): Promise<TemporalCli> {
  const cached = join(cacheDirectory(env), 'temporal');
  const inCache = way('cache', env, () => existing(cached, `${cached} does not exist`));
  const present = await tryEachWay(
    WHAT,
    [
      way('TEMPORAL_CLI_PATH', env, () => existing(env['TEMPORAL_CLI_PATH'], 'not set')),
      way('PATH', env, () => existing(findExecutable('temporal', env), 'no program called temporal')),
      inCache,
    ],
    log,
  );
  if ('found' in present) return present.found;
  if (env['TEMPORAL_CLI_PATH']) log(`not used: ${present.reasons[0] ?? ''}`);

  return await withLock(`${cached}.lock`, 'getting a Temporal CLI', log, async () => {
    const again = await tryEachWay(WHAT, [inCache], log);
    if ('found' in again) return again.found;
    const fetched = await tryEachWay(
      WHAT,
      [
        way("the SDK's own download", env, async () => {
          await downloadBySdk({ kind: 'dev-server', to: cached, env });
          return cached;
        }),
        way(`go install ${GO_PACKAGE}`, env, async () => {
          await goInstall(GO_PACKAGE, cached, env);
          return cached;
        }),
      ],
      log,
    );
    if ('found' in fetched) return fetched.found;
    throw noWayLeft(WHAT, [...present.reasons, ...fetched.reasons], WHAT_TO_DO);
  });
}

const WHAT_TO_DO =
  'Install the Temporal CLI (https://docs.temporal.io/cli) with a server of 1.29 or later and set TEMPORAL_CLI_PATH to it, or install Go 1.25 or later and run again.';

function way(name: string, env: NodeJS.ProcessEnv, path: () => string | Promise<string>): Way<TemporalCli> {
  return {
    name,
    take: async () => {
      const candidate = await path();
      return { path: candidate, version: await serverVersion(candidate, env), from: name };
    },
  };
}

function existing(path: string | undefined, otherwise: string): string {
  if (!path) throw new Error(otherwise);
  if (!existsSync(path)) throw new Error(`${path} does not exist`);
  return path;
}

/** Version of the server in a Temporal CLI. Throws when it is not one, or too old. */
async function serverVersion(path: string, env: NodeJS.ProcessEnv): Promise<string> {
  const said = await runProgram(path, ['--version'], {
    env: childEnvironment(env, 'server'),
    timeoutMs: VERSION_TIMEOUT_MS,
  });
  const match = /\(Server (\d+)\.(\d+)\.(\S+?)[,)]/.exec(said);
  if (!match) throw new Error(`${path} does not report the version of a server, but: ${said.trim().slice(0, 100)}`);
  const [major, minor] = [Number(match[1]), Number(match[2])];
  const version = `${major}.${minor}.${match[3] ?? ''}`;
  if (major < OLDEST_SERVER.major || (major === OLDEST_SERVER.major && minor < OLDEST_SERVER.minor)) {
    throw new Error(`${path} holds server ${version}, and 1.29 or later is needed`);
  }
  return version;
}
