import { createHash } from 'node:crypto';
import { canonicalText } from '../domain/canonicalText.js';

/**
 * The one form in which a document is stored and hashed: canonical JSON (RFC 8785), UTF-8.
 *
 * @throws Error when the value has no JSON form (undefined, NaN, Infinity, bigint).
 */
export function canonicalBytes(value: unknown): Uint8Array {
  return Buffer.from(canonicalText(value), 'utf8');
}

/** SHA-256 of bytes (or of a text's UTF-8), lower-case hex. */
export function sha256Hex(content: Uint8Array | string): string {
  return createHash('sha256').update(content).digest('hex');
}
