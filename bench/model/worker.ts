import { jobRoom } from '../../src/domain/budget/jobRoom.js';
import type { AcceptedCalls, RefusedCall } from '../../src/domain/budget/limitEvent.js';
import { hash32, type Random } from '../../src/simulator/data/seededRandom.js';
import type { Events } from './events.js';
import type { Organisation } from './organisation.js';

/** What a worker sees of the keeper. */
export interface View {
  readonly gateUntilMs: number;
  readonly maxJobs: number | null;
  readonly jobsInFlight: number;
  readonly workers: number;
  readonly tallyEveryMs: number | null;
  /** Number of this worker's last tally that the view holds. */
  readonly tallies: number;
}

/** What a worker tells of the jobs it started and saw end. */
export interface ToldTally extends Omit<AcceptedCalls, 'jobsInFlight'> {
  readonly jobsChange: number;
  readonly number: number;
}

export interface KeeperLink {
  view(worker: number): View;
  tally(worker: number, tally: ToldTally): void;
  refused(refusal: RefusedCall): void;
}

/** One worker process: asks the keeper before calls, at most every 200 ms, and tells it what happened. */
export interface Worker {
  /** Sends a call if it may leave; false when it has to wait. */
  trySend(urgent: boolean, onEnd?: (accepted: boolean) => void): boolean;
  /** When to try again what may not leave now. */
  waitUntilMs(): number;
  sawJobEnd(): void;
}

const VIEW_LASTS_MS = 200;
/** Longest slice of a tally; there are at most 64 in one. */
const SLICE_MS = 1000;

export function worker(
  index: number,
  clock: Events,
  random: Random,
  api: Organisation,
  keeper: KeeperLink,
  makesJobs: boolean,
  jobEnds: (atMs: number) => void,
): Worker {
  let view = keeper.view(index);
  let viewMs = Number.NEGATIVE_INFINITY;
  let ownGateMs = 0;
  let toldClosedMs = 0;
  let sawClosed = false;
  let calls = 0;
  let urgentCalls = 0;
  let firstSentMs = 0;
  let lastSentMs = 0;
  let slices = new Map<number, number>();
  let jobsChange = 0;
  /** Changes of jobs told in tallies that the view may not hold yet. */
  let toldChanges: { number: number; change: number }[] = [];
  let tallies = 0;
  let toldMs = 0;
  let tallyIsDue = false;
  let refusals = 0;

  const between = (least: number, most: number): number => least + (most - least) * random.next();

  function look(): void {
    if (clock.now() - viewMs < VIEW_LASTS_MS) return;
    view = keeper.view(index);
    viewMs = clock.now();
    toldChanges = toldChanges.filter(({ number }) => number > view.tallies);
    if (view.gateUntilMs > clock.now()) sawGateClosed(view.gateUntilMs);
    else tellInTime();
  }

  function sawGateClosed(untilMs: number): void {
    sawClosed = true;
    if (untilMs === toldClosedMs) return;
    toldClosedMs = untilMs;
    tell();
  }

  /** Tells what is not told yet when the time for it comes, whether more calls leave by then or not. */
  function tellInTime(): void {
    if (view.tallyEveryMs === null || tallyIsDue || (calls === 0 && jobsChange === 0)) return;
    tallyIsDue = true;
    clock.at(toldMs + view.tallyEveryMs, () => {
      tallyIsDue = false;
      if (clock.now() >= toldMs + (view.tallyEveryMs ?? 0)) tell();
      else tellInTime();
    });
  }

  function tell(): void {
    toldMs = clock.now();
    if (calls === 0 && jobsChange === 0) return;
    const length = Math.max(SLICE_MS, (lastSentMs - firstSentMs) / 60);
    const grouped = new Map<number, number>();
    for (const [atMs, count] of slices) {
      const fromMs = firstSentMs + Math.floor((atMs - firstSentMs) / length) * length;
      grouped.set(fromMs, (grouped.get(fromMs) ?? 0) + count);
    }
    const number = ++tallies;
    const tally: ToldTally = {
      kind: 'accepted',
      atMs: clock.now(),
      firstSentMs,
      lastSentMs,
      calls,
      urgentCalls,
      slices: [...grouped].map(([fromMs, count]) => ({ fromMs, calls: count })),
      jobsChange,
      number,
    };
    toldChanges.push({ number, change: jobsChange });
    [calls, urgentCalls, jobsChange] = [0, 0, 0];
    slices = new Map();
    clock.at(clock.now() + between(20, 150), () => keeper.tally(index, tally));
  }

  function ended(sentMs: number, urgent: boolean, answer: ReturnType<Organisation['call']>): void {
    if (!answer.accepted) {
      ownGateMs = Math.max(ownGateMs, clock.now() + (answer.toldMs ?? 1000));
      const refusal: RefusedCall = {
        kind: 'refused',
        callId: `${index}/${refusals++}`,
        atMs: clock.now(),
        sentMs,
        toldMs: answer.toldMs,
        jobsInFlight: makesJobs ? view.jobsInFlight + ownChange() : null,
        announced: false,
      };
      clock.at(clock.now() + between(20, 100), () => keeper.refused(refusal));
      sawClosed = true;
      // What went before is told with the refusal.
      tell();
      return;
    }
    if (calls === 0) firstSentMs = sentMs;
    firstSentMs = Math.min(firstSentMs, sentMs);
    lastSentMs = Math.max(calls === 0 ? 0 : lastSentMs, sentMs);
    calls++;
    if (urgent) urgentCalls++;
    slices.set(sentMs, (slices.get(sentMs) ?? 0) + 1);
    if (answer.jobEndsMs !== null) {
      jobsChange++;
      jobEnds(answer.jobEndsMs);
    }
    if (sawClosed && sentMs >= view.gateUntilMs && sentMs >= ownGateMs) {
      sawClosed = false;
      tell();
      // A job taken from what all share must be known before another worker takes it too; one that replaces an ended one need not.
    } else if (view.maxJobs !== null && jobsChange > 0) tell();
    else tellInTime();
  }

  const ownChange = (): number => jobsChange + toldChanges.reduce((sum, { change }) => sum + change, 0);
  const closedUntil = (): number => Math.max(view.gateUntilMs, ownGateMs);
  /** Jobs whose creation has not been answered yet. */
  let starting = 0;

  return {
    trySend(urgent, onEnd) {
      look();
      if (closedUntil() > clock.now()) return false;
      const turn = hash32(index, Math.floor(clock.now() / 2000)) / 2 ** 32;
      if (jobRoom({ ...view, ownSince: ownChange() + starting, turn }) <= 0) return false;
      starting++;
      const sentMs = clock.now();
      clock.at(sentMs + between(20, 80), () => {
        const answer = api.call();
        clock.at(clock.now() + between(20, 120), () => {
          starting--;
          ended(sentMs, urgent, answer);
          onEnd?.(answer.accepted);
        });
      });
      return true;
    },
    waitUntilMs: () => Math.max(closedUntil(), clock.now() + 100),
    sawJobEnd() {
      jobsChange--;
      tellInTime();
    },
  };
}
