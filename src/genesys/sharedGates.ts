import type { GateName } from '../domain/family.js';
import { type ClosedGate, closedGates, type Gates, gateHolding } from '../domain/gates.js';
import type { BudgetWatch } from './budgetWatch.js';

/** The gates of the shared view, by the clock of this process. */
export interface SharedGates {
  holding(names: readonly GateName[]): { gate: GateName; untilMs: number; why: string } | null;
  /** The latest instant before which a call that left at `sentAtMs` should not have left; null where it left as it should. */
  leftTooEarly(names: readonly GateName[], sentAtMs: number): number | null;
  closed(): { gate: GateName; untilMs: number; why: string }[];
}

/**
 * Each instant of the view is translated once, when it is first seen: a wall clock that is set later moves none of them.
 *
 * @param now the wall clock.
 * @param timeMs a clock that nobody sets.
 */
export function createSharedGates(watch: BudgetWatch, now: () => number, timeMs: () => number): SharedGates {
  const seen = new Map<GateName, { readonly epochMs: number; readonly gate: ClosedGate }>();

  const gates = (): Gates => {
    const entries = Object.entries(watch.latest().families) as [GateName, { gate: ClosedGate | null }][];
    for (const name of seen.keys()) if (watch.latest().families[name]?.gate == null) seen.delete(name);
    return Object.fromEntries(
      entries.flatMap(([name, { gate }]) => {
        if (gate === null) return [];
        const before = seen.get(name);
        if (before?.epochMs === gate.untilMs) return [[name, before.gate]];
        const leftMs = gate.untilMs - now();
        const translated = { untilMs: timeMs() + leftMs, why: gate.why };
        seen.set(name, { epochMs: gate.untilMs, gate: translated });
        return [[name, translated]];
      }),
    );
  };

  return {
    holding: (names) => gateHolding(gates(), names, timeMs()),
    leftTooEarly(names, sentAtMs) {
      const all = gates();
      const early = names.flatMap((name) => all[name] ?? []).filter(({ untilMs }) => sentAtMs < untilMs);
      return early.length === 0 ? null : Math.max(...early.map(({ untilMs }) => untilMs));
    },
    closed: () => closedGates(gates(), timeMs()),
  };
}
