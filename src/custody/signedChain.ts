import { Failure } from '../domain/failure.js';
import { announceKey, signEntry } from './announceKey.js';
import { chainPath, entryNumber, readLink } from './chain.js';
import type { ChainSigner } from './chainSigner.js';
import type { CustodyStore } from './custodyStore.js';
import { announcedKeys, keyInForce } from './keyInForce.js';
import { signaturePath } from './signatures.js';

/**
 * The same store, in which whoever creates an entry of the chain also signs it: `chain/<12 digits>.sig`, beside the entry.
 *
 * The signer's key comes into force by itself where the chain was never signed: by an entry of the kind `key`, before the first
 * signature. That entry takes the number that was asked for, so the caller finds it taken and goes on after it. A signature that is
 * missing because a process died between entry and signature is made by whoever appends next.
 *
 * @param signer null where no key is configured: then the chain is left unsigned, and one that is signed is not continued.
 * @throws Failure `Blocked` from `createOnce` of an entry when the chain is signed by another key, or when it is signed and there is no key.
 */
export function signedChain<S extends CustodyStore>(store: S, signer: ChainSigner | null): S {
  const createOnce = async (path: string, bytes: Uint8Array): Promise<'created' | 'exists'> => {
    const seq = entryNumber(path);
    if (seq === null) return await store.createOnce(path, bytes);
    if (signer === null) {
      await assertUnsigned(store);
      return await store.createOnce(path, bytes);
    }
    if (!(await isReadyFor(store, signer, seq))) return 'exists';
    const outcome = await store.createOnce(path, bytes);
    if (outcome === 'created') await store.createOnce(signaturePath(seq), signer.sign(bytes));
    return outcome;
  };
  return new Proxy(store, {
    get: (target, name) => {
      if (name === 'createOnce') return createOnce;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

/** Whether the key is in force after the entry before, which has its signature then; false when another entry came first. */
async function isReadyFor(store: CustodyStore, signer: ChainSigner, seq: number): Promise<boolean> {
  const before = seq - 1;
  const [entry, signature] = await Promise.all([
    before === 0 ? null : store.read(chainPath(before)),
    before === 0 ? null : store.read(signaturePath(before)),
  ]);
  // Ed25519 is deterministic: a signature of ours is the one that we would make, and making is cheaper than checking.
  if (entry !== null && signature !== null && Buffer.from(signer.sign(entry)).equals(signature)) return true;
  const keyId = await keyInForce(store, before);
  if (keyId === null) {
    const head = before === 0 ? null : await readLink(store, before);
    await announceKey(store, head, signer, null);
    return false;
  }
  if (keyId !== signer.keyId) throw otherKey(store, keyId, signer.keyId);
  if (entry !== null && signature === null) await signEntry(store, signer, before);
  return true;
}

async function assertUnsigned(store: CustodyStore): Promise<void> {
  const keys = await announcedKeys(store);
  if (keys.length === 0) return;
  throw new Failure(
    'Blocked',
    `the chain in ${store.location} is signed (by ${keys.map(({ keyId }) => keyId).join(', ')}) and no signing key is configured here; nothing was added to the chain and every seal is kept; set ROSTERLINE_SIGNING_KEY or ROSTERLINE_SIGNING_KEY_FILE`,
  );
}

function otherKey(store: CustodyStore, inForce: string, configured: string): Failure {
  return new Failure(
    'Blocked',
    `the chain in ${store.location} is signed by the key ${inForce}, and ${configured} is configured here; nothing was added to the chain and every seal is kept; set ROSTERLINE_SIGNING_KEY (or ROSTERLINE_SIGNING_KEY_FILE) to the key ${inForce}, or put the other into force with "rosterline keys rotate"`,
  );
}
