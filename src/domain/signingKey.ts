import { z } from 'zod';

/** Digits of a key id: 128 bits, so that nobody makes another key of the same id. */
const KEY_ID = /^[0-9a-f]{32}$/;

/**
 * A key that signs the chain from an entry on, `seals/keys/<key id>.json`, bound by an entry of the kind `key` that the key itself signs.
 *
 * The key id is the first 32 hex digits of the SHA-256 of the public key's DER (SubjectPublicKeyInfo).
 */
export const SigningKey = z.object({
  v: z.literal(1),
  kind: z.literal('signingKey'),
  keyId: z.string().regex(KEY_ID),
  algorithm: z.literal('Ed25519'),
  /** PEM (SubjectPublicKeyInfo), as `openssl pkey -pubout` writes it. */
  publicKey: z.string(),
  at: z.string(),
  /** Number of the last entry when it was written: the one that binds it comes later. */
  after: z.number().int().nonnegative(),
  /** The key before it, with its signature over the UTF-8 bytes of `publicKey`, base64; null for the first key, or where the one before was lost. */
  endorsement: z.object({ keyId: z.string().regex(KEY_ID), signature: z.string() }).nullable(),
});
export type SigningKey = z.infer<typeof SigningKey>;

const KEY_PATH = /^seals\/keys\/([0-9a-f]{32})\.json$/;

/** Path of a key's document. */
export function signingKeyPath(keyId: string): string {
  return `seals/keys/${keyId}.json`;
}

/** The key id that a path of a key's document names, or null where it is another path. */
export function keyIdOfPath(path: string): string | null {
  return KEY_PATH.exec(path)?.[1] ?? null;
}
