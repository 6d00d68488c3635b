import { z } from 'zod';
import { RetryAfterForm } from './retryAfterForm.js';

/** How often a fault strikes; null is every time, until it is removed. */
export const times = z.number().int().positive().nullable().default(1);
export const method = z.string().min(1).default('*');

/**
 * A prefix where it starts with a slash and has no character special to regular expressions but the dot, else a regular
 * expression; tried on the path without its query.
 */
export const path = z.string().min(1);

/** What can befall a call on its way there or back: any call, of API, login and downloads. `method` is `*` for any. */
export const CALL_FAULTS = [
  z.strictObject({
    /** Answers 429. With `closes`, every matching call is refused, the seconds counted down, until `retryAfter` is over. */
    kind: z.literal('throttle'),
    method,
    path,
    /**
     * Seconds, any text for the header, null for none, or a form with the seconds that it shall mean. Only what says an instant
     * can close.
     */
    retryAfter: z.union([z.string(), z.number().nonnegative(), RetryAfterForm]).nullable(),
    times,
    closes: z.boolean().default(true),
  }),
  z.strictObject({
    /** Answers any status, with a JSON body, or text as HTML. */
    kind: z.literal('status'),
    method,
    path,
    status: z.number().int().min(200).max(599),
    body: z.unknown().optional(),
    headers: z.record(z.string(), z.string()).default({}),
    times,
  }),
  z.strictObject({
    /**
     * Resets the connection (RST): before the call is carried out, or after it succeeded and before a byte of the answer is
     * sent, so that what it did stays done and nobody was told.
     */
    kind: z.literal('reset'),
    method,
    path,
    when: z.enum(['before', 'after']),
    times,
  }),
  /** Sends the body of a successful answer no faster than this; the headers come at once. */
  z.strictObject({ kind: z.literal('slowBody'), method, path, bytesPerSecond: z.number().positive(), times }),
  z.strictObject({
    /** Tells a successful answer's right length and cuts the connection after some bytes. (Default: half of them) */
    kind: z.literal('truncatedBody'),
    method,
    path,
    afterBytes: z.number().int().nonnegative().optional(),
    times,
  }),
  z.strictObject({
    /**
     * Tells a length that does not fit. `larger`: more than what comes before the connection ends. `smaller`: less than what
     * comes, so that a caller stops early and takes the part for the whole. `chunked`: none, and a body that is a third short
     * and ends cleanly; only what the bytes say can tell.
     */
    kind: z.literal('wrongLength'),
    method,
    path,
    as: z.enum(['larger', 'smaller', 'chunked']).default('larger'),
    times,
  }),
] as const;
