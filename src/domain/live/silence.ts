/** When quiet is taken for loss. Milliseconds. */
export interface SilenceLimits {
  /** Without an event or a heartbeat, which comes about every 30 s. */
  readonly silenceMs: number;
  /** Quiet after which a ping asks whether anybody is there. */
  readonly pingAfterMs: number;
  /** How long its answer may take. */
  readonly pongWithinMs: number;
}

/** What came of a connection, and when: by a clock that nobody sets, milliseconds. */
export interface Quiet {
  /** Its opening, or the last event or heartbeat. Pongs do not count: who answers them may still deliver nothing. */
  readonly heardMs: number;
  /** Last time that anything came. */
  readonly anyMs: number;
  /** The ping that is not answered yet; null where none is. */
  readonly pingedMs: number | null;
  /** Whether this connection ever answered a ping: where it never did, it may not know them, and their lack says nothing. */
  readonly hasPonged: boolean;
}

/** `lost`: it is dead, whatever the socket says. `ping`: ask. `wait`: look again then. */
export type QuietVerdict =
  | { readonly what: 'lost' }
  | { readonly what: 'ping' }
  | { readonly what: 'wait'; readonly ms: number };

/** What a connection's quiet means. */
export function judgeQuiet(
  { heardMs, anyMs, pingedMs, hasPonged }: Quiet,
  limits: SilenceLimits,
  nowMs: number,
): QuietVerdict {
  const silentInMs = heardMs + limits.silenceMs - nowMs;
  if (silentInMs <= 0) return { what: 'lost' };
  if (pingedMs !== null) {
    if (!hasPonged) return { what: 'wait', ms: silentInMs };
    const overdueInMs = pingedMs + limits.pongWithinMs - nowMs;
    return overdueInMs <= 0 ? { what: 'lost' } : { what: 'wait', ms: Math.min(silentInMs, overdueInMs) };
  }
  const pingInMs = anyMs + limits.pingAfterMs - nowMs;
  return pingInMs <= 0 ? { what: 'ping' } : { what: 'wait', ms: Math.min(silentInMs, pingInMs) };
}
