import { setTimeout as pause } from 'node:timers/promises';
import { Failure } from '../domain/failure.js';
import type { ChainEntry } from '../domain/seal.js';
import { appendAfter, chainHead, readLink } from './chain.js';
import { canonicalBytes, sha256Hex } from './canonicalJson.js';
import type { ChainHead } from './custodyLedger.js';
import type { CustodyStore } from './custodyStore.js';

const MAX_TAKEN = 500;

/** How far clocks of workers may differ: a seal that stands already is looked for in entries that are this much older than it. */
const CLOCKS_APART_MS = 3_600_000;

/** A seal as it is stored and bound. */
export interface StoredSeal extends ChainHead {
  readonly path: string;
  /** Hash of the seal itself; `sha256` is that of the chain's entry. */
  readonly sealSha256: string;
}

/**
 * Writes a seal that no load belongs to, and binds it to the chain, without a warehouse: the trunk sync never waits for one.
 *
 * Safe to repeat after a crash at any point: what is written or bound already is found. Whoever binds an export's seals next learns of
 * the entry from the chain.
 *
 * @param seal `at` is when what it speaks of ended, ISO 8601 UTC: no entry that binds it is older.
 * @throws Failure `Conflict` when another seal has the path, or others added to the chain hundreds of times faster; `Blocked` when the
 *   newest entry is none.
 */
export async function sealDocument(
  store: CustodyStore,
  seal: { path: string; document: unknown; kind: ChainEntry['kind']; at: string },
): Promise<StoredSeal> {
  const { path, kind, at } = seal;
  const bytes = canonicalBytes(seal.document);
  const sha256 = sha256Hex(bytes);
  const stood = (await store.createOnce(path, bytes)) === 'exists';
  if (stood) await assertSame(store, path, sha256);
  for (let taken = 0; taken < MAX_TAKEN; taken++) {
    const head = await chainHead(store);
    const bound = stood ? await entryThatBinds(store, head, { path, sha256, at }) : null;
    const entry = bound ?? (await appendAfter(store, head, { kind, at, seals: [{ path, sha256 }] }));
    if (entry !== null) return { path, sealSha256: sha256, seq: entry.seq, sha256: entry.sha256 };
    await pause(Math.min(taken, 20));
  }
  throw new Failure(
    'Conflict',
    `others added to the chain in ${store.location} faster, ${MAX_TAKEN} times in a row; ${path} is written and not bound; it is tried again`,
  );
}

async function assertSame(store: CustodyStore, path: string, sha256: string): Promise<void> {
  const standing = await store.digest(path);
  if (standing?.sha256 === sha256) return;
  throw new Failure(
    'Conflict',
    `${path} in ${store.location} holds another seal (${standing?.sha256 ?? 'gone since'}) than the one to be written (${sha256}); what stands there is kept`,
  );
}

/** The entry that binds a seal already: an attempt before this one ended between the chain and its answer. */
async function entryThatBinds(
  store: CustodyStore,
  head: ChainHead | null,
  seal: { path: string; sha256: string; at: string },
): Promise<ChainHead | null> {
  const oldestMs = Date.parse(seal.at) - CLOCKS_APART_MS;
  for (let seq = head?.seq ?? 0; seq > 0; seq--) {
    const link = await readLink(store, seq);
    if (!link?.entry || Date.parse(link.entry.at) < oldestMs) return null;
    if (link.entry.seals.some(({ path, sha256 }) => path === seal.path && sha256 === seal.sha256)) {
      return { seq, sha256: link.sha256 };
    }
  }
  return null;
}
