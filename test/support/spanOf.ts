/** How often it is looked whether this process runs, and how late a look may be for nothing, in milliseconds. */
const LOOK_EVERY_MS = 10;
const TOLERATED_MS = 2;

/** How long something took, and for how long of that this process wanted to run and could not, in milliseconds. */
export interface Span<Result> {
  readonly result: Result;
  readonly tookMs: number;
  /** What a busy machine added: looks came so late, less the time in which this process itself computed. */
  readonly delayedMs: number;
}

/** Runs something whose duration is judged: a bound in time holds on any machine once what the machine itself delayed is left out. */
export async function spanOf<Result>(act: () => Promise<Result>): Promise<Span<Result>> {
  let delayedMs = 0;
  let [lookedMs, usedMs] = [performance.now(), computedMs()];
  const look = () => {
    const [nowMs, nowUsedMs] = [performance.now(), computedMs()];
    delayedMs += Math.max(0, nowMs - lookedMs - LOOK_EVERY_MS - TOLERATED_MS - (nowUsedMs - usedMs));
    [lookedMs, usedMs] = [nowMs, nowUsedMs];
  };
  const looking = setInterval(look, LOOK_EVERY_MS);
  const startedMs = lookedMs;
  try {
    const result = await act();
    const tookMs = performance.now() - startedMs;
    look();
    return { result, tookMs, delayedMs };
  } finally {
    clearInterval(looking);
  }
}

function computedMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
