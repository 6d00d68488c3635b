import type { Random } from '../../src/simulator/data/seededRandom.js';
import type { Events } from './events.js';
import type { Limiter } from './limiter.js';
import type { Shape } from './shapes.js';

/** What was called, for the figures. */
export interface Ledger {
  readonly acceptedMs: number[];
  readonly refusedMs: number[];
  /** Calls of others that were accepted. */
  readonly othersMs: number[];
}

/** The other side of a call. */
export interface Organisation {
  readonly ledger: Ledger;
  /** A call arrives: accepted, with a job that ends then where the shape has jobs, or refused with the wait that it names. */
  call(): { accepted: true; jobEndsMs: number | null } | { accepted: false; toldMs: number | null };
}

/** Answers calls by the shape's limiter, lets others take their part, and changes the quota when its time comes. */
export function organisation(clock: Events, shape: Shape, limiter: Limiter, random: Random): Organisation {
  const ledger: Ledger = { acceptedMs: [], refusedMs: [], othersMs: [] };
  if (shape.others > 0) othersCall(clock, shape, limiter, random, ledger);
  if (shape.change) clock.at(shape.change.atWindow * shape.windowMs, () => limiter.scale(shape.change?.factor ?? 1));
  return {
    ledger,
    call() {
      const atMs = clock.now();
      const answer = limiter.call(atMs);
      if (!answer.accepted) {
        ledger.refusedMs.push(atMs);
        return { accepted: false, toldMs: shape.told(answer.opensMs - atMs) };
      }
      ledger.acceptedMs.push(atMs);
      if (shape.jobMs === null) return { accepted: true, jobEndsMs: null };
      const jobEndsMs = atMs + shape.jobMs * (0.5 + random.next());
      clock.at(jobEndsMs, () => limiter.jobEnded?.(jobEndsMs));
      return { accepted: true, jobEndsMs };
    },
  };
}

/** Others take up to a share of the quota; how much changes every two to eight windows. */
function othersCall(clock: Events, shape: Shape, limiter: Limiter, random: Random, ledger: Ledger): void {
  let share = shape.others * random.next();
  const changes = (): void => {
    share = shape.others * random.next();
    clock.at(clock.now() + shape.windowMs * (2 + 6 * random.next()), changes);
  };
  const calls = (): void => {
    const perMs = Math.max(0.01, share) * (shape.perWindow / shape.windowMs);
    clock.at(clock.now() - Math.log(1 - random.next()) / perMs, () => {
      if (limiter.call(clock.now()).accepted) ledger.othersMs.push(clock.now());
      calls();
    });
  };
  changes();
  calls();
}
