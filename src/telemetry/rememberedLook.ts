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
 *
 * @param changed told when a look goes otherwise than the one before (the first: than well), and why where it does not go well.
 */
export function rememberedLook(
  look: () => Promise<unknown>,
  { okForMs, failedForMs, withinMs }: LookTimes,
  changed: (state: LookState, why: string) => void = () => undefined,
): () => Promise<LookState> {
  let known: { state: LookState; untilMs: number } | null = null;
  let running: Promise<LookState> | null = null;
  let told: LookState = 'ok';
  const tell = (state: LookState, why: string): LookState => {
    if (state !== told) changed(state, why);
    told = state;
    return state;
  };
  const run = (): Promise<LookState> =>
    look()
      .then(
        () => tell('ok', ''),
        (error: unknown) => tell('failed', error instanceof Error ? error.message : String(error)),
      )
      .then((state) => {
        known = { state, untilMs: performance.now() + (state === 'ok' ? okForMs : failedForMs) };
        running = null;
        return state;
      });
  return async () => {
    if (known !== null && performance.now() < known.untilMs) return known.state;
    running ??= run();
    const state = await within(running, withinMs);
    return state === 'slow' ? tell('slow', `no answer within ${withinMs / 1000} s`) : state;
  };
}

async function within(running: Promise<LookState>, withinMs: number): Promise<LookState> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<LookState>((resolve) => {
    timer = setTimeout(() => resolve('slow'), withinMs);
  });
  return await Promise.race([running, late]).finally(() => clearTimeout(timer));
}
