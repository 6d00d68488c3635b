/** What keeps one object from being changed or removed. */
export interface Protection {
  /** Version that is spoken of; null where the store has no versions. */
  readonly versionId: string | null;
  readonly held: boolean;
  /** ISO 8601 UTC; null where no retention was set, or it has passed. */
  readonly retainedUntil: string | null;
}

/**
 * How a store keeps objects against change and removal. Every `ObjectStore` has it; contract suite: `test/contract/objectStore.ts`.
 *
 * S3: Object Lock on the object's version. Files: the mode loses its write bits, and removal asks for them.
 */
export interface ObjectProtection {
  /** Whether the store itself can keep what is held; `why` is for the operator (a bucket without Object Lock). */
  holdable(): Promise<{ readonly holdable: true } | { readonly holdable: false; readonly why: string }>;
  /** Protection of the object's newest version; null where there is no such object. */
  protection(path: string): Promise<Protection | null>;
  /** Holds the newest version. Twice is the same as once. @returns null where there is no such object. */
  hold(path: string): Promise<{ readonly versionId: string | null } | null>;
  /** Ends the hold on a version. Safe to repeat; retention stays. */
  releaseHold(path: string, versionId: string | null): Promise<void>;
  /** Removes one version for good, unless it is held or retained. */
  remove(path: string, versionId: string | null): Promise<'removed' | 'missing' | 'held' | 'retained'>;
}
