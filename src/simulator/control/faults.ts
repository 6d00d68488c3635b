import { matchesCall } from './callMatch.js';
import type { Fault, FaultKind, FaultOf } from './fault.js';
import { type RetryAdvice, retryAdvice } from './retryAfterForm.js';

/** A call, as far as faults are concerned. */
export interface CallMet {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** The fault that chaos drew for this call alone; null once it has struck. */
  drawn: Fault | null;
}

/** A fault that is armed. `left` is how often it may still strike; null is without end. */
export type ArmedFault = Fault & { readonly id: string; readonly left: number | null };

/** A refusal that a throttle fault asks for. */
export interface Refusal extends RetryAdvice {
  readonly covers: (method: string, path: string) => boolean;
}

interface Armed {
  readonly id: string;
  readonly fault: Fault;
  left: number;
  closedUntilMs: number;
}

type FaultOnCalls = Extract<Fault, { path: string }>;

/** The faults that are armed, in the order in which they were added; the first that matches strikes. */
export class Faults {
  #armed: Armed[] = [];
  #added = 0;
  #struck: Partial<Record<FaultKind, number>> = {};

  constructor(private readonly now: () => number) {}

  /** @returns the id to remove it by. */
  add(fault: Fault): string {
    const id = `fault-${(++this.#added).toString()}`;
    if (fault.kind === 'tokenRevoked') {
      this.#count(fault.kind);
      return id;
    }
    const left = ('times' in fault ? fault.times : null) ?? Infinity;
    this.#armed.push({ id, fault, left, closedUntilMs: -Infinity });
    return id;
  }

  /** Removes one by id, or all of a kind. @returns how many there were. */
  remove(idOrKind: string): number {
    const before = this.#armed.length;
    this.#armed = this.#armed.filter(({ id, fault }) => id !== idOrKind && fault.kind !== idOrKind);
    return before - this.#armed.length;
  }

  clear(): void {
    this.#armed = [];
  }

  list(): ArmedFault[] {
    return this.#armed.map(({ id, fault, left }) => ({ id, ...fault, left: Number.isFinite(left) ? left : null }));
  }

  /** How often faults struck, by kind, whoever asked for them. Those that last until removed count each call they struck. */
  struck(): Partial<Record<FaultKind, number>> {
    return { ...this.#struck };
  }

  resetCounts(): void {
    this.#struck = {};
  }

  /** Strikes once with the fault drawn for the call, or the first armed one of a kind that fits; or not at all. */
  take<Kind extends FaultKind>(
    kind: Kind,
    call: CallMet,
    fits: (fault: FaultOf<Kind>) => boolean = () => true,
  ): FaultOf<Kind> | undefined {
    const { drawn } = call;
    if (drawn && isOfKind(drawn, kind) && fits(drawn)) {
      call.drawn = null;
      this.#count(kind);
      return drawn;
    }
    const armed = this.#armed.find((one) => one.left > 0 && isOfKind(one.fault, kind) && fits(one.fault));
    if (!armed) return undefined;
    armed.left--;
    this.#dropSpent();
    this.#count(kind);
    return armed.fault as FaultOf<Kind>;
  }

  /** The same for faults that are about calls of a method and path. */
  meet<Kind extends FaultOnCalls['kind']>(
    kind: Kind,
    call: CallMet,
    fits: (fault: FaultOf<Kind>) => boolean = () => true,
  ): FaultOf<Kind> | undefined {
    return this.take(kind, call, (fault) => matchesCall(fault, call.method, call.path) && fits(fault));
  }

  /** Whether a call is to be refused with 429. */
  throttle(call: CallMet): Refusal | undefined {
    const now = this.now();
    this.#dropSpent();
    if (call.drawn?.kind === 'throttle') {
      // Armed like any other, because it closes a path for others too; first, because it is this call's.
      this.#armed.unshift({ id: 'chaos', fault: call.drawn, left: 1, closedUntilMs: -Infinity });
      call.drawn = null;
    }
    for (const armed of this.#armed) {
      const { fault } = armed;
      if (fault.kind !== 'throttle' || !matchesCall(fault, call.method, call.path)) continue;
      const covers = (method: string, path: string): boolean => matchesCall(fault, method, path);
      if (now < armed.closedUntilMs) {
        const retryAfter = Math.ceil((armed.closedUntilMs - now) / 1000);
        return { ...retryAdvice(retryAfter, now), untilMs: armed.closedUntilMs, covers };
      }
      if (armed.left === 0) continue;
      armed.left--;
      this.#count('throttle');
      const advice = retryAdvice(fault.retryAfter, now);
      if (fault.closes && advice.untilMs !== null) armed.closedUntilMs = advice.untilMs;
      return { ...advice, covers };
    }
    return undefined;
  }

  /** The secret that a client has from now on instead of its own. */
  secretOf(clientId: string, isFirst: boolean): string | undefined {
    const about = (fault: FaultOf<'clientSecret'>) =>
      fault.clientId === undefined ? isFirst : fault.clientId === clientId;
    // The last word counts.
    return this.#standing('clientSecret').findLast(about)?.secret;
  }

  withdrawn(): { permissions: ReadonlySet<string>; scopes: ReadonlySet<string> } {
    return {
      permissions: new Set(this.#standing('permissionWithdrawn').map(({ permission }) => permission)),
      scopes: new Set(this.#standing('scopeWithdrawn').map(({ scope }) => scope)),
    };
  }

  /** Counts a call that a standing fault struck. */
  count(kind: 'permissionWithdrawn' | 'scopeWithdrawn'): void {
    this.#count(kind);
  }

  #standing<Kind extends FaultKind>(kind: Kind): FaultOf<Kind>[] {
    return this.#armed.flatMap(({ fault }) => (isOfKind(fault, kind) ? [fault] : []));
  }

  #count(kind: FaultKind): void {
    this.#struck[kind] = (this.#struck[kind] ?? 0) + 1;
  }

  #dropSpent(): void {
    const now = this.now();
    this.#armed = this.#armed.filter((armed) => armed.left > 0 || now < armed.closedUntilMs);
  }
}

function isOfKind<Kind extends FaultKind>(fault: Fault, kind: Kind): fault is FaultOf<Kind> {
  return fault.kind === kind;
}
