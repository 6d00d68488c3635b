import { decide, tallyEveryMs } from '../../src/domain/budget/decideLimit.js';
import { type LimitState, newLimit } from '../../src/domain/budget/limitState.js';
import type { LimitEvent } from '../../src/domain/budget/limitEvent.js';
import { step } from '../../src/domain/budget/stepLimit.js';
import { type Random, seededRandom } from '../../src/simulator/data/seededRandom.js';
import { type Events, events } from './events.js';
import { type Ledger, organisation } from './organisation.js';
import { type RateQueue, rateQueue } from './rateQueue.js';
import type { Shape } from './shapes.js';
import { type KeeperLink, type Worker, worker } from './worker.js';

/** What one run left behind. */
export interface Run {
  readonly ledger: Ledger;
  /** How long each urgent call took to leave, from when it was wanted, in ms; until it was accepted. */
  readonly urgent: readonly { readonly wantedMs: number; readonly tookMs: number }[];
  /** Tallies that the keeper was told. */
  readonly tallies: number;
  readonly state: LimitState;
  readonly lengthMs: number;
}

/** Where a run starts from, and who looks on. */
export interface SimulateOptions {
  readonly from?: LimitState;
  readonly epochMs?: number;
  readonly trace?: (atMs: number, event: LimitEvent, state: LimitState) => void;
}

/** Urgent calls, as a share of the quota. */
const URGENT_SHARE = 0.03;
/** An epoch, so that no instant is near 0. */
export const EPOCH_MS = Date.UTC(2026, 0, 5);

/**
 * Runs the model against a shape in simulated time: one to four workers, a saturated backlog, and urgent calls beside it.
 *
 * Workers see gates up to 200 ms late, refusals are told within 100 ms and tallies within 150, a new rate reaches the queue after 0.5 to
 * 3 s, and a call takes 40 to 200 ms.
 */
export function simulate(shape: Shape, seed: number, options: SimulateOptions = {}): Run {
  const clock = events();
  const random = seededRandom('model', shape.name, seed);
  const api = organisation(clock, shape, shape.limiter(random), random);
  const workers: Worker[] = [];
  const queue = rateQueue(clock, () => dispatch(clock, workers, random, queue));
  const keeper = keeperOf(clock, random, queue, shape.jobMs !== null, options);
  const count = 1 + (seed % 4);
  const seesEnd = (atMs: number): void =>
    clock.at(atMs + 200 + 1000 * random.next(), () => random.pick(workers).sawJobEnd());
  for (let index = 0; index < count; index++) {
    keeper.workers.push(0);
    workers.push(worker(index, clock, random, api, keeper.link, shape.jobMs !== null, seesEnd));
  }
  const urgent: { wantedMs: number; tookMs: number }[] = [];
  urgentCalls(clock, shape, workers, random, urgent);
  const lengthMs = shape.windows * shape.windowMs;
  clock.runUntil(lengthMs);
  return { ledger: api.ledger, urgent, tallies: keeper.tallies(), state: keeper.state(), lengthMs };
}

/** A task goes to whichever worker has room; else it comes back when one may. */
function dispatch(clock: Events, workers: readonly Worker[], random: Random, queue: RateQueue): void {
  const first = random.integer(0, workers.length - 1);
  for (let turn = 0; turn < workers.length; turn++) {
    if (workers[(first + turn) % workers.length]?.trySend(false)) return;
  }
  queue.pauseUntil(Math.min(...workers.map((each) => each.waitUntilMs())) + 50 * random.next());
}

/** Calls that must go at once come at random, and try again until they are through. */
function urgentCalls(
  clock: Events,
  shape: Shape,
  workers: readonly Worker[],
  random: Random,
  urgent: { wantedMs: number; tookMs: number }[],
): void {
  const perMs = (URGENT_SHARE * shape.perWindow) / shape.windowMs;
  const tryCall = (wantedMs: number): void => {
    const chosen = random.pick(workers);
    const sent = chosen.trySend(true, (accepted) => {
      if (accepted) urgent.push({ wantedMs, tookMs: clock.now() - wantedMs });
      else clock.at(chosen.waitUntilMs() + 500 * random.next(), () => tryCall(wantedMs));
    });
    if (!sent) clock.at(chosen.waitUntilMs() + 500 * random.next(), () => tryCall(wantedMs));
  };
  const next = (): void => {
    clock.at(clock.now() - Math.log(1 - random.next()) / perMs, () => {
      tryCall(clock.now());
      next();
    });
  };
  next();
}

function keeperOf(
  clock: Events,
  random: Random,
  queue: RateQueue,
  makesJobs: boolean,
  { from = newLimit(), epochMs = EPOCH_MS, trace }: SimulateOptions,
): { link: KeeperLink; workers: number[]; tallies: () => number; state: () => LimitState } {
  let state = from;
  let jobsInFlight = 0;
  let tallies = 0;
  const lastTally: number[] = [];
  let decided = decide(state, epochMs);
  let set = Number.NaN;
  let change = 0;

  function told(event: LimitEvent): void {
    state = step(state, event);
    trace?.(clock.now(), event, state);
    follow();
  }

  function follow(): void {
    decided = decide(state, epochMs + clock.now());
    const wanted = decided.ratePerSecond ?? Number.POSITIVE_INFINITY;
    if (Math.abs(wanted - set) <= 0.002 * wanted || wanted === set) return;
    set = wanted;
    const mine = ++change;
    clock.at(clock.now() + 500 + 2500 * random.next(), () => {
      if (mine === change) queue.setRate(Number.isFinite(wanted) ? wanted : null);
    });
  }

  // A task queue keeps the rate it was given while everything else is down.
  queue.setRate(decided.ratePerSecond);
  follow();
  return {
    workers: lastTally,
    tallies: () => tallies,
    state: () => state,
    link: {
      view: (worker) => ({
        gateUntilMs: (decided.gateUntilMs ?? epochMs) - epochMs,
        maxJobs: decided.maxJobs,
        jobsInFlight: Math.max(0, jobsInFlight),
        workers: lastTally.length,
        tallyEveryMs: tallyEveryMs(state),
        tallies: lastTally[worker] ?? 0,
      }),
      tally(worker, { jobsChange, number, ...tally }) {
        tallies++;
        lastTally[worker] = Math.max(number, lastTally[worker] ?? 0);
        jobsInFlight += jobsChange;
        told({
          ...tally,
          atMs: epochMs + tally.atMs,
          firstSentMs: epochMs + tally.firstSentMs,
          lastSentMs: epochMs + tally.lastSentMs,
          slices: tally.slices.map(({ fromMs, calls }) => ({ fromMs: epochMs + fromMs, calls })),
          jobsInFlight: makesJobs ? Math.max(0, jobsInFlight) : null,
        });
      },
      refused(refusal) {
        told({ ...refusal, atMs: epochMs + refusal.atMs, sentMs: epochMs + refusal.sentMs });
      },
    },
  };
}
