import { Failure } from '../domain/failure.js';
import { HeldObjects, heldFolder, type PlacedHold } from '../domain/legalHold.js';
import type { HoldRegistry } from './holdRegistry.js';
import { forEachOf, type HoldingStore, type ObjectVersion, readDocument } from './holdingStore.js';
import { isPlaced, recordArrivals } from './recordHeld.js';
import { sealInScope } from './sealsHeld.js';

/** How long a release waits for a hold that is being placed before it looks again. */
const PLACED_WITHIN_MS = 2000;

/** A seal that is written or about to be, and that no entry of the chain binds yet. */
export interface UnboundSeal {
  readonly path: string;
  /** Its text, until it is written. */
  readonly content: string | null;
}

/** What a release goes by. */
export interface ReleaseMeans {
  readonly store: HoldingStore;
  readonly registry: HoldRegistry;
  /** What the ledger has and the chain does not, asked anew each time. */
  unbound(): Promise<readonly UnboundSeal[]>;
  now(): Date;
}

/**
 * Ends the hold on objects that no standing hold keeps.
 *
 * Looks again afterwards, and holds again what is kept by then: who places a hold registers it before it holds anything, and who writes
 * a seal holds it after it is written, so what was released under their hands is seen here. Safe to repeat after a crash at any point.
 *
 * @returns how many were released.
 * @throws Failure `NotReady` while another hold is being placed: what it keeps is known when it has ended.
 */
export async function releaseUncovered(means: ReleaseMeans, objects: readonly ObjectVersion[]): Promise<number> {
  const { store } = means;
  const kept = await keptByOthers(means, objects);
  const released = objects.filter(({ path }) => !kept.has(path));
  await forEachOf(released, async ({ path, versionId }) => await store.releaseHold(path, versionId));
  const again = async (paths: Iterable<string>): Promise<void> =>
    await forEachOf([...paths], async (path) => {
      await store.hold(path);
    });
  try {
    const now = await keptByOthers(means, released);
    await again(now);
    return released.length - now.size;
  } catch (error) {
    await again(released.map(({ path }) => path));
    throw error;
  }
}

/** Objects of a document that records what a hold keeps. */
export async function heldObjectsIn(store: HoldingStore, path: string): Promise<HeldObjects> {
  const document = HeldObjects.safeParse(await readDocument(store, path)).data;
  if (document !== undefined) return document;
  throw new Failure(
    'Blocked',
    `${path} in ${store.location} cannot be read, and it says what a legal hold keeps; nothing more is released; put it back from a copy ("rosterline verify" shows what is broken)`,
  );
}

/**
 * Which of the objects standing holds keep: what they recorded, and what seals keep that no entry binds yet.
 *
 * The ledger is asked before the chain: a seal that is bound in between is in both.
 */
async function keptByOthers(means: ReleaseMeans, objects: readonly ObjectVersion[]): Promise<Set<string>> {
  const { store, registry } = means;
  const holds = await registry.standing();
  const unbound = await means.unbound();
  const asked = new Set(objects.map(({ path }) => path));
  const kept = new Set<string>();
  const keep = (path: string): void => {
    if (asked.has(path)) kept.add(path);
  };
  for (const hold of holds) {
    await assertPlaced(means, hold);
    await recordArrivals(store, hold, means.now().toISOString());
    for (const path of await store.list(heldFolder(hold.holdId)))
      for (const object of (await heldObjectsIn(store, path)).objects) keep(object.path);
  }
  for (const { path, content } of unbound) {
    const document = content === null ? undefined : (JSON.parse(content) as unknown);
    for (const object of (await sealInScope(store, path, holds, document))?.objects ?? []) keep(object);
  }
  return kept;
}

async function assertPlaced(means: ReleaseMeans, { holdId }: PlacedHold): Promise<void> {
  if (await isPlaced(means.store, holdId)) return;
  throw new Failure('NotReady', `hold ${holdId} is being placed; the release goes on when that has ended`, {
    retryAtMs: means.now().getTime() + PLACED_WITHIN_MS,
  });
}
