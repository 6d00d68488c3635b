/** The bytes to send, `end` exclusive; `whole` where no range applies; `unsatisfiable` is 416. */
export type ByteRange = { readonly start: number; readonly end: number } | 'whole' | 'unsatisfiable';

/**
 * What a `Range` header asks of a body.
 *
 * One range only; several, or what does not parse, are ignored, as RFC 9110 section 14.2 allows. `If-Range` must equal the
 * strong ETag, else the body changed and is sent whole.
 */
export function byteRange(
  range: string | undefined,
  ifRange: string | undefined,
  etag: string,
  size: number,
): ByteRange {
  if (range === undefined || (ifRange !== undefined && ifRange !== etag)) return 'whole';
  const match = /^bytes=(\d*)-(\d*)$/.exec(range.trim());
  const [, first = '', last = ''] = match ?? [];
  if (!match || (first === '' && last === '')) return 'whole';
  if (first === '') {
    const length = Math.min(Number(last), size);
    return length === 0 ? 'unsatisfiable' : { start: size - length, end: size };
  }
  const start = Number(first);
  if (last !== '' && Number(last) < start) return 'whole';
  return start >= size ? 'unsatisfiable' : { start, end: last === '' ? size : Math.min(size, Number(last) + 1) };
}
