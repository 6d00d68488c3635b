import { limiterOf } from './limiterOf.js';
import { type LimitInput, LimitSettings } from './limitSettings.js';
import { drawnLimit } from './limitSize.js';

/** What the best possible way depends on beside the limits. */
export interface BestWay {
  /** How long the jobs take that the calls make, in their order, in milliseconds; the last one for all further. (Default: 0) */
  readonly jobMs?: readonly number[];
  /** When the first call is made, milliseconds since the epoch: it matters where windows are aligned to the clock. (Default: 0) */
  readonly startMs?: number;
  /** Seed of others' load, and of what is drawn. (Default: 1) */
  readonly seed?: number;
}

/**
 * The least time in which limits, all about the same calls, pass so many of them: from the first to the last that is let through,
 * in milliseconds, by somebody who knows them and sends each call as it opens. 0 for one call.
 *
 * Calls take no time by themselves. It runs the limits that the simulator enforces, so that both mean the same.
 *
 * @throws RangeError where they never pass so many, such as when jobs never end.
 */
export function bestPossibleMs(
  limits: LimitInput | readonly LimitInput[],
  calls: number,
  { jobMs = [], startMs = 0, seed = 1 }: BestWay = {},
): number {
  const limiters = [limits].flat().map((limit) => {
    const settings = LimitSettings.parse(limit);
    return limiterOf(settings.drawn ? drawnLimit(settings, seed) : settings, seed);
  });
  let nowMs = startMs;
  for (let call = 0; call < calls; ) {
    const opensAtMs = Math.max(nowMs, ...limiters.map((limiter) => limiter.opensAtMs(nowMs)));
    if (opensAtMs > nowMs) {
      // A limit that grows may open before the instant at which it would have as it is.
      nowMs = Math.min(opensAtMs, ...limiters.map((limiter) => limiter.changesAtMs(nowMs)));
      if (!Number.isFinite(nowMs)) throw new RangeError(`the limits pass ${call.toString()} calls and no more`);
      continue;
    }
    const endsAtMs = nowMs + (jobMs[call] ?? jobMs.at(-1) ?? 0);
    for (const limiter of limiters) limiter.accept(nowMs).jobMade(endsAtMs);
    call++;
  }
  return nowMs - startMs;
}
