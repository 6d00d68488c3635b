import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import * as canonicalizeModule from 'canonicalize';

// The package is CommonJS whose types claim a default export; this is what Node and the workflows' bundle hand over.
const canonicalize = canonicalizeModule.default as unknown as (value: unknown) => string | undefined;

/**
 * SHA-256 of a value's canonical JSON (RFC 8785), lower-case hex: the same for the same content, in workflows too, where Node's own
 * hashes are not to be had (decision 0025).
 *
 * @throws Error when the value has no JSON form.
 */
export function contentHash(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new Error('this value has no JSON form');
  return bytesToHex(sha256(utf8ToBytes(text)));
}
