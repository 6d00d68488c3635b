import { Failure } from '../domain/failure.js';
import { SigningKey, signingKeyPath } from '../domain/signingKey.js';
import { appendAfter, chainPath } from './chain.js';
import { canonicalBytes, sha256Hex } from './canonicalJson.js';
import type { ChainSigner } from './chainSigner.js';
import type { ChainHead } from './custodyLedger.js';
import type { CustodyStore } from './custodyStore.js';
import { readKeyDocument, signaturePath } from './signatures.js';

/**
 * Puts a key into force: its document, the entry of the kind `key` that binds it, and that entry's signature, by the key itself.
 *
 * Safe to repeat after a crash: a document that stands already is bound as it is.
 *
 * @param store without `signedChain` around it.
 * @param before who vouches for the key: the signer of the key in force; null for the first key, or where that one was lost.
 * @returns null when the entry's number was taken meanwhile: look at the chain again.
 * @throws Failure `InvalidInput` when the key was used before: each key comes into force once.
 */
export async function announceKey(
  store: CustodyStore,
  head: ChainHead | null,
  signer: ChainSigner,
  before: ChainSigner | null,
): Promise<ChainHead | null> {
  const path = signingKeyPath(signer.keyId);
  const made = SigningKey.parse({
    v: 1,
    kind: 'signingKey',
    keyId: signer.keyId,
    algorithm: 'Ed25519',
    publicKey: signer.publicKey,
    at: new Date().toISOString(),
    after: head?.seq ?? 0,
    endorsement: before && {
      keyId: before.keyId,
      signature: Buffer.from(before.sign(Buffer.from(signer.publicKey, 'utf8'))).toString('base64'),
    },
  });
  let bytes = canonicalBytes(made);
  if ((await store.createOnce(path, bytes)) === 'exists') bytes = (await store.read(path)) ?? bytes;
  const document = readKeyDocument(bytes, signer.keyId)?.document;
  if (document === undefined || document.endorsement?.keyId !== before?.keyId) {
    throw new Failure(
      'InvalidInput',
      `the key ${signer.keyId} cannot come into force: ${path} in ${store.location} ${document === undefined ? 'is not its document' : 'says that it did before, after another key'}; nothing was added to the chain; make a new key ("rosterline keys new --out FILE")`,
    );
  }
  const seals = [{ path, sha256: sha256Hex(bytes) }];
  const added = await appendAfter(store, head, { kind: 'key', at: document.at, seals });
  if (added !== null) await signEntry(store, signer, added.seq);
  return added;
}

/** Signs an entry that stands, unless it has a signature. Twice is the same as once. */
export async function signEntry(store: CustodyStore, signer: ChainSigner, seq: number): Promise<void> {
  const entry = await store.read(chainPath(seq));
  if (entry !== null) await store.createOnce(signaturePath(seq), signer.sign(entry));
}
