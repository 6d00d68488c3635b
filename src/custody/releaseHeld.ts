import { Failure } from '../domain/failure.js';
import { HeldObjects, heldFolder, type PlacedHold } from '../domain/legalHold.js';
import type { HoldRegistry } from './holdRegistry.js';
import { forEachOf, type HoldingStore, type ObjectVersion, readDocument } from './holdingStore.js';
import { isPlaced, recordArrivals } from './recordHeld.js';
import { holdObjects, sealInScope } from './sealsHeld.js';

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
 * a seal holds it after it is written, so what was released under their hands is seen here. What is kept is held again before anything
 * is released, too: an attempt before this one may have died before it looked. So it is safe to repeat after a crash at any point.
 *
 * @param lifted objects that are not held, perhaps by an attempt before this one; those that are kept are held again.
 * @returns how many were released.
 * @throws Failure `NotReady` while another hold is being placed: what it keeps is known when it has ended.
 */
export async function releaseUncovered(
  means: ReleaseMeans,
  objects: readonly ObjectVersion[],
  lifted: readonly ObjectVersion[] = [],
): Promise<number> {
  const { store } = means;
  const kept = await keptByOthers(means, [...objects, ...lifted]);
  await holdObjects(store, [...kept]);
  const released = objects.filter(({ path }) => !kept.has(path));
  try {
    await forEachOf(released, async ({ path, versionId }) => await store.releaseHold(path, versionId));
    const now = await keptByOthers(means, released);
    await holdObjects(store, [...now]);
    return released.length - now.size;
  } catch (error) {
    // Why it failed is what is told; the next attempt holds again what this one cannot.
    await holdObjects(
      store,
      released.map(({ path }) => path),
    ).catch(() => undefined);
    throw error;
  }
}

/** Ends a hold on what seals keep that no entry of the chain binds yet, and no standing hold keeps. @returns and throws as `releaseUncovered`. */
export async function releaseUnbound(means: ReleaseMeans, hold: PlacedHold): Promise<number> {
  const { store } = means;
  let count = 0;
  for (const { path, content } of await means.unbound()) {
    const seal = await sealInScope(store, path, [hold], parsedSeal(content));
    const held: ObjectVersion[] = [];
    const lifted: ObjectVersion[] = [];
    await forEachOf(seal?.objects ?? [], async (object) => {
      const protection = await store.protection(object);
      if (protection !== null)
        (protection.held ? held : lifted).push({ path: object, versionId: protection.versionId });
    });
    count += await releaseUncovered(means, held, lifted);
  }
  return count;
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
    for (const object of (await sealInScope(store, path, holds, parsedSeal(content)))?.objects ?? []) keep(object);
  }
  return kept;
}

/** A seal that is at hand; undefined for one that is in the store. */
function parsedSeal(content: string | null): unknown {
  return content === null ? undefined : (JSON.parse(content) as unknown);
}

async function assertPlaced(means: ReleaseMeans, { holdId }: PlacedHold): Promise<void> {
  if (await isPlaced(means.store, holdId)) return;
  throw new Failure('NotReady', `hold ${holdId} is being placed; the release goes on when that has ended`, {
    retryAtMs: means.now().getTime() + PLACED_WITHIN_MS,
  });
}
