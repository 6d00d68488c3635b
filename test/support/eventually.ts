import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds between looks: as many as the last one took, within these. What comes is met soon, even where a look was slow once. */
const PAUSE_MS = { least: 25, most: 250 };

/** Enough for whatever a machine of a load of twenty still does: nobody waits that long for what comes. */
const WITHIN_MS = 120_000;

/** Looks again and again until there is an answer other than `undefined`, `null` or `false`. @throws Error with `what` after two minutes. */
export async function eventually<T>(
  what: string,
  look: () => Promise<T | undefined | null | false> | T | undefined | null | false,
  withinMs = WITHIN_MS,
): Promise<T> {
  const deadlineMs = Date.now() + withinMs;
  for (;;) {
    const lookedMs = Date.now();
    const found = await look();
    if (found !== undefined && found !== null && found !== false) return found;
    if (Date.now() > deadlineMs) throw new Error(`not within ${withinMs / 1000} s: ${what}`);
    await sleep(Math.min(Math.max(PAUSE_MS.least, Date.now() - lookedMs), PAUSE_MS.most));
  }
}
