import { EnforcedLimit } from '../../../src/simulator/limits/enforcedLimit.js';
import { type LimitInput, LimitSettings } from '../../../src/simulator/limits/limitSettings.js';

/** When the clock of these tests starts: on no round minute. */
export const START = Date.parse('2025-03-01T10:00:07Z');

/** A limit in force that nobody called yet. */
export function enforced(limit: LimitInput, seed = 1): EnforcedLimit {
  const truth = { accepted: 0, refused: 0, disguised: 0, insideClosed: 0, beforeTold: 0 };
  return new EnforcedLimit(LimitSettings.parse(limit), seed, truth);
}

/** Calls at so many seconds after the start: whether each gets through. */
export function at(limit: EnforcedLimit, seconds: readonly number[]): string {
  return seconds.map((second) => (limit.meet(START + second * 1000).admitted ? 'yes' : 'no')).join(' ');
}

/** How many calls get through in each of some stretches of time, when one comes every `everySeconds`. */
export function throughput(
  limit: EnforcedLimit,
  { stretches, seconds, everySeconds }: { stretches: number; seconds: number; everySeconds: number },
): number[] {
  const accepted = Array.from({ length: stretches }, () => 0);
  for (let call = 0; call * everySeconds < stretches * seconds; call++) {
    const second = call * everySeconds;
    const stretch = Math.floor(second / seconds);
    if (limit.meet(START + second * 1000).admitted) accepted[stretch] = (accepted[stretch] ?? 0) + 1;
  }
  return accepted;
}
