import { setTimeout as sleep } from 'node:timers/promises';
import type { Output } from '../output.js';

/** One look: what people read, what programs read, and whether there is nothing more to see. */
export interface Look {
  readonly lines: readonly string[];
  readonly result: unknown;
  readonly isOver?: boolean;
}

/** Without a terminal a watched screen would fill a log: it is told again at most this often, and only when it changed. */
const PLAIN_EVERY_MS = 10_000;
const CLEAR_SCREEN = '\u001b[H\u001b[2J\u001b[3J';

/**
 * Shows a look once, or with `watch` until it is over or Ctrl-C: on a terminal in place, elsewhere as plain lines when they changed,
 * with `--json` as one object a look.
 */
export async function watching(
  { watch, everyMs }: { readonly watch: boolean; readonly everyMs: number },
  output: Output,
  look: () => Promise<Look>,
): Promise<void> {
  const leaving = new AbortController();
  const leave = (): void => leaving.abort();
  if (watch) for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, leave);
  const inPlace = watch && !output.json && process.stdout.isTTY;
  let [shown, shownAtMs] = ['', 0];
  try {
    for (;;) {
      const { lines, result, isOver = false } = await look();
      const text = lines.join('\n');
      const isDue = inPlace || !watch || isOver || Date.now() - shownAtMs >= PLAIN_EVERY_MS;
      if (isDue && (inPlace || text !== shown)) {
        if (inPlace) process.stdout.write(CLEAR_SCREEN);
        if (!output.json || !watch) for (const line of lines) output.say(line);
        [shown, shownAtMs] = [text, Date.now()];
      }
      output.result(result);
      if (!watch || isOver) return;
      const isLeft = await sleep(everyMs, false, { signal: leaving.signal }).catch(() => true);
      if (isLeft) return;
    }
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, leave);
  }
}
