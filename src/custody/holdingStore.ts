import type { CustodyStore } from './custodyStore.js';

/**
 * What legal hold and purge need of an object store; every `ObjectStore` has it.
 *
 * Declared here, because rooms of `src` know each other by shape only: see `ObjectProtection` in `src/objects`.
 */
export interface HoldingStore extends CustodyStore {
  holdable(): Promise<{ readonly holdable: true } | { readonly holdable: false; readonly why: string }>;
  protection(path: string): Promise<{
    readonly versionId: string | null;
    readonly held: boolean;
    readonly retainedUntil: string | null;
  } | null>;
  hold(path: string): Promise<{ readonly versionId: string | null } | null>;
  releaseHold(path: string, versionId: string | null): Promise<void>;
  remove(path: string, versionId: string | null): Promise<'removed' | 'missing' | 'held' | 'retained'>;
}

/** An object by its version; null where the store has no versions. */
export interface ObjectVersion {
  readonly path: string;
  readonly versionId: string | null;
}

/** Calls of the store at once: a bucket answers in some ten milliseconds, and an evening has few. */
const AT_ONCE = 16;

/**
 * Does something to each, a few at once, in an order of no meaning.
 *
 * After the first failure nothing more is begun, and it is told once what was begun has ended: who tries again is alone with the store.
 */
export async function forEachOf<T>(
  all: readonly T[],
  work: (one: T) => Promise<void>,
  atOnce: number = AT_ONCE,
): Promise<void> {
  const waiting = all.values();
  const failures: unknown[] = [];
  const lane = async (): Promise<void> => {
    for (const one of waiting) {
      await work(one);
      if (failures.length > 0) return;
    }
  };
  const lanes = Array.from({ length: Math.min(atOnce, all.length) }, () =>
    lane().catch((error: unknown) => failures.push(error)),
  );
  await Promise.all(lanes);
  if (failures.length > 0) throw failures[0];
}

/** A document of ours in the store, as JSON; null where there is none or it is no JSON. */
export async function readDocument(store: Pick<CustodyStore, 'read'>, path: string): Promise<unknown> {
  const bytes = await store.read(path);
  try {
    return bytes === null ? null : (JSON.parse(Buffer.from(bytes).toString('utf8')) as unknown);
  } catch {
    return null;
  }
}
