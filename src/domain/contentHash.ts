import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { canonicalText } from './canonicalText.js';

/**
 * SHA-256 of a value's canonical JSON (RFC 8785), lower-case hex: the same for the same content, in workflows too, where Node's own
 * hashes are not to be had (decision 0025).
 *
 * @throws Error when the value has no JSON form.
 */
export function contentHash(value: unknown): string {
  return bytesToHex(sha256(utf8ToBytes(canonicalText(value))));
}
