import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { cacheDirectory } from './cacheDirectory.js';
import { type FindTemporalCli, findTemporalCli } from './findTemporalCli.js';
import { findTestServer } from './findTestServer.js';

/**
 * Makes sure that both servers are there, and says where: the Temporal CLI, which everything needs, and the time-skipping
 * test server, which only tests need.
 *
 * @throws Failure `Blocked` when one cannot be had. What was found stays in the cache.
 */
export async function installTemporal({ log, env = process.env }: FindTemporalCli): Promise<void> {
  log(`cache: ${cacheDirectory(env)}`);
  const cli = await findTemporalCli({ log, env });
  log(`Temporal CLI: server ${cli.version} at ${cli.path} (${cli.from})`);
  const testServer = await findTestServer({ log, env });
  log(`time-skipping test server: ${testServer.path} (${testServer.from})`);
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
