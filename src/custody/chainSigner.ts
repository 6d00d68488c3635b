import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { Failure } from '../domain/failure.js';

/** Length of an Ed25519 signature, which is all that a `.sig` file has. */
export const SIGNATURE_BYTES = 64;

/** Who signs the chain: a private key that can sign and does not show itself. */
export interface ChainSigner {
  readonly keyId: string;
  /** PEM of the public key, as `openssl pkey -pubout` writes it. */
  readonly publicKey: string;
  /** Ed25519 over the bytes, 64 bytes; the same bytes give the same signature. */
  sign(bytes: Uint8Array): Uint8Array;
}

/**
 * Opens a signing key: Ed25519, PKCS#8 PEM, not encrypted.
 *
 * @param name what the text came from, for people.
 * @throws Failure `InvalidInput` when it is no such key. The message has nothing of the key.
 */
export function openSigner(pem: string, name = 'ROSTERLINE_SIGNING_KEY'): ChainSigner {
  const key = parsePrivateKey(pem, name);
  const publicKey = createPublicKey(key);
  return { keyId: keyIdOf(publicKey), publicKey: pemOf(publicKey), sign: (bytes) => sign(null, bytes, key) };
}

/** Id of a key: the first 32 hex digits of the SHA-256 of its public half's DER (SubjectPublicKeyInfo). */
export function keyIdOf(publicKey: KeyObject): string {
  return createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('hex')
    .slice(0, 32);
}

/** An Ed25519 public key from its PEM; null when the text is none. */
export function parsePublicKey(pem: string): KeyObject | null {
  try {
    const key = createPublicKey(pem);
    return key.asymmetricKeyType === 'ed25519' ? key : null;
  } catch {
    return null;
  }
}

/** A public key as PEM, in the one form in which documents hold it. */
export function pemOf(publicKey: KeyObject): string {
  return publicKey.export({ type: 'spki', format: 'pem' }).toString();
}

/**
 * Makes a key and writes it to a new file, mode 0600.
 *
 * @throws Failure `InvalidInput` when there is something of that name: a key is never overwritten.
 */
export function makeSigningKey(file: string): ChainSigner {
  const { privateKey } = generateKeyPairSync('ed25519');
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  try {
    writeFileSync(file, pem, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    const code = codeOf(error);
    const why = code === 'EEXIST' ? 'there is a file of that name, and a key is never overwritten' : code;
    throw new Failure('InvalidInput', `no key was written to ${file}: ${why}; name another file`, {}, { cause: error });
  }
  return openSigner(pem, file);
}

function parsePrivateKey(pem: string, name: string): KeyObject {
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch {
    throw new Failure(
      'InvalidInput',
      `${name} holds no private key in PKCS#8 PEM without a passphrase; "rosterline keys new --out FILE" makes one`,
    );
  }
  if (key.asymmetricKeyType !== 'ed25519') {
    throw new Failure(
      'InvalidInput',
      `${name} holds a key of the kind ${key.asymmetricKeyType ?? 'unknown'}; the chain is signed with Ed25519 alone; "rosterline keys new --out FILE" makes one`,
    );
  }
  return key;
}

/** The system's code of an error; by shape, because an error of another realm (a test's sandbox) is no `Error` here. */
function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unknown error';
}
