import type { BudgetView } from '../domain/budget/budgetView.js';
import type { Family, GateName } from '../domain/family.js';
import type { Hold } from './inlineWaits.js';
import type { OwnGate } from './ownGates.js';
import type { Promises } from './promises.js';

/**
 * This worker's share of a rate that no task queue keeps: its calls leave evenly, one each `workers / rate`.
 *
 * Evenly, because at a pace just under the limit neither a window nor a bucket refuses, whatever its phase.
 */
export interface EvenPace {
  /** What holds a call of a family, by the rates of its family and of the token; null where it may leave. */
  holding(family: Family, view: BudgetView, promises: Promises): Hold<OwnGate> | null;
  /** A call of the family leaves. */
  taken(family: Family, view: BudgetView): void;
}

/** @param timeMs a clock that nobody sets. */
export function createEvenPace(timeMs: () => number): EvenPace {
  const lastMs = new Map<GateName, number>();

  const nextMs = (gate: GateName, view: BudgetView): { atMs: number; everyMs: number } | null => {
    const { ratePerSecond = null, pacedBy = 'queue' } = view.families[gate] ?? {};
    if (ratePerSecond === null || pacedBy !== 'client') return null;
    const everyMs = (Math.max(1, view.workers) * 1000) / ratePerSecond;
    return { atMs: (lastMs.get(gate) ?? Number.NEGATIVE_INFINITY) + everyMs, everyMs };
  };

  return {
    holding(family, view, promises) {
      for (const gate of [family, 'token'] as const) {
        const next = nextMs(gate, view);
        if (next === null || next.atMs <= timeMs()) continue;
        const line = `rate of ${gate}`;
        const untilMs = next.atMs + next.everyMs * promises.ahead(line);
        return {
          gate,
          untilMs,
          line,
          why: `the rate that is learnt or set lets one call go each ${seconds(next.everyMs)} s`,
        };
      }
      return null;
    },
    taken(family, view) {
      for (const gate of [family, 'token'] as const) {
        const next = nextMs(gate, view);
        if (next === null) continue;
        // A timer fires a little late: the pace is kept all the same.
        const lateMs = timeMs() - next.atMs;
        lastMs.set(gate, lateMs < next.everyMs / 2 ? next.atMs : timeMs());
      }
    },
  };
}

function seconds(ms: number): string {
  return (ms / 1000).toPrecision(3);
}
