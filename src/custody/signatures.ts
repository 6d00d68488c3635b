import { type KeyObject, verify } from 'node:crypto';
import { SigningKey } from '../domain/signingKey.js';
import { keyIdOf, parsePublicKey, SIGNATURE_BYTES } from './chainSigner.js';

/** Path of an entry's signature: `chain/<12 digits>.sig`. */
export function signaturePath(seq: number): string {
  return `chain/${String(seq).padStart(12, '0')}.sig`;
}

/** Whether a signature is of these bytes by this key. Off the main thread, because one takes a tenth of a millisecond. */
export function isSignedBy(publicKey: KeyObject, bytes: Uint8Array, signature: Uint8Array): Promise<boolean> {
  if (signature.byteLength !== SIGNATURE_BYTES) return Promise.resolve(false);
  return new Promise((resolve, reject) => {
    verify(null, bytes, publicKey, signature, (error, valid) => (error ? reject(error) : resolve(valid)));
  });
}

/** A key that a document speaks of, checked against its id. */
export interface KnownKey {
  readonly keyId: string;
  readonly publicKey: KeyObject;
  readonly document: SigningKey;
}

/** Reads a key's document; null when it is none, or its key does not have its id. */
export function readKeyDocument(bytes: Uint8Array, keyId: string): KnownKey | null {
  let content: unknown;
  try {
    content = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return null;
  }
  const document = SigningKey.safeParse(content).data;
  const publicKey = document && parsePublicKey(document.publicKey);
  if (!publicKey || document.keyId !== keyId || keyIdOf(publicKey) !== keyId) return null;
  return { keyId, publicKey, document };
}

/** Whether the key before vouched for this one. */
export async function isEndorsedBy(key: KnownKey, before: KnownKey): Promise<boolean> {
  const { endorsement, publicKey } = key.document;
  if (endorsement?.keyId !== before.keyId) return false;
  return await isSignedBy(
    before.publicKey,
    Buffer.from(publicKey, 'utf8'),
    Buffer.from(endorsement.signature, 'base64'),
  );
}
