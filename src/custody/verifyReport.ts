/** What can be wrong; `docs/custody.md` explains each to an administrator and is tested against this list. */
export const BROKEN_KINDS = [
  'landing-missing',
  'landing-altered',
  'seal-missing',
  'seal-altered',
  'chain-broken',
  'rows-differ',
  'day-missing',
  'day-twice',
  'signature-invalid',
] as const;
export type BrokenKind = (typeof BROKEN_KINDS)[number];

/** One thing that is not as it was sealed. */
export interface Broken {
  readonly kind: BrokenKind;
  /** Window that it concerns, or null where it is not one window's (the chain). */
  readonly windowId: string | null;
  /** Path of the object; for rows `<table>/<management unit>/<local date>`, for days `<dataset>/<management unit>/<local date>`. */
  readonly object: string;
  /** Hash, number of rows or state that was sealed. */
  readonly expected: string | number | null;
  /** What was found; null for nothing. */
  readonly actual: string | number | null;
}

/** An agent's day whose published adherence differs from the published formula. */
export interface AdherenceDifference {
  readonly managementUnitId: string;
  readonly userId: string;
  readonly localDate: string;
  readonly published: number;
  readonly computed: number;
}

/** A key that signed the chain from an entry on. */
export interface ChainKey {
  readonly keyId: string;
  /** Number of the entry that put it into force; it signed this one and all until the next key. */
  readonly from: number;
  /** Whether the key before vouched for it; the first has none before. */
  readonly endorsed: boolean;
}

/** The outcome of `verify`, as the command line prints it with `--json`. */
export interface VerifyReport {
  /** Whether nothing is broken. Differences do not count: they are Genesys's, not ours. */
  readonly ok: boolean;
  /** Windows whose seals were checked. */
  readonly windows: number;
  /** Rounds of the trunk sync whose seals were checked. */
  readonly rounds: number;
  /** Seals that are not there because a purge removed them, as the chain says. */
  readonly purged: number;
  /** Objects whose bytes were hashed: entries of the chain, seals, landings. */
  readonly objects: number;
  /** Bytes hashed. */
  readonly bytes: number;
  /** Entries whose signature verified. */
  readonly signatures: number;
  readonly keys: readonly ChainKey[];
  readonly broken: readonly Broken[];
  readonly differences: { readonly count: number; readonly first: readonly AdherenceDifference[] };
}
