import type { GateName } from '../domain/family.js';
import { closedGates, closeGate, type Gates, gateHolding } from '../domain/gates.js';
import { type Refusal, toldWaitMs, untoldWaitMs } from '../domain/retryInstant.js';

/** Gates of this client: those of the API, and one each for the token endpoint and for the download hosts. */
export type OwnGate = GateName | 'login' | 'downloads';

/** A refusal, with what this process knows of the call. Instants by the steady clock. */
export interface GateRefusal extends Refusal {
  readonly status: number;
  /** When the refused call left; calls that had left before the gate closed say nothing new. */
  readonly sentAtMs?: number;
  /** When its answer came. (Default: now) */
  readonly receivedAtMs?: number;
}

/** A wait shorter than that is nearly none: refusals in a row that name one are waited for as if they named nothing. */
const NEXT_TO_NOTHING_MS = 1_000;

/** The gates that refusals closed in this process. */
export interface OwnGates {
  /**
   * Closes a gate as a refusal says; where it says nothing, for 3, 9, 27 s, or only as long as the caller says.
   *
   * @param untoldMs where somebody else works out the rest.
   * @returns until when, by the steady clock.
   */
  close(gate: OwnGate, refusal: GateRefusal, untoldMs?: number): number;
  holding(names: readonly OwnGate[]): { gate: OwnGate; untilMs: number; why: string } | null;
  /** The latest instant before which a call that left at `sentAtMs` should not have left; null where it left as it should. */
  leftTooEarly(names: readonly OwnGate[], sentAtMs: number): number | null;
  /** A call got through: what comes next is the first again, unless that call had left before the gate closed. */
  accepted(gate: OwnGate, sentAtMs?: number): void;
  closed(): { gate: OwnGate; untilMs: number; why: string }[];
}

/** @param timeMs a clock that nobody sets. */
export function createOwnGates(timeMs: () => number): OwnGates {
  let gates: Gates<OwnGate> = {};
  const inARow = new Map<OwnGate, number>();

  return {
    close(gate, refusal, untoldMs) {
      const nowMs = refusal.receivedAtMs ?? timeMs();
      const told = toldWaitMs(refusal);
      const before = inARow.get(gate) ?? 0;
      const isStraggler = (refusal.sentAtMs ?? nowMs) < (gates[gate]?.untilMs ?? 0);
      const saysLittle = told === undefined || told < NEXT_TO_NOTHING_MS;
      const backoffMs = Math.min(untoldMs ?? Number.POSITIVE_INFINITY, untoldWaitMs(before));
      const repeatedMs = told === undefined ? backoffMs : Math.max(told, before === 0 ? NEXT_TO_NOTHING_MS : backoffMs);
      const waitMs = isStraggler ? (told ?? 0) : saysLittle ? repeatedMs : told;
      if (!isStraggler) inARow.set(gate, saysLittle ? before + 1 : 0);
      gates = closeGate(gates, gate, nowMs + waitMs, `refused with ${refusal.status}`);
      return Math.max(nowMs + waitMs, gates[gate]?.untilMs ?? 0);
    },
    holding: (names) => gateHolding(gates, names, timeMs()),
    leftTooEarly(names, sentAtMs) {
      const early = names.flatMap((name) => gates[name] ?? []).filter(({ untilMs }) => sentAtMs < untilMs);
      return early.length === 0 ? null : Math.max(...early.map(({ untilMs }) => untilMs));
    },
    accepted(gate, sentAtMs = timeMs()) {
      if (sentAtMs >= (gates[gate]?.untilMs ?? 0)) inARow.delete(gate);
    },
    closed: () => closedGates(gates, timeMs()),
  };
}
