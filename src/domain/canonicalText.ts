import * as canonicalizeModule from 'canonicalize';

// The package is CommonJS whose types claim a default export; this is what Node and the workflows' bundle hand over.
const canonicalize = canonicalizeModule.default as unknown as (value: unknown) => string | undefined;

/**
 * The one form in which a document is stored, hashed and compared: canonical JSON (RFC 8785).
 *
 * @throws Error when the value has no JSON form (undefined, NaN, Infinity, bigint).
 */
export function canonicalText(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new Error('this value has no JSON form');
  return text;
}
