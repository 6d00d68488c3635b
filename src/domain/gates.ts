import type { Family, GateName } from './family.js';
import { type Counters, saysUsedUp } from './counterWindow.js';
import { gateOfLimit, type NamedLimit } from './familyOf.js';

/** Why and until when no call of a family may leave. */
export interface ClosedGate {
  readonly untilMs: number;
  readonly why: string;
}

/** Gates by name. A gate that is not here was never closed; one whose instant is past is open. */
export type Gates<Name extends string = GateName> = Readonly<Partial<Record<Name, ClosedGate>>>;

/** Closes a gate until an instant. A later refusal with an earlier instant changes nothing: only time opens a gate. */
export function closeGate<Name extends string>(
  gates: Gates<Name>,
  gate: Name,
  untilMs: number,
  why: string,
): Gates<Name> {
  const closed: ClosedGate | undefined = gates[gate];
  if (!(untilMs > (closed?.untilMs ?? Number.NEGATIVE_INFINITY))) return gates;
  return { ...gates, [gate]: { untilMs, why } };
}

/** The gate of those named that stays closed the longest, or null when all are open. A family's calls also pass `token`. */
export function gateHolding<Name extends string>(
  gates: Gates<Name>,
  names: readonly Name[],
  nowMs: number,
): { gate: Name; untilMs: number; why: string } | null {
  const closed = closedGates(gates, nowMs).filter(({ gate }) => names.includes(gate));
  return closed.reduce<(typeof closed)[number] | null>(
    (longest, gate) => (longest === null || gate.untilMs > longest.untilMs ? gate : longest),
    null,
  );
}

/** Gates that are closed now. */
export function closedGates<Name extends string>(
  gates: Gates<Name>,
  nowMs: number,
): { gate: Name; untilMs: number; why: string }[] {
  return (Object.entries(gates) as [Name, ClosedGate][])
    .filter(([, closed]) => closed.untilMs > nowMs)
    .map(([gate, closed]) => ({ gate, ...closed }));
}

/**
 * Which gate a refusal closes: that of the limit which its body names; where it names none, `token` when the counters say that the
 * token's window is used up, else the call's family.
 */
export function gateToClose(family: Family, counters: Counters | null, limit: NamedLimit | null): GateName {
  const named = limit === null ? null : gateOfLimit(limit);
  return named ?? (saysUsedUp(counters) ? 'token' : family);
}
