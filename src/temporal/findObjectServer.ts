import { join } from 'node:path';
import { cacheDirectory } from './cacheDirectory.js';
import { isExecutable } from './findExecutable.js';
import type { FindTemporalCli } from './findTemporalCli.js';
import { goInstall } from './goInstall.js';
import { withLock } from './processLock.js';
import { noWayLeft, tryEachWay, type Way } from './tryEachWay.js';

/** An S3-compatible server, for tests and benchmarks: versitygw, which keeps objects in a directory and knows Object Lock. */
export interface ObjectServerProgram {
  readonly path: string;
  /** The way it was found, in words for people. */
  readonly from: string;
}

const WHAT = 'S3 server (versitygw)';
const VERSION = 'v1.8.0';
const PACKAGE = `github.com/versity/versitygw/cmd/versitygw@${VERSION}`;

/**
 * Finds versitygw, or builds it.
 *
 * In this order: `VERSITYGW_PATH`, our cache, `go install` of a pinned version into the cache (a minute).
 *
 * @throws Failure `Blocked` naming every way and why it failed.
 */
export async function findObjectServer({ log, env = process.env }: FindTemporalCli): Promise<ObjectServerProgram> {
  const built = join(cacheDirectory(env), `versitygw-${VERSION}`);
  const inCache = [way('cache', () => executable(built))];
  const present = await tryEachWay(
    WHAT,
    [way('VERSITYGW_PATH', () => executable(env['VERSITYGW_PATH'])), ...inCache],
    log,
  );
  if ('found' in present) return present.found;
  if (env['VERSITYGW_PATH']) log(`not used: ${present.reasons[0] ?? ''}`);

  return await withLock(`${built}.lock`, 'building an S3 server', log, async () => {
    const again = await tryEachWay(WHAT, inCache, log);
    if ('found' in again) return again.found;
    const fetched = await tryEachWay(
      WHAT,
      [
        way(`go install ${PACKAGE}`, async () => {
          await goInstall(PACKAGE, built, env);
          return built;
        }),
      ],
      log,
    );
    if ('found' in fetched) return fetched.found;
    throw noWayLeft(
      WHAT,
      [...present.reasons, ...fetched.reasons],
      'Set VERSITYGW_PATH to a versitygw, or install Go and run again. Only tests and benchmarks need it.',
    );
  });
}

function way(name: string, path: () => string | Promise<string>): Way<ObjectServerProgram> {
  return { name, take: async () => ({ path: await path(), from: name }) };
}

function executable(path: string | undefined): string {
  if (!path) throw new Error('not set');
  if (!isExecutable(path)) throw new Error(`${path} is not a program`);
  return path;
}
