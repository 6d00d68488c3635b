import { uptime } from 'node:os';

/** Both clocks tick; a difference larger than this is a machine that slept. */
const SLEPT_MS = 1_000;

/**
 * A clock that nobody sets: milliseconds that pass as they pass, also while the machine sleeps.
 *
 * Waits that Genesys named are durations. Measured by the wall clock, one that is set ten minutes forward would let calls leave
 * early, and one set back would hold them ten minutes longer. Node's own steady clock stands still while a Linux machine sleeps,
 * the system's uptime does not.
 */
export function createSteadyClock(): () => number {
  const startedMs = Date.now();
  const startedAtMs = performance.now();
  const apartMs = uptime() * 1000 - performance.now();
  let sleptMs = 0;
  return () => {
    const aheadMs = uptime() * 1000 - performance.now() - apartMs;
    if (aheadMs > sleptMs + SLEPT_MS) sleptMs = aheadMs;
    return startedMs - startedAtMs + performance.now() + sleptMs;
  };
}
