import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { cacheDirectory } from './cacheDirectory.js';
import { findObjectServer } from './findObjectServer.js';
import { type FindTemporalCli, findTemporalCli } from './findTemporalCli.js';
import { findTestServer } from './findTestServer.js';

/**
 * Makes sure that the servers are there, and says where: the Temporal CLI, which everything needs, the time-skipping test server and
 * an S3 server, which only tests need. They are got at once.
 *
 * @throws Failure `Blocked` when one cannot be had. What was found stays in the cache.
 */
export async function installTemporal({ log, env = process.env }: FindTemporalCli): Promise<void> {
  log(`cache: ${cacheDirectory(env)}`);
  const outcomes = await Promise.allSettled([
    findTemporalCli({ log, env }).then(({ version, path, from }) =>
      log(`Temporal CLI: server ${version} at ${path} (${from})`),
    ),
    findTestServer({ log, env }).then(({ path, from }) => log(`time-skipping test server: ${path} (${from})`)),
    findObjectServer({ log, env }).then(({ path, from }) => log(`S3 server: ${path} (${from})`)),
  ]);
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed) throw failed.reason;
}

async function main(): Promise<void> {
  try {
    await installTemporal({ log: (line) => process.stdout.write(`${line}\n`) });
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) await main();
