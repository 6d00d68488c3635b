import { keyIdOfPath } from '../domain/signingKey.js';
import { chainPath, readChain, readLink } from './chain.js';
import type { CustodyStore } from './custodyStore.js';
import { isEndorsedBy, isSignedBy, type KnownKey, readKeyDocument, signaturePath } from './signatures.js';
import type { ChainKey } from './verifyReport.js';

/** Keys whose documents lie in the store, whether or not an entry binds them: none means that the chain was never signed. */
export async function announcedKeys(store: CustodyStore): Promise<KnownKey[]> {
  const keys: KnownKey[] = [];
  for (const path of await store.list('seals/keys')) {
    const keyId = keyIdOfPath(path);
    const bytes = keyId === null ? null : await store.read(path);
    const key = keyId === null || bytes === null ? null : readKeyDocument(bytes, keyId);
    if (key !== null) keys.push(key);
  }
  return keys;
}

/**
 * Id of the key that must sign what follows an entry: the one of the last entry of the kind `key`, or null before the first.
 *
 * Only the key in force signs, so the first signature that is found going back tells it; a chain that was never signed is not walked.
 */
export async function keyInForce(store: CustodyStore, lastSeq: number): Promise<string | null> {
  const keys = await announcedKeys(store);
  const oldest = Math.min(...keys.map(({ document }) => document.after));
  for (let seq = lastSeq; seq > oldest; seq--) {
    const link = await readLink(store, seq);
    if (link?.entry == null) continue;
    const announced = link.entry.kind === 'key' ? keyIdOfPath(link.entry.seals[0]?.path ?? '') : null;
    if (announced !== null) return announced;
    const signer = await signerOf(store, seq, keys);
    if (signer !== null) return signer;
  }
  return null;
}

/** Id of the key whose signature an entry has; null without one, or with one of a key that is not known here. */
async function signerOf(store: CustodyStore, seq: number, keys: readonly KnownKey[]): Promise<string | null> {
  const [entry, signature] = await Promise.all([store.read(chainPath(seq)), store.read(signaturePath(seq))]);
  if (entry === null || signature === null) return null;
  for (const { keyId, publicKey } of keys) {
    if (await isSignedBy(publicKey, entry, signature)) return keyId;
  }
  return null;
}

/** The keys that the chain's entries put into force, in their order. Whether entries are signed is for `verify` to say. */
export async function chainKeys(store: CustodyStore, onEntry: (seq: number) => void): Promise<ChainKey[]> {
  const known = new Map((await announcedKeys(store)).map((key) => [key.keyId, key]));
  const keys: ChainKey[] = [];
  for await (const { seq, entry } of readChain(store)) {
    onEntry(seq);
    const keyId = entry?.kind === 'key' ? keyIdOfPath(entry.seals[0]?.path ?? '') : null;
    if (keyId === null) continue;
    const [key, before] = [known.get(keyId), known.get(keys.at(-1)?.keyId ?? '')];
    const endorsed = key !== undefined && before !== undefined && (await isEndorsedBy(key, before));
    keys.push({ keyId, from: seq, endorsed });
  }
  return keys;
}
