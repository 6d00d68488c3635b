import type { Client } from '@temporalio/client';
import type { Config } from '../../config/loadConfig.js';
import { connectClient } from '../../temporal/connectClient.js';
import { EXIT, type ExitCode, type Output } from '../output.js';
import { gatherStatus } from './gatherStatus.js';
import { type Part, part } from './part.js';
import { coverageLook } from './recentCoverage.js';
import { statusText } from './statusText.js';
import { watching } from './watching.js';

const CONNECT_WITHIN_MS = 4_000;
const AGAIN_MS = 2_000;

/**
 * Shows on one screen what runs, waits and is there; with `watch` again and again, until Ctrl-C.
 *
 * A part that cannot be asked says why, and the others are shown: so the exit code is 0 whatever was found.
 */
export async function showOverview(config: Config, { watch }: { watch: boolean }, output: Output): Promise<ExitCode> {
  const connected = await part(2 * CONNECT_WITHIN_MS, () => connectClient(CONNECT_WITHIN_MS));
  const client: Part<Client> = connected.known ? { known: true, value: connected.value.client } : connected;
  const coverage = coverageLook(config);
  try {
    await watching({ watch, everyMs: AGAIN_MS }, output, async () => {
      const report = await gatherStatus(config, client, coverage);
      return { lines: statusText(report, Date.now()), result: report };
    });
    return EXIT.done;
  } finally {
    if (connected.known) await connected.value.connection.close();
  }
}
