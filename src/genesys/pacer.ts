import {
  admitCall,
  callEnded,
  type CallOutcome,
  callSent,
  callUnsent,
  type Counters,
  UNKNOWN_WINDOW,
} from '../domain/counterWindow.js';
import { Failure } from '../domain/failure.js';
import type { Family, GateName } from '../domain/family.js';
import { type ClosedGate, closedGates, closeGate, type Gates, gateHolding, gateToClose } from '../domain/gates.js';
import { type Refusal, retryInstantMs, toldWaitMs } from '../domain/retryInstant.js';
import { createBudgetWatch } from './budgetWatch.js';
import type { GenesysLog } from './genesysLog.js';
import { NO_SHARED_BUDGET, type SharedBudget } from './sharedBudget.js';

/** Longest wait within a call. Past that, Temporal waits: durably, visibly and without holding a slot. */
export const LONGEST_INLINE_WAIT_MS = 2_000;

/** Gates of this client: those of the API, and one each for the token endpoint and for the download hosts. */
export type OwnGate = GateName | 'login' | 'downloads';

/** A call that was let go and met a closed gate before its first byte left: it goes back to waiting. */
export class HeldBack extends Error {
  override readonly name = 'HeldBack';
}

/** Leave to make one call. Exactly one of `ended` and `unsent` follows. */
export interface Permit {
  /** For the transport's last look; counts the call as sent when it may leave. */
  leave(): Error | null;
  ended(outcome: CallOutcome): void;
  unsent(): void;
}

/** What a refusal says beside its instant. */
export interface FamilyRefusal extends Refusal {
  readonly counters: Counters | null;
  /** `limit.key` of the body. */
  readonly limitKey: string | null;
  readonly status: number;
}

/**
 * Decides when calls leave this process: the API's own counters, and the gates that refusals closed.
 *
 * After a refusal is read, no call of its family leaves before the instant it named, however many wait.
 */
export interface Pacer {
  /** Waits at most 2 s. @throws Failure `Throttled` with the instant, when that is further away. */
  admit(family: Family, startedMs: number): Promise<Permit>;
  /** The same for what the counters do not count. */
  pass(gate: 'login' | 'downloads', startedMs: number): Promise<void>;
  holds(gate: 'login' | 'downloads'): Error | null;
  /** Closes the gate that a refused call of a family calls for. @returns which, and until when. */
  refused(family: Family, refusal: FamilyRefusal): { gate: GateName; untilMs: number };
  refusedAt(gate: 'login' | 'downloads', refusal: Refusal & { status: number }): number;
  accepted(gate: OwnGate): void;
  /** Counters are per token: a new one starts from nothing. */
  tokenChanged(): void;
  closed(): { gate: OwnGate; untilMs: number; why: string }[];
  /** Calls a minute that the last answer said the token may make; null where none said so. */
  announcedLimit(): number | null;
  /** Lets nothing wait any longer. */
  shutDown(): void;
}

/** Why a call waits. */
interface Hold {
  readonly gate: OwnGate;
  readonly untilMs: number;
  readonly why: string;
  readonly mayEndSooner?: boolean;
}

export function createPacer(now: () => number, log: GenesysLog, budget: SharedBudget = NO_SHARED_BUDGET): Pacer {
  let gates: Gates<OwnGate> = {};
  let window = UNKNOWN_WINDOW;
  let tokens = 0;
  let shut = false;
  const untold = new Map<OwnGate, number>();
  const waiting = new Set<() => void>();

  const wakeAll = () => {
    for (const wake of [...waiting]) wake();
  };

  const watch = createBudgetWatch(budget, log, wakeAll);
  const sharedGates = (): Gates => {
    const families = Object.entries(watch.latest().families) as [GateName, { gate: ClosedGate | null }][];
    return Object.fromEntries(families.flatMap(([name, { gate }]) => (gate === null ? [] : [[name, gate]])));
  };

  /** Waits until an instant, or until something changes. */
  const pause = (untilMs: number) =>
    new Promise<void>((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        waiting.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, Math.max(1, untilMs - now()));
      waiting.add(wake);
    });

  /** Waits while `held` names an instant. What lets a call go must also count it: others look in the same moment. */
  const waitWhile = async (held: () => Hold | null, startedMs: number, look: () => Promise<void>) => {
    const deadlineMs = startedMs + LONGEST_INLINE_WAIT_MS;
    for (;;) {
      await look();
      if (shut) throw new Failure('Transient', 'The client was closed while a call waited. Nothing was sent.');
      const hold = held();
      if (hold === null) return;
      const inVain = hold.mayEndSooner ? now() >= deadlineMs : hold.untilMs > deadlineMs;
      if (inVain) throw throttled(hold.gate, hold.untilMs, hold.why);
      await pause(Math.min(hold.untilMs, deadlineMs));
    }
  };

  const close = (gate: OwnGate, refusal: Refusal & { status: number }): number => {
    const before = untold.get(gate) ?? 0;
    const untilMs = retryInstantMs(refusal, before);
    untold.set(gate, toldWaitMs(refusal) === undefined ? before + 1 : 0);
    const closed = closeGate(gates, gate, untilMs, `refused with ${refusal.status}`);
    if (closed !== gates) log.warn({ gate, status: refusal.status, until: isoInstant(untilMs) }, `${gate} throttled`);
    gates = closed;
    return Math.max(untilMs, gates[gate]?.untilMs ?? untilMs);
  };

  const heldByGates = (family: Family) => {
    const names: GateName[] = [family, 'token'];
    const [own, shared] = [gateHolding(gates, names, now()), gateHolding(sharedGates(), names, now())];
    return own !== null && own.untilMs >= (shared?.untilMs ?? 0) ? own : shared;
  };
  const held = (family: Family): Hold | null => {
    const closed = heldByGates(family);
    if (closed !== null) return closed;
    const admitted = admitCall(window, now());
    if (admitted === 'go') return null;
    const { waitUntilMs, anAnswerMayEndIt } = admitted;
    const why = anAnswerMayEndIt
      ? 'an answer has yet to tell how many calls the token has left'
      : 'the calls that the token has in this window are used up';
    return { gate: 'token', untilMs: waitUntilMs, why, mayEndSooner: anAnswerMayEndIt };
  };

  return {
    async admit(family, startedMs) {
      let [token, sentMs] = [tokens, startedMs];
      const heldOrSent = () => {
        const holding = held(family);
        if (holding !== null) return holding;
        [token, sentMs] = [tokens, now()];
        window = callSent(window, sentMs);
        return null;
      };
      await waitWhile(heldOrSent, startedMs, () => watch.look());
      const finish = (change: () => void) => {
        if (token === tokens) change();
        wakeAll();
      };
      return {
        leave() {
          const closed = heldByGates(family);
          sentMs = now();
          return closed === null ? null : new HeldBack(`${closed.gate} closed before the call left`);
        },
        ended: (outcome) =>
          finish(() => {
            window = callEnded(window, { sentMs, receivedMs: now(), outcome });
          }),
        unsent: () =>
          finish(() => {
            window = callUnsent(window);
          }),
      };
    },
    pass: (gate, startedMs) =>
      waitWhile(
        () => gateHolding(gates, [gate], now()),
        startedMs,
        () => Promise.resolve(),
      ),
    holds: (gate) =>
      gateHolding(gates, [gate], now()) === null ? null : new HeldBack(`${gate} closed before the call left`),
    refused(family, refusal) {
      const gate = gateToClose(family, refusal.counters, refusal.limitKey);
      return { gate, untilMs: close(gate, refusal) };
    },
    refusedAt: (gate, refusal) => close(gate, refusal),
    accepted(gate) {
      untold.delete(gate);
    },
    tokenChanged() {
      tokens++;
      window = UNKNOWN_WINDOW;
      wakeAll();
    },
    closed: () => closedGates(gates, now()),
    announcedLimit: () => window.known?.allowed ?? null,
    shutDown() {
      shut = true;
      wakeAll();
    },
  };
}

/** The failure of a call that has to wait longer than a call may. */
export function throttled(gate: OwnGate, untilMs: number, why: string, facts: object = {}): Failure {
  return new Failure(
    'Throttled',
    `Calls of ${gate} may not leave before ${isoInstant(untilMs)}: ${why}. Nothing is lost; try again then.`,
    { ...facts, retryAtMs: untilMs, family: gate },
  );
}

/** ISO 8601, also of instants that no `Date` can hold. */
export function isoInstant(ms: number): string {
  return new Date(Math.min(ms, 8_640_000_000_000_000)).toISOString();
}
