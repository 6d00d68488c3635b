/**
 * What the model of one family's limit learns from. Instants in milliseconds since the epoch, by the clock of the worker that met them.
 *
 * Workers do not tell of each accepted call: `tally` sums them up. Source of the rules: `docs/decisions`, the budget's record.
 */
export type LimitEvent = AcceptedCalls | RefusedCall | { readonly kind: 'tick'; readonly atMs: number };

/** Calls that one worker got through since its last tally. */
export interface AcceptedCalls {
  readonly kind: 'accepted';
  readonly atMs: number;
  /** When the first and the last of them left. */
  readonly firstSentMs: number;
  readonly lastSentMs: number;
  readonly calls: number;
  /** Calls among them that took the queue without a rate. */
  readonly urgentCalls: number;
  /** Jobs of this OAuth client under way in all workers, this tally included; null for calls that make no jobs. */
  readonly jobsInFlight: number | null;
  /** The same calls in slices of time, oldest first, where the worker can tell: how many left from `fromMs` on, before the next slice. */
  readonly slices: readonly { readonly fromMs: number; readonly calls: number }[];
}

/** One call that was refused. Told twice, it counts once. */
export interface RefusedCall {
  readonly kind: 'refused';
  readonly callId: string;
  readonly atMs: number;
  readonly sentMs: number;
  /** Wait that the refusal named (header, else body), in milliseconds; null when it named none. */
  readonly toldMs: number | null;
  /** Jobs of this OAuth client under way when the call was refused, as far as known; null for calls that make no jobs. */
  readonly jobsInFlight: number | null;
  /** Whether the answers of this family carry the API's counters: then the client paces by them, and the model learns nothing. */
  readonly announced: boolean;
}

/** What follows from a model now. Null: nothing is known that would bound it. */
export interface LimitDecision {
  readonly ratePerSecond: number | null;
  /** Instant before which no call of the family may leave; null when the gate is open. */
  readonly gateUntilMs: number | null;
  readonly maxJobs: number | null;
}
