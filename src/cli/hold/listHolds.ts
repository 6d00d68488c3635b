import type { Config } from '../../config/loadConfig.js';
import { HoldRegistry } from '../../custody/holdRegistry.js';
import { endsPlacement, lastRecorded } from '../../custody/recordHeld.js';
import { heldObjectsIn } from '../../custody/releaseHeld.js';
import { describeScope, heldFolder, type RegisteredHold } from '../../domain/legalHold.js';
import type { ObjectStore } from '../../objects/objectStore.js';
import { openObjects } from '../../temporal/openObjects.js';
import { EXIT, type ExitCode, type Output } from '../output.js';

/** What a list may be narrowed to. */
export interface ListedScope {
  readonly dataset?: string;
  readonly unit?: string;
  readonly from?: string;
  readonly to?: string;
  readonly all?: boolean;
}

/** Shows the holds in the registry of the objects, oldest first. */
export async function listHolds(config: Config, scope: ListedScope, output: Output): Promise<ExitCode> {
  const store = openObjects(config, { readOnly: true });
  const holds = (await new HoldRegistry(store).holds()).filter((hold) => isListed(hold, scope));
  const listed = [];
  for (const hold of holds) {
    const { placed, released } = hold;
    const { state, objects } = await stateOf(store, hold);
    const { holdId, dataset, managementUnitId, from, to, reason, by, at } = placed;
    output.say(`${holdId}  ${state}, ${objects.toLocaleString('en')} objects: ${describeScope(placed)}`);
    output.say(`    placed ${at} by ${by}: ${reason}`);
    if (released) output.say(`    released ${released.at} by ${released.by}: ${released.reason}`);
    listed.push({ holdId, state, objects, dataset, managementUnitId, from, to, reason, by, at, released });
  }
  if (holds.length === 0) output.say(scope.all ? 'no hold was ever placed there' : 'no hold stands there');
  output.result({ holds: listed });
  return EXIT.done;
}

function isListed({ placed, released }: RegisteredHold, { dataset, unit, from, to, all }: ListedScope): boolean {
  if (released !== null && !all) return false;
  if (dataset !== undefined && placed.dataset !== null && placed.dataset !== dataset) return false;
  if (unit !== undefined && placed.managementUnitId !== null && placed.managementUnitId !== unit) return false;
  return (to === undefined || placed.from < to) && (from === undefined || from < placed.to);
}

/** How far a hold is, and how many objects its documents name. */
async function stateOf(
  store: ObjectStore,
  { placed: { holdId }, released }: RegisteredHold,
): Promise<{ state: 'placing' | 'held' | 'released'; objects: number }> {
  const paths = new Set<string>();
  for (const document of await store.list(heldFolder(holdId)))
    for (const { path } of (await heldObjectsIn(store, document)).objects) paths.add(path);
  const isPlaced = endsPlacement(await lastRecorded(store, holdId));
  return { state: released !== null ? 'released' : isPlaced ? 'held' : 'placing', objects: paths.size };
}
