import { chainHead } from '../src/custody/chain.js';
import { HoldRegistry } from '../src/custody/holdRegistry.js';
import { recordArrivals } from '../src/custody/recordHeld.js';
import type { DatasetName } from '../src/domain/exportWindow.js';
import type { ActivityDeps } from './deps.js';

/**
 * Records what has arrived for legal holds since they were last recorded: seals, their landings, and the entries that bind them.
 *
 * Held they are since they were written. One listing where there is no hold.
 *
 * @param dataset only for holds that concern it.
 * @returns hash of the chain's head, where something was recorded.
 */
export async function recordArrived(
  deps: Pick<ActivityDeps, 'objects' | 'now'>,
  dataset: DatasetName | null = null,
): Promise<string | null> {
  let recorded = 0;
  for (const hold of await new HoldRegistry(deps.objects).standing()) {
    if (dataset !== null && hold.dataset !== null && hold.dataset !== dataset) continue;
    recorded += await recordArrivals(deps.objects, hold, deps.now().toISOString());
  }
  return recorded > 0 ? ((await chainHead(deps.objects))?.sha256 ?? null) : null;
}
