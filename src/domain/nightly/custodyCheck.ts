import { z } from 'zod';

/** How old the last check of everything may be when a night begins: a week, less what nights may begin earlier. */
const WHOLE_EVERY_MS = 6.5 * 86_400_000;

const Head = z.object({ seq: z.number().int().min(1), sha256: z.string() });

/**
 * What a night found when it verified the chain of custody: the next night goes on from there.
 *
 * Instants are ISO 8601 UTC. `whole` is whether everything was verified, and the rows with it; else what the chain has since `head` of
 * the check before.
 */
export const CustodyCheck = z.object({
  verifiedAt: z.string(),
  whole: z.boolean(),
  /** When everything was verified last. */
  wholeAt: z.string(),
  /** The newest entry when the check began; null where there is none. */
  head: Head.nullable(),
  objects: z.number().int(),
  bytes: z.number().int(),
  /** How many things are broken, by kind (`docs/custody.md`); empty where nothing is. */
  broken: z.record(z.string(), z.number().int()),
  /** The first of them: kind and path. */
  first: z.array(z.object({ kind: z.string(), object: z.string() })),
});
export type CustodyCheck = z.infer<typeof CustodyCheck>;

/** What of a check a night leaves in its memo under `custody`, for who lists nights without opening them. */
export const CustodyMemo = CustodyCheck.pick({ verifiedAt: true, wholeAt: true, broken: true });
export type CustodyMemo = z.infer<typeof CustodyMemo>;

/**
 * The entry after which it is enough to verify; null where everything is to be: there is no check before, it found something broken, or
 * the last one of everything is a week old.
 */
export function verifiedUpTo(before: CustodyCheck | null, nowMs: number): { seq: number; sha256: string } | null {
  if (before === null || Object.keys(before.broken).length > 0) return null;
  const age = nowMs - Date.parse(before.wholeAt);
  // A clock that was set back says nothing of when it was.
  return age >= 0 && age < WHOLE_EVERY_MS ? before.head : null;
}
