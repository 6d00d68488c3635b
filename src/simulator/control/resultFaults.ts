import { z } from 'zod';
import { times } from './callFaults.js';

/** A text that the job's request contains, such as a unit's id or a date; any job without it. */
const match = z.string().optional();

/** What can befall jobs, their results and the links to them. */
export const RESULT_FAULTS = [
  /** The next jobs end in `Error`. */
  z.strictObject({ kind: z.literal('jobError'), times, match }),
  /** The next jobs never leave `Processing`. */
  z.strictObject({ kind: z.literal('jobStuck'), times, match }),
  /**
   * No job ends as long as this is armed; those whose time was over meanwhile have ended once it is removed. Ledgers and limits go by
   * when they would have ended.
   */
  z.strictObject({ kind: z.literal('jobHeld'), match }),
  /** The next jobs that are read are forgotten: 404 `job.not.found` from then on. */
  z.strictObject({ kind: z.literal('jobUnknown'), times, match }),
  /** The next downloads find their URL expired; that URL stays so, a fresh one works. */
  z.strictObject({ kind: z.literal('expiredUrl'), times }),
  z.strictObject({
    /** The next downloads are cut after so many bytes, and their URL has expired from then on. */
    kind: z.literal('urlExpiredMidDownload'),
    afterBytes: z.number().int().nonnegative(),
    times,
  }),
  z.strictObject({
    /** The next searches for agents' schedules that find more agents than this answer `Processing`, which nobody can ask about. */
    kind: z.literal('searchProcessing'),
    aboveAgents: z.number().int().nonnegative().default(0),
    times,
  }),
  /** The next searches for agents' schedules answer with a URL, however small the result is. */
  z.strictObject({ kind: z.literal('searchByUrl'), times }),
  z.strictObject({
    /** The next downloads (all, while `times` is null) are served at this rate. */
    kind: z.literal('downloadRate'),
    bytesPerSecond: z.number().positive(),
    times: times.unwrap().default(null),
  }),
  z.strictObject({
    /**
     * The next results (files of a job, or answers of a users-aggregates query) lack a field: its first occurrence is gone.
     * A job's files lack it however often they are downloaded. (Default: `userId`, which stands in both)
     */
    kind: z.literal('missingField'),
    field: z.string().min(1).default('userId'),
    times,
    match,
  }),
  z.strictObject({
    /**
     * The next downloads have the length they tell and other bytes, under the ETag of the right ones; the download after that
     * is right again.
     *
     * `transit`: some bytes in the middle are others than were sent. Compressed, the checksum of gzip finds it; plain, it is
     * found where it breaks the JSON, as this one does. `shape`: written wrong before it was compressed: the first
     * `dayStartOffsetSeconds` has another name; found by reading. `value`: likewise, the first `actualLengthSeconds` has
     * another number. Genesys sends no hash of a result, so **nobody can find that**; it is here to show it.
     */
    kind: z.literal('alteredBytes'),
    how: z.enum(['transit', 'shape', 'value']).default('transit'),
    times,
    match,
  }),
] as const;
