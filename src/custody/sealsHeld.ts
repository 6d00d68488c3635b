import type { HoldScope } from '../domain/legalHold.js';
import { concerns, mayConcern, type SealedDocument, sealedDocument } from '../domain/sealedDocument.js';
import { forEachOf, type HoldingStore, type ObjectVersion, readDocument } from './holdingStore.js';

/** A seal with the landings that it names. */
export interface SealWithObjects {
  readonly path: string;
  readonly sealed: SealedDocument;
  /** Paths: the seal's own and its landings'. */
  readonly objects: readonly string[];
}

/**
 * A seal that some scope concerns, or null. Reads it only where its path does not tell that none does.
 *
 * @param document the seal, where it is at hand.
 */
export async function sealInScope(
  store: HoldingStore,
  path: string,
  scopes: readonly HoldScope[],
  document?: unknown,
): Promise<SealWithObjects | null> {
  if (scopes.length === 0 || !mayConcern(path, scopes)) return null;
  const sealed = sealedDocument(document ?? (await readDocument(store, path)));
  if (sealed === null || !scopes.some((scope) => concerns(scope, sealed))) return null;
  return { path, sealed, objects: objectsOf(path, sealed) };
}

/** Paths of a seal and of the landings that it names. */
export function objectsOf(path: string, { landings }: SealedDocument): string[] {
  return [path, ...landings.map((sha256) => `landings/${sha256}`)];
}

/** Holds the newest version of each object. Twice is the same as once. */
export async function holdObjects(
  store: HoldingStore,
  paths: readonly string[],
): Promise<{ held: ObjectVersion[]; missing: string[] }> {
  const held = new Map<string, ObjectVersion>();
  const missing: string[] = [];
  await forEachOf(paths, async (path) => {
    const version = await store.hold(path);
    if (version === null) missing.push(path);
    else held.set(path, { path, versionId: version.versionId });
  });
  // In the order in which they were named: the same objects are the same document.
  return { held: paths.flatMap((path) => held.get(path) ?? []), missing: missing.sort() };
}
