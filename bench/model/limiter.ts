/** What a limiter answers to one call. `opensMs` is when the next call would pass if nobody else called. */
export type Answer = { readonly accepted: true } | { readonly accepted: false; readonly opensMs: number };

/** A limit, in simulated time. Calls come in the order of their instants. */
export interface Limiter {
  call(atMs: number): Answer;
  /** From now on that many times the first quota. */
  scale(factor: number): void;
  /** A job that a call made has ended. */
  jobEnded?(atMs: number): void;
}

/**
 * `calls` in each window of `windowMs`, which the clock opens, or the first call after the last one ended.
 *
 * @param penaltyMs by how much each call into a used up window, after the first, puts off its end.
 */
export function fixedWindow(
  calls: number,
  windowMs: number,
  options: { phaseMs: number; openedByCall?: boolean; penaltyMs?: number },
): Limiter {
  let allowed = calls;
  let endsMs = options.openedByCall ? Number.NEGATIVE_INFINITY : options.phaseMs;
  let used = 0;
  let refused = 0;
  return {
    scale: (factor) => (allowed = Math.round(calls * factor)),
    call(atMs) {
      if (atMs >= endsMs) {
        used = 0;
        refused = 0;
        endsMs = options.openedByCall
          ? atMs + windowMs
          : endsMs + (Math.floor((atMs - endsMs) / windowMs) + 1) * windowMs;
      }
      if (used < allowed) {
        used++;
        return { accepted: true };
      }
      if (refused++ > 0) endsMs += options.penaltyMs ?? 0;
      return { accepted: false, opensMs: endsMs };
    },
  };
}

/** `calls` within any stretch of `windowMs`. */
export function rollingWindow(calls: number, windowMs: number): Limiter {
  let allowed = calls;
  const passed: number[] = [];
  let oldest = 0;
  return {
    scale: (factor) => (allowed = Math.round(calls * factor)),
    call(atMs) {
      while ((passed[oldest] ?? Number.POSITIVE_INFINITY) <= atMs - windowMs) oldest++;
      if (passed.length - oldest < allowed) {
        passed.push(atMs);
        return { accepted: true };
      }
      const leaves = passed[passed.length - allowed] ?? atMs;
      return { accepted: false, opensMs: leaves + windowMs };
    },
  };
}

/** A bucket of `burst` calls that fills by `perSecond`. */
export function tokenBucket(burst: number, perSecond: number): Limiter {
  let rate = perSecond;
  let tokens = burst;
  let filledMs = 0;
  return {
    scale: (factor) => (rate = perSecond * factor),
    call(atMs) {
      tokens = Math.min(burst, tokens + ((atMs - filledMs) * rate) / 1000);
      filledMs = atMs;
      if (tokens >= 1) {
        tokens -= 1;
        return { accepted: true };
      }
      return { accepted: false, opensMs: atMs + ((1 - tokens) / rate) * 1000 };
    },
  };
}

/** `most` jobs under way; each accepted call starts one. */
export function jobsInFlight(most: number): Limiter {
  let allowed = most;
  let running = 0;
  return {
    scale: (factor) => (allowed = Math.round(most * factor)),
    call(atMs) {
      if (running < allowed) {
        running++;
        return { accepted: true };
      }
      return { accepted: false, opensMs: atMs };
    },
    jobEnded: () => {
      running--;
    },
  };
}

/** Both limits at once: a refusal names the later opening. A call that the second refuses has counted in the first, as with nested quotas. */
export function nested(inner: Limiter, outer: Limiter): Limiter {
  return {
    scale: (factor) => {
      inner.scale(factor);
      outer.scale(factor);
    },
    call(atMs) {
      const around = outer.call(atMs);
      return around.accepted ? inner.call(atMs) : around;
    },
  };
}
