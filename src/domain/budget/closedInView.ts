import type { GateName } from '../family.js';
import type { ClosedGate, Gates } from '../gates.js';
import { type BudgetView, type FamilyBudget, UNBOUNDED_FAMILY } from './budgetView.js';

/** The gates that a view tells. */
export function gatesIn({ families }: BudgetView): Gates {
  const entries = Object.entries(families) as [GateName, FamilyBudget][];
  return Object.fromEntries(entries.flatMap(([name, { gate }]) => (gate === null ? [] : [[name, gate]])));
}

/** A view with further gates, each until its instant, where the view does not tell of a later one. */
export function withClosedGates(
  view: BudgetView,
  closed: readonly ({ readonly gate: GateName } & ClosedGate)[],
  nowMs: number,
): BudgetView {
  const families = { ...view.families };
  for (const { gate: name, untilMs, why } of closed) {
    const family = families[name] ?? UNBOUNDED_FAMILY;
    if (untilMs > nowMs && untilMs > (family.gate?.untilMs ?? 0))
      families[name] = { ...family, gate: { untilMs, why } };
  }
  return { ...view, families };
}
