import { createHash } from 'node:crypto';
import * as canonicalizeModule from 'canonicalize';

// The package is CommonJS whose types claim a default export; this is what Node really hands over.
const canonicalize = canonicalizeModule.default as unknown as (value: unknown) => string | undefined;

/**
 * The one form in which a document is stored and hashed: canonical JSON (RFC 8785), and the SHA-256 of its UTF-8 bytes.
 *
 * @throws Error when the value has no JSON form (undefined, NaN, Infinity, bigint).
 */
export function canonicalJson(value: unknown): { text: string; sha256: string } {
  const text = canonicalize(value);
  if (text === undefined) throw new Error('this value has no JSON form');
  return { text, sha256: sha256Hex(text) };
}

/** Canonical JSON as the bytes that are stored. @throws Error when the value has no JSON form. */
export function canonicalBytes(value: unknown): Uint8Array {
  return Buffer.from(canonicalJson(value).text, 'utf8');
}

/** SHA-256 of bytes (or of a text's UTF-8), lower-case hex. */
export function sha256Hex(content: Uint8Array | string): string {
  return createHash('sha256').update(content).digest('hex');
}
