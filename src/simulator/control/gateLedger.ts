/** How long a call may already have been on its way when a refusal was answered, in milliseconds. */
const CROSSING_MS = 250;

interface Gate {
  readonly openedAtMs: number;
  readonly untilMs: number;
  readonly covers: (call: ArrivedCall) => boolean;
}

export interface ArrivedCall {
  readonly clientId: string;
  readonly method: string;
  readonly path: string;
}

/**
 * Judges calls that come while an earlier refusal told their kind to stay away.
 *
 * Within 250 ms of the refusal's answer they are `crossing` (sent before it could be read), later ones `inside`. A gate is
 * that of its first refusal: what later refusals of the same closure round up does not lengthen it.
 */
export class GateLedger {
  #gates: Gate[] = [];
  inside = 0;
  crossing = 0;

  /** Judges a call on its arrival. */
  arrived(call: ArrivedCall, nowMs: number): void {
    this.#gates = this.#gates.filter((gate) => nowMs < gate.untilMs);
    const met = this.#gates.filter((gate) => gate.covers(call));
    if (met.some((gate) => nowMs > gate.openedAtMs + CROSSING_MS)) this.inside++;
    else if (met.length > 0) this.crossing++;
  }

  /** Notes a refusal as its answer is sent. */
  refused(call: ArrivedCall, untilMs: number, covers: (call: ArrivedCall) => boolean, nowMs: number): void {
    if (this.#gates.some((gate) => nowMs < gate.untilMs && gate.covers(call))) return;
    this.#gates.push({ openedAtMs: nowMs, untilMs, covers });
  }

  reset(): void {
    this.inside = 0;
    this.crossing = 0;
  }
}
