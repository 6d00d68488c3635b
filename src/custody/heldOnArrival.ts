import { isSealPath } from './custodyStore.js';
import { HoldRegistry } from './holdRegistry.js';
import { forEachOf, type HoldingStore } from './holdingStore.js';
import { holdObjects, sealInScope } from './sealsHeld.js';

/**
 * A store in which every seal that is written is held, with its landings, where a legal hold concerns it.
 *
 * The order makes races harmless: here the seal is written first and the registry is asked then; who places a hold writes the registry
 * first and looks for seals then. So of a seal and a hold that come at the same moment, one sees the other. A seal that stood already
 * (an attempt before this one died in between) is held all the same.
 */
export function heldOnArrival<S extends HoldingStore>(store: S): S {
  const registry = new HoldRegistry(store);
  const createOnce = async (path: string, bytes: Uint8Array): Promise<'created' | 'exists'> => {
    const outcome = await store.createOnce(path, bytes);
    if (isSealPath(path)) await holdArrived(store, registry, path, outcome === 'created' ? bytes : null);
    return outcome;
  };
  return new Proxy(store, {
    get: (target, name) => {
      if (name === 'createOnce') return createOnce;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

async function holdArrived(
  store: HoldingStore,
  registry: HoldRegistry,
  path: string,
  bytes: Uint8Array | null,
): Promise<void> {
  const found = await sealInScope(store, path, await registry.standing(), parsed(bytes));
  if (found === null) return;
  const { held } = await holdObjects(store, found.objects);
  // A hold that was released between the question and the holding would leave them held for nobody; beside another they stay held, and
  // releasing the hold once more comes to them.
  if ((await registry.standing()).length > 0) return;
  await forEachOf(held, async ({ path: object, versionId }) => await store.releaseHold(object, versionId));
  if ((await registry.standing()).length > 0) await holdObjects(store, found.objects);
}

function parsed(bytes: Uint8Array | null): unknown {
  try {
    return bytes === null ? undefined : (JSON.parse(Buffer.from(bytes).toString('utf8')) as unknown);
  } catch {
    return undefined;
  }
}
