/** How a look at something went, as words that tell a stranger nothing. */
export type LookState = 'ok' | 'failed' | 'slow';

/** For how long an answer is good, and how long one is waited for, in milliseconds. */
export interface LookTimes {
  readonly okForMs: number;
  readonly failedForMs: number;
  readonly withinMs: number;
}

/**
 * Looks at something when it is asked for, at most so often, one look at a time however many ask.
 *
 * A look that takes too long is told as `slow` and goes on; its outcome is what the next are told.
 */
export function rememberedLook(
  look: () => Promise<unknown>,
  { okForMs, failedForMs, withinMs }: LookTimes,
): () => Promise<LookState> {
  let known: { state: LookState; untilMs: number } | null = null;
  let running: Promise<LookState> | null = null;
  const run = (): Promise<LookState> =>
    look()
      .then(
        () => 'ok' as const,
        () => 'failed' as const,
      )
      .then((state) => {
        known = { state, untilMs: performance.now() + (state === 'ok' ? okForMs : failedForMs) };
        running = null;
        return state;
      });
  return async () => {
    if (known !== null && performance.now() < known.untilMs) return known.state;
    running ??= run();
    return await within(running, withinMs);
  };
}

async function within(running: Promise<LookState>, withinMs: number): Promise<LookState> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<LookState>((resolve) => {
    timer = setTimeout(() => resolve('slow'), withinMs);
  });
  return await Promise.race([running, late]).finally(() => clearTimeout(timer));
}
