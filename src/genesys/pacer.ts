import { setTimeout as sleep } from 'node:timers/promises';
import type { CallOutcome } from '../domain/counterWindow.js';
import type { Family, GateName } from '../domain/family.js';
import { gateToClose } from '../domain/gates.js';
import { DEFAULT_RESERVE_SHARE } from '../domain/laneReserve.js';
import { createBudgetWatch } from './budgetWatch.js';
import { createCallHolds, type Leaving } from './callHolds.js';
import type { GenesysLog } from './genesysLog.js';
import { createInlineWaits, type Hold } from './inlineWaits.js';
import { createOwnGates, type GateRefusal, type OwnGate } from './ownGates.js';
import { NO_SHARED_BUDGET, type SharedBudget } from './sharedBudget.js';
import { createSharedGates } from './sharedGates.js';
import { createSteadyClock } from './steadyClock.js';
import { type FamilyRefusal, tellBudget } from './tellBudget.js';
import { isoInstant, throttled } from './throttled.js';

/** A call that was let go and met a closed gate before its first byte left: it goes back to waiting. */
export class HeldBack extends Error {
  override readonly name = 'HeldBack';
}

/** Leave to make one call. Exactly one of `ended` and `unsent` follows. */
export interface Permit {
  /** For the transport's last look; counts the call as sent when it may leave. */
  leave(): Error | null;
  /** @param accepted whether it was answered with a success. */
  ended(outcome: CallOutcome, accepted: boolean): void;
  unsent(): void;
  /** When it left, by the pacer's clock. */
  sentAtMs(): number;
}

/**
 * Decides when calls leave this process: the API's own counters with the lanes' reserve, the gates that refusals closed here and
 * elsewhere, and what the shared budget says of jobs and rates.
 *
 * After a refusal is read, no call of its family leaves before the instant it named, however many wait. Instants that come in and go
 * out are by a clock that nobody sets, unless they are named by the epoch.
 */
export interface Pacer {
  timeMs(): number;
  /** The same instant by the wall clock, milliseconds since the epoch. */
  epochMs(atMs: number): number;
  /** Waits at most 2 s. @throws Failure `Throttled` with the instant, when that is further away. */
  admit(leaving: Leaving): Promise<Permit>;
  /** The same for what the counters do not count. */
  pass(gate: 'login' | 'downloads', startedMs: number): Promise<void>;
  holds(gate: 'login' | 'downloads'): Error | null;
  /**
   * Closes the gate that a refused call calls for, and tells the others.
   *
   * @param told whether the others know of it already.
   * @returns which gate, and until when, by the epoch.
   */
  refused(leaving: Leaving, refusal: FamilyRefusal, told: boolean): { gate: GateName; untilMs: number };
  refusedAt(gate: 'login' | 'downloads', refusal: GateRefusal): number;
  accepted(gate: OwnGate, sentAtMs?: number): void;
  /**
   * Until when the gate of a call is closed, or was, that left before it opened: whatever its answer says, it may be a refusal.
   * Null where no refusal is known that it could be one of.
   */
  doubtedUntil(family: Family, sentAtMs: number): Promise<number | null>;
  /** Counters are per token: a new one starts from nothing. */
  tokenChanged(): void;
  /** Gates closed now, until instants since the epoch. */
  closed(): { gate: OwnGate; untilMs: number; why: string }[];
  /** Calls a minute that the last answers said the token may make; null where none said so. */
  announcedLimit(): number | null;
  /** Something changed that may let waiting calls go. */
  lookAgain(): void;
  /** Lets nothing wait any longer. */
  shutDown(): void;
}

export interface PacerOptions {
  readonly now: () => number;
  readonly log: GenesysLog;
  readonly budget?: SharedBudget | undefined;
  /** Share of the token's window kept from `backfill` at its start. */
  readonly reserveShare?: number | undefined;
  /** A clock that nobody sets. (Default: the system's) */
  readonly timeMs?: (() => number) | undefined;
}

/** Wait after a refusal that names none, where the shared budget works out the rest. */
const UNTOLD_BUT_SHARED_MS = 1_000;

/** So long after a refusal all workers know of it, on a busy machine, too. */
const OTHERS_TOLD_MS = 1_000;
/** What is doubted is worth a longer wait for the keeper's answer than a call is. */
const DOUBT_ENDS_MS = 1_000;

export function createPacer({
  now,
  log,
  budget = NO_SHARED_BUDGET,
  reserveShare = DEFAULT_RESERVE_SHARE,
  timeMs = createSteadyClock(),
}: PacerOptions): Pacer {
  const waits = createInlineWaits<OwnGate>(timeMs);
  const own = createOwnGates(timeMs);
  const watch = createBudgetWatch(budget, log, () => waits.wakeAll());
  const shared = createSharedGates(watch, now, timeMs);
  const holds = createCallHolds({ timeMs, budget, watch, own, shared, reserveShare });

  const epochMs = (atMs: number) => {
    // In this order, time that passes between the two looks makes the instant later, not earlier; and the wall clock shows no fractions.
    const leftMs = atMs - timeMs();
    return Math.ceil(now() + leftMs) + 1;
  };
  const tell = tellBudget(budget, { now, epochMs, jobsUnderWay: (family) => holds.jobsUnderWay(family) });

  return {
    timeMs,
    epochMs,
    async admit(leaving) {
      const { family, startedMs } = leaving;
      let sentMs = startedMs;
      const heldOrSent = () => {
        const hold = holds.of(leaving);
        if (hold !== null) return { hold };
        sentMs = timeMs();
        return { hold, onItsWay: holds.sent(leaving, sentMs) };
      };
      const inVain = (hold: Hold<OwnGate>) => {
        holds.promised(hold);
        return throttled(hold.gate, epochMs(hold.untilMs), hold.why);
      };
      const onItsWay = await waits.whileHeld(heldOrSent, { startedMs, look: () => watch.look(), inVain });
      return {
        leave() {
          const closed = holds.byGates(family);
          sentMs = timeMs();
          return closed === null ? null : new HeldBack(`${closed.gate} closed before the call left`);
        },
        ended(outcome, accepted) {
          if (accepted) tell.accepted(leaving, sentMs, outcome);
          onItsWay.ended(outcome, { sentMs, receivedMs: timeMs() });
          waits.wakeAll();
        },
        unsent() {
          onItsWay.unsent();
          waits.wakeAll();
        },
        sentAtMs: () => sentMs,
      };
    },
    async pass(gate, startedMs) {
      const inVain = ({ untilMs, why }: Hold<OwnGate>) => throttled(gate, epochMs(untilMs), why);
      const held = () => {
        const hold = own.holding([gate]);
        return hold === null ? { hold, onItsWay: undefined } : { hold };
      };
      await waits.whileHeld(held, { startedMs, inVain });
    },
    holds: (gate) => (own.holding([gate]) === null ? null : new HeldBack(`${gate} closed before the call left`)),
    refused(leaving, refusal, told) {
      const gate = gateToClose(leaving.family, refusal.counters, refusal.limit);
      const isShared = budget.isAlive() && gate !== 'token';
      const untilMs = close(gate, refusal, isShared ? UNTOLD_BUT_SHARED_MS : undefined);
      if (!told) tell.refused(leaving, refusal, { gate, untilMs });
      return { gate, untilMs: epochMs(untilMs) };
    },
    refusedAt: (gate, refusal) => epochMs(close(gate, refusal)),
    accepted: (gate, sentAtMs) => own.accepted(gate, sentAtMs),
    async doubtedUntil(family, sentAtMs) {
      const names: GateName[] = [family, 'token'];
      const here = own.leftTooEarly(names, sentAtMs);
      if (here !== null) return here;
      // Another worker may have met the refusal in the same moment, and not have told it yet.
      if (budget.isAlive()) await sleep(OTHERS_TOLD_MS);
      await watch.look({ fresh: true, withinMs: DOUBT_ENDS_MS });
      return shared.leftTooEarly(names, sentAtMs);
    },
    tokenChanged() {
      holds.tokenChanged();
      waits.wakeAll();
    },
    closed() {
      const latest = new Map<OwnGate, { gate: OwnGate; untilMs: number; why: string }>();
      for (const gate of [...own.closed(), ...shared.closed()])
        if (gate.untilMs > (latest.get(gate.gate)?.untilMs ?? 0)) latest.set(gate.gate, gate);
      return [...latest.values()].map((gate) => ({ ...gate, untilMs: epochMs(gate.untilMs) }));
    },
    announcedLimit: () => holds.announced(),
    lookAgain: () => waits.wakeAll(),
    shutDown: () => waits.shutDown(),
  };

  function close(gate: OwnGate, refusal: GateRefusal, untoldMs?: number): number {
    const before = own.holding([gate])?.untilMs ?? 0;
    const untilMs = own.close(gate, refusal, untoldMs);
    const until = isoInstant(epochMs(untilMs));
    if (untilMs > before) log.warn({ gate, status: refusal.status, until }, `${gate} throttled`);
    return untilMs;
  }
}
