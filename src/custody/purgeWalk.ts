import { PurgedPage, PurgeIntent, PurgeStayed } from '../domain/purge.js';
import type { DaysOfSeal } from '../domain/seal.js';
import { sha256Hex } from './canonicalJson.js';
import type { ChainLink } from './chain.js';
import { type CustodyStore, isSealPath } from './custodyStore.js';
import { KeyedRuns, type Scratch } from './keyedRuns.js';

/** What a purge says of a seal: that it removes the one of this hash, or that the seal stayed after all (`sha256` null). */
export type PurgeRecord = readonly [entry: number, purgeId: string, sha256: string | null, window: DaysOfSeal | null];

/** A seal that a purge removed, with what was kept of it. */
export interface PurgedSealKept {
  readonly sha256: string;
  readonly window: DaysOfSeal | null;
}

/**
 * What the chain says that purges removed, so that it is not reported as missing.
 *
 * Believed is only what an entry binds, unaltered, of a purge whose intent is bound too. A seal that a purge left, because it was held
 * or retained, is expected to be there.
 */
export class PurgeWalk {
  /** By the seal's path. */
  readonly records: KeyedRuns<PurgeRecord>;
  private readonly intended = new Set<string>();

  constructor(
    scratch: Scratch,
    private readonly store: CustodyStore,
  ) {
    this.records = new KeyedRuns(scratch);
  }

  /** Takes what an entry binds, where it is a purge's. */
  async add({ entry, seq }: ChainLink): Promise<void> {
    if (entry?.kind !== 'purge') return;
    for (const { path, sha256 } of entry.seals) {
      const document = await this.unaltered(path, sha256);
      const page = PurgedPage.safeParse(document).data;
      for (const seal of page?.seals ?? []) {
        this.records.add(seal.path, seq, page?.purgeId ?? '', seal.sha256, seal.window);
      }
      const left = PurgeStayed.safeParse(document).data;
      for (const stayed of left?.stayed ?? []) this.records.add(stayed.path, seq, left?.purgeId ?? '', null, null);
      const intent = PurgeIntent.safeParse(document).data;
      if (intent !== undefined) this.intended.add(intent.purgeId);
    }
  }

  /** What was kept of the seal of a hash, if purges removed it; null where they did not. */
  purged(records: readonly PurgeRecord[], sha256: string): PurgedSealKept | null {
    const last = [...records]
      .filter(([, purgeId, of]) => this.intended.has(purgeId) && (of === null || of === sha256))
      .sort(([a], [b]) => a - b)
      .at(-1);
    return last?.[2] === sha256 ? { sha256, window: last[3] } : null;
  }

  private async unaltered(path: string, sha256: string): Promise<unknown> {
    const bytes = isSealPath(path) ? await this.store.read(path) : null;
    if (bytes === null || sha256Hex(bytes) !== sha256) return null;
    try {
      return JSON.parse(Buffer.from(bytes).toString('utf8')) as unknown;
    } catch {
      return null;
    }
  }
}
