import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds between looks. */
const LOOK_EVERY_MS = 25;

/** Looks again and again until there is an answer other than `undefined`, `null` or `false`. @throws Error with `what` after a minute. */
export async function eventually<T>(
  what: string,
  look: () => Promise<T | undefined | null | false> | T | undefined | null | false,
  withinMs = 60_000,
): Promise<T> {
  const deadlineMs = Date.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== null && found !== false) return found;
    if (Date.now() > deadlineMs) throw new Error(`not within ${withinMs / 1000} s: ${what}`);
    await sleep(LOOK_EVERY_MS);
  }
}
