/** A family of calls that is closed until an instant. */
export interface SyncGate {
  readonly family: string;
  /** Milliseconds since the epoch. */
  readonly untilMs: number;
  readonly why: string;
}

/**
 * What one call of a round brought, or the gate that it met.
 *
 * A call of a round never waits behind a gate by activity retries: what it would write might be old by the time that the gate opens.
 * The round ends, and the next one begins when the gate opens, with the truth of then.
 */
export type GatedAnswer<T> = { readonly value: T } | { readonly gate: SyncGate };
