import {
  decideRemoval,
  PurgedPage,
  purgedPagePath,
  type PurgedSeal,
  type PurgeStayed,
  type StayReason,
} from '../domain/purge.js';
import { Failure } from '../domain/failure.js';
import type { HoldRegistry } from './holdRegistry.js';
import { type HoldingStore, readDocument } from './holdingStore.js';

/** A version of an object is removed after the other; nobody writes so many of one landing. */
const VERSIONS_AT_MOST = 1000;

export interface PageRemoval {
  readonly store: HoldingStore;
  readonly registry: HoldRegistry;
  /** Hashes of the landings that seals name which came after the plan. */
  readonly namedSince: ReadonlySet<string>;
  readonly onSeals?: (seals: number) => void;
}

/** What became of a page. */
export type PageRemoved = Pick<PurgeStayed, 'removed' | 'bytes' | 'stayed'>;

/**
 * Removes the seals of a page, each with the landings that nobody names any more.
 *
 * Asks the registry right before each seal, and the store keeps what it holds: a hold that was placed in between wins. Safe to repeat
 * after a crash at any point: what is gone counts as removed.
 */
export async function removePage(removal: PageRemoval, page: PurgedPage): Promise<PageRemoved> {
  const outcome: PageRemoved = { removed: 0, bytes: 0, stayed: [] };
  for (const [index, seal] of page.seals.entries()) {
    const stays = await removeSeal(removal, seal, (bytes) => {
      outcome.removed++;
      outcome.bytes += bytes;
    });
    if (stays !== null) outcome.stayed.push({ path: seal.path, why: stays });
    removal.onSeals?.(index + 1);
  }
  return outcome;
}

/** A page of what a purge removes. @throws Failure `Blocked` where it cannot be read. */
export async function readPurgedPage(store: HoldingStore, purgeId: string, page: number): Promise<PurgedPage> {
  const path = purgedPagePath(purgeId, page);
  const document = PurgedPage.safeParse(await readDocument(store, path)).data;
  if (document !== undefined) return document;
  throw new Failure(
    'Blocked',
    `${path} in ${store.location} cannot be read, and it says what the purge removes; nothing more is removed; put it back from a copy`,
  );
}

async function removeSeal(
  { store, registry, namedSince }: PageRemoval,
  seal: PurgedSeal,
  onRemoved: (bytes: number) => void,
): Promise<StayReason | null> {
  const own: PurgedSeal['landings'] = [];
  for (const landing of seal.landings)
    if (!namedSince.has(landing.sha256) && (await areGone(store, landing.alsoNamedBy))) own.push(landing);
  const objects = [seal, ...own];
  const protections = await Promise.all(objects.map(async ({ path }) => await store.protection(path)));
  const decided = decideRemoval({
    days: seal.days,
    holds: await registry.standing(),
    protections: protections.flatMap((found) => found ?? []),
  });
  if (decided !== 'goes') return decided;
  for (const { path, bytes } of objects) {
    const outcome = await removeVersions(store, path);
    if (outcome !== 'gone') return outcome;
    onRemoved(bytes);
  }
  return null;
}

/** Removes every version of an object, the newest first; one that the store keeps ends it. */
async function removeVersions(store: HoldingStore, path: string): Promise<'gone' | 'held' | 'retained'> {
  for (let versions = 0; versions < VERSIONS_AT_MOST; versions++) {
    const protection = await store.protection(path);
    if (protection === null) return 'gone';
    const outcome = await store.remove(path, protection.versionId);
    if (outcome === 'held' || outcome === 'retained') return outcome;
  }
  throw new Failure('Transient', `${path} in ${store.location} comes back each time it is removed; it is tried again`);
}

async function areGone(store: HoldingStore, paths: readonly string[]): Promise<boolean> {
  for (const path of paths) if ((await store.protection(path)) !== null) return false;
  return true;
}
