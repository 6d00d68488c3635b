import type { Config } from '../../config/loadConfig.js';
import { policyHash } from '../../domain/sync/policyHash.js';
import type { SyncPlan } from '../../domain/sync/syncPlan.js';
import { EXIT, type ExitCode, type Output } from '../output.js';
import { planText } from './planText.js';
import { stateOf, withRunningSync } from './runningSync.js';

/** A plan reads the organisation anew, and may wait its turn. */
const PLANNED_WITHIN_MS = 5 * 60_000;

/** Shows the writes that a round would make now, and sends none. */
export async function showPlan(config: Config, output: Output): Promise<ExitCode> {
  return await withRunningSync(config, async (sync) => {
    const { policyHash: running } = await stateOf(sync);
    const plan = await sync.ask((handle) => handle.executeUpdate<SyncPlan, []>('plan'), PLANNED_WITHIN_MS);
    for (const line of planText(plan)) output.say(line);
    const isConfigured = config.sync === null || running === policyHash(config.sync);
    if (!isConfigured)
      output.say(
        "\nthis is by the policy that the sync runs with; the configuration has another one: 'rosterline sync start' gives it that",
      );
    output.result({ ...plan, isConfiguredPolicy: isConfigured });
    return EXIT.done;
  });
}
