/** The API's own counters, from `inin-ratelimit-count`, `-allowed` and `-reset` of one answer. */
export interface Counters {
  /** Calls that the window has counted, this one included. */
  readonly count: number;
  readonly allowed: number;
  /** Seconds left in the window (not an epoch). Nobody says whether rounded down or up: both are allowed for. */
  readonly resetSeconds: number;
}

/** How a call ended, for the budget: with counters, with an answer that had none, or with no answer at all. */
export type CallOutcome = Counters | 'noCounters' | 'noAnswer';

interface KnownWindow {
  readonly count: number;
  readonly allowed: number;
  /** The window ends within [endsFromMs, endsByMs]; each answer narrows it. */
  readonly endsFromMs: number;
  readonly endsByMs: number;
  readonly observedMs: number;
}

/**
 * What one client knows of its token's window: plain data, replaced by each event.
 *
 * `inFlight` are calls sent whose answer has not come; they may or may not be in `known.count`, and are added to it.
 */
export interface CounterWindow {
  readonly inFlight: number;
  readonly known: KnownWindow | null;
  /** Last call sent while the window was not known. */
  readonly probedMs: number;
  /** Answers come without counters: there is nothing to pace by. */
  readonly silent: boolean;
}

/** Nothing known: a new client, or a new token. */
export const UNKNOWN_WINDOW: CounterWindow = {
  inFlight: 0,
  known: null,
  probedMs: Number.NEGATIVE_INFINITY,
  silent: false,
};

/** While nothing is known, one call goes first; if its answer is slow, another follows after this long. */
const PROBE_GAP_MS = 1_000;
/** How soon to ask again when answers on their way may show that there is room. */
const ANSWER_GAP_MS = 1_000;

/** Why a call has to wait. */
export interface CounterWait {
  /** When to ask again, at the latest. */
  readonly waitUntilMs: number;
  /** Answers are on their way, of which the next may let the call go. Else the window is used up, and only time helps. */
  readonly anAnswerMayEndIt: boolean;
}

/**
 * Whether a call may leave now, or the instant at which to ask again (sooner, when an answer arrives before it).
 *
 * Within a known window, calls may leave while those counted and those in flight are fewer than allowed. When the window is over,
 * the next one is opened by its first call, so that call goes alone and its answer tells the rest.
 */
export function admitCall(window: CounterWindow, nowMs: number): 'go' | CounterWait {
  const known = knownAt(window, nowMs);
  if (known !== null) {
    if (known.count + window.inFlight < known.allowed) return 'go';
    const roomMayShow = known.count < known.allowed && window.inFlight > 0;
    if (!roomMayShow) return { waitUntilMs: known.endsByMs, anAnswerMayEndIt: false };
    return { waitUntilMs: Math.min(known.endsByMs, nowMs + ANSWER_GAP_MS), anAnswerMayEndIt: true };
  }
  if (window.silent || nowMs - window.probedMs >= PROBE_GAP_MS || nowMs < window.probedMs) return 'go';
  return { waitUntilMs: window.probedMs + PROBE_GAP_MS, anAnswerMayEndIt: true };
}

/** A call has left. */
export function callSent(window: CounterWindow, nowMs: number): CounterWindow {
  const probedMs = knownAt(window, nowMs) === null ? nowMs : window.probedMs;
  return { ...window, inFlight: window.inFlight + 1, probedMs };
}

/** A call that was let go did not leave after all. */
export function callUnsent(window: CounterWindow): CounterWindow {
  return { ...window, inFlight: Math.max(0, window.inFlight - 1), probedMs: Number.NEGATIVE_INFINITY };
}

/** A call has ended. */
export function callEnded(
  window: CounterWindow,
  call: { readonly sentMs: number; readonly receivedMs: number; readonly outcome: CallOutcome },
): CounterWindow {
  const landed = { ...window, inFlight: Math.max(0, window.inFlight - 1) };
  if (typeof call.outcome !== 'string') {
    return { ...landed, known: observed(window.known, call.outcome, call), silent: false };
  }
  const known = knownAt(window, call.receivedMs);
  // It may have been counted, and nothing will say so before the next answer does.
  if (known !== null) return { ...landed, known: { ...known, count: known.count + 1 } };
  return { ...landed, silent: landed.silent || call.outcome === 'noCounters', probedMs: Number.NEGATIVE_INFINITY };
}

function knownAt(window: CounterWindow, nowMs: number): KnownWindow | null {
  const { known } = window;
  // A clock that was set back would stretch the window: better to ask anew.
  return known !== null && nowMs < known.endsByMs && nowMs >= known.observedMs - 1_000 ? known : null;
}

function observed(
  known: KnownWindow | null,
  { count, allowed, resetSeconds }: Counters,
  { sentMs, receivedMs }: { sentMs: number; receivedMs: number },
): KnownWindow {
  const endsFromMs = sentMs + (resetSeconds - 1) * 1000;
  const endsByMs = receivedMs + (resetSeconds + 1) * 1000;
  const fresh = { count, allowed, endsFromMs, endsByMs, observedMs: receivedMs };
  if (known === null || endsFromMs >= known.endsByMs || receivedMs < known.observedMs - 1_000) return fresh;
  // An answer of an earlier window that came late says nothing of this one.
  if (endsByMs <= known.endsFromMs) return known;
  return {
    count: Math.max(known.count, count),
    allowed,
    endsFromMs: Math.max(known.endsFromMs, endsFromMs),
    endsByMs: Math.min(known.endsByMs, endsByMs),
    observedMs: Math.max(known.observedMs, receivedMs),
  };
}

/** Counters from header values; null where any is missing or is not a number that makes sense. */
export function countersFrom(
  count: string | undefined,
  allowed: string | undefined,
  reset: string | undefined,
): Counters | null {
  const [countCalls, allowedCalls, resetSeconds] = [count, allowed, reset].map(wholeNumber);
  if (countCalls === undefined || allowedCalls === undefined || resetSeconds === undefined) return null;
  return allowedCalls === 0 ? null : { count: countCalls, allowed: allowedCalls, resetSeconds };
}

function wholeNumber(text: string | undefined): number | undefined {
  const trimmed = text?.trim() ?? '';
  return /^\d{1,9}$/.test(trimmed) ? Number(trimmed) : undefined;
}
