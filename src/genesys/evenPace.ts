import type { BudgetView } from '../domain/budget/budgetView.js';
import type { Family, GateName } from '../domain/family.js';
import type { Lane } from '../domain/lane.js';
import type { Hold } from './inlineWaits.js';
import type { OwnGate } from './ownGates.js';
import type { Promises } from './promises.js';

/** How soon to look again whether the call that tried has shown a gate to be open. */
const TRIED_AGAIN_MS = 250;

/** A call that asks for its turn. Urgent ones are paid for out of the rate and take no turn, but to try a gate. */
export interface Paced {
  readonly family: Family;
  readonly lane: Lane;
}

/**
 * This worker's share of a rate that no task queue keeps: its calls leave evenly, one each `workers / rate`.
 *
 * And of any rate while it is tried whether a gate has opened: calls that left the queue before it closed wait in here, and would all go
 * at once.
 *
 * Evenly, because at a pace just under the limit neither a window nor a bucket refuses, whatever its phase.
 */
export interface EvenPace {
  /** What holds a call of a family, by the rates of its family and of the token; null where it may leave. */
  holding(leaving: Paced, view: BudgetView, promises: Promises): Hold<OwnGate> | null;
  /** A call leaves. */
  taken(leaving: Paced, view: BudgetView): void;
}

/** @param timeMs a clock that nobody sets. */
export function createEvenPace(timeMs: () => number): EvenPace {
  const lastMs = new Map<GateName, number>();

  const nextMs = (gate: GateName, view: BudgetView): { trying: boolean; atMs: number; everyMs: number } | null => {
    const { ratePerSecond = null, pacedBy = 'queue', trying = false } = view.families[gate] ?? {};
    if (ratePerSecond === null || (pacedBy !== 'client' && !trying)) return null;
    const everyMs = (Math.max(1, view.workers) * 1000) / ratePerSecond;
    return { trying, atMs: (lastMs.get(gate) ?? Number.NEGATIVE_INFINITY) + everyMs, everyMs };
  };

  return {
    holding({ family, lane }, view, promises) {
      for (const gate of [family, 'token'] as const) {
        const next = nextMs(gate, view);
        if (next === null || next.atMs <= timeMs() || (lane === 'failover' && !next.trying)) continue;
        if (next.trying) {
          const untilMs = Math.min(next.atMs, timeMs() + TRIED_AGAIN_MS);
          return { gate, untilMs, mayEndSooner: true, why: 'one call tries first whether it has opened' };
        }
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
    taken({ family, lane }, view) {
      for (const gate of [family, 'token'] as const) {
        const next = nextMs(gate, view);
        if (next === null || (lane === 'failover' && !next.trying)) continue;
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
