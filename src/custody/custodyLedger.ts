/** A seal that the ledger holds until it is written to the object store and bound by the chain. */
export interface OpenSeal {
  readonly path: string;
  readonly sha256: string;
  /** Canonical JSON, until the object is written; null afterwards. */
  readonly content: string | null;
  /** Sequence of the chain entry that binds it, or null. */
  readonly chainSeq: number | null;
}

/** The last entry of the chain that somebody knows of. */
export interface ChainHead {
  readonly seq: number;
  /** SHA-256 of the entry's file. */
  readonly sha256: string;
}

/**
 * Where seals wait, committed together with the rows that they speak of. Every `Warehouse` is one.
 *
 * Because a seal's text commits with its load, no crash separates rows from their manifest: what is open here is written and bound later.
 */
export interface CustodyLedger {
  /** Seals not yet written, or not yet bound, in the order in which they were added (a chain entry keeps that order). */
  openSeals(): Promise<readonly OpenSeal[]>;
  sealWritten(path: string): Promise<void>;
  /** Records which entry binds the seals (unknown paths are ignored) and the head, which never moves back to a lower number. */
  sealsChained(paths: readonly string[], head: ChainHead): Promise<void>;
  custodyHead(): Promise<ChainHead | null>;
}
