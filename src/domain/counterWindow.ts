import { NO_RESERVE, type Reserve, reservedCalls } from './laneReserve.js';

/** The API's own counters, from `inin-ratelimit-count`, `-allowed` and `-reset` of one answer. */
export interface Counters {
  /** Calls that the window has counted, this one included. */
  readonly count: number;
  readonly allowed: number;
  /** Seconds left in the window (not an epoch). Nobody says whether rounded down or up: both are allowed for. */
  readonly resetSeconds: number;
}

/** Whether an answer's counters say that the token's window is used up: the limit that a refusal then is about. */
export function saysUsedUp(counters: Counters | null): boolean {
  return counters !== null && counters.count >= counters.allowed;
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
  /** Answers come without counters and always have: there is nothing to pace by. */
  readonly silent: boolean;
  /** The limit that was announced last, and the longest window seen: they hold on where counters stop coming. */
  readonly last: { readonly allowed: number; readonly lengthMs: number } | null;
}

/** Nothing known: a new client, or a new token. */
export const UNKNOWN_WINDOW: CounterWindow = {
  inFlight: 0,
  known: null,
  probedMs: Number.NEGATIVE_INFINITY,
  silent: false,
  last: null,
};

/** Length of a window before any was seen. Source: Genesys counts by the minute. */
const USUAL_LENGTH_MS = 60_000;
/** Windows' lengths are multiples of it. */
const ROUND_SECONDS = 5;
/** A longer remainder is no remainder: an epoch, or nonsense. */
const LONGEST_RESET_SECONDS = 86_400;

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
 * Within a known window, calls may leave while those counted and those in flight leave more than the reserve. When the window is
 * over, the next one is opened by its first call, so that call goes alone and its answer tells the rest.
 *
 * @param ahead calls that were promised an instant before this one.
 */
export function admitCall(
  window: CounterWindow,
  nowMs: number,
  reserve: Reserve = NO_RESERVE,
  ahead = 0,
): 'go' | CounterWait {
  const known = knownAt(window, nowMs);
  if (known !== null) {
    const lengthMs = window.last?.lengthMs ?? USUAL_LENGTH_MS;
    const kept = reservedCalls(reserve, known.allowed, (known.endsByMs - nowMs) / lengthMs);
    const counted = known.allowed - known.count;
    if (counted - window.inFlight > kept) return 'go';
    // Those in flight may be among those counted.
    if (counted > kept && window.inFlight > 0)
      return { waitUntilMs: Math.min(known.endsByMs, nowMs + ANSWER_GAP_MS), anAnswerMayEndIt: true };
    const room = counted - window.inFlight - ahead;
    const endsWithMs = whenReserveAllows(reserve, known, lengthMs, room);
    return { waitUntilMs: Math.min(known.endsByMs, Math.max(nowMs + 1, endsWithMs)), anAnswerMayEndIt: false };
  }
  if (window.silent || nowMs - window.probedMs >= PROBE_GAP_MS || nowMs < window.probedMs) return 'go';
  return { waitUntilMs: window.probedMs + PROBE_GAP_MS, anAnswerMayEndIt: true };
}

/** When the reserve has decayed so far that it is less than the room; the window's end where it will not be. */
function whenReserveAllows(reserve: Reserve, known: KnownWindow, lengthMs: number, room: number): number {
  if (reserve.share === 0 || room <= reservedCalls(reserve, known.allowed, 0)) return known.endsByMs;
  return known.endsByMs - (room * lengthMs) / (reserve.share * known.allowed) + 1;
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
  const { outcome, receivedMs } = call;
  const landed = { ...window, inFlight: Math.max(0, window.inFlight - 1) };
  if (typeof outcome !== 'string') {
    const lengthMs = Math.max(window.last?.lengthMs ?? 0, outcome.resetSeconds * 1000, 1_000);
    const last = { allowed: outcome.allowed, lengthMs };
    const opened = outcome.count === 1 && outcome.resetSeconds * 1000 === lengthMs;
    return { ...landed, known: observed(window.known, outcome, call, opened), silent: false, last };
  }
  const known = knownAt(window, receivedMs);
  // It may have been counted, and nothing will say so before the next answer does.
  if (known !== null) return { ...landed, known: { ...known, count: known.count + 1 } };
  if (outcome === 'noCounters' && window.last !== null) return { ...landed, known: assumed(window.last, receivedMs) };
  return { ...landed, silent: landed.silent || outcome === 'noCounters', probedMs: Number.NEGATIVE_INFINITY };
}

/** A window as the last ones were, counted by ourselves: an answer has come without the counters that others had. */
function assumed({ allowed, lengthMs }: NonNullable<CounterWindow['last']>, receivedMs: number): KnownWindow {
  const endsMs = receivedMs + lengthMs;
  return { count: 1, allowed, endsFromMs: endsMs, endsByMs: endsMs, observedMs: receivedMs };
}

/** A new token: its counters start from nothing. */
export function withNewToken(window: CounterWindow): CounterWindow {
  return { ...UNKNOWN_WINDOW, last: window.last };
}

/** Whether the window's counters are known at a moment. */
export function isKnown(window: CounterWindow, nowMs: number): boolean {
  return knownAt(window, nowMs) !== null;
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
  opened: boolean,
): KnownWindow {
  const endsFromMs = sentMs + (resetSeconds - 1) * 1000;
  const endsByMs = receivedMs + (opened ? roundLengthMs(resetSeconds) : (resetSeconds + 1) * 1000);
  const fresh = { count, allowed, endsFromMs, endsByMs, observedMs: receivedMs };
  if (known === null || receivedMs < known.observedMs - 1_000) return fresh;
  const atLeast = { ...fresh, count: Math.max(known.count, count), observedMs: Math.max(known.observedMs, receivedMs) };
  const { endsFromMs: knownFromMs, endsByMs: knownByMs } = known;
  if (endsFromMs >= knownByMs) {
    // A window begins when the one before it is over. What claims to have begun sooner has a wrong end, and counts on.
    return receivedMs >= knownFromMs ? fresh : { ...atLeast, endsFromMs: knownFromMs, endsByMs: knownByMs };
  }
  // An answer of an earlier window that came late says nothing of this one; what left since shows that the known end is wrong.
  if (endsByMs <= knownFromMs) return sentMs < known.observedMs ? known : atLeast;
  return {
    ...atLeast,
    endsFromMs: Math.max(knownFromMs, endsFromMs),
    endsByMs: Math.min(knownByMs, endsByMs),
  };
}

/**
 * The length of a window, from what is left of it just after its first call opened it.
 *
 * Windows have round lengths: 60 left is a minute however it is rounded, and 59 is a minute rounded down. Where neither is round, a
 * second more is allowed for, as anywhere else.
 */
function roundLengthMs(resetSeconds: number): number {
  return (resetSeconds % ROUND_SECONDS === 0 ? resetSeconds : resetSeconds + 1) * 1000;
}

/** Counters from header values; null where any is missing or is not a number that makes sense. */
export function countersFrom(
  count: string | undefined,
  allowed: string | undefined,
  reset: string | undefined,
): Counters | null {
  const [countCalls, allowedCalls, resetSeconds] = [count, allowed, reset].map(wholeNumber);
  if (countCalls === undefined || allowedCalls === undefined || resetSeconds === undefined) return null;
  return allowedCalls === 0 || resetSeconds > LONGEST_RESET_SECONDS
    ? null
    : { count: countCalls, allowed: allowedCalls, resetSeconds };
}

function wholeNumber(text: string | undefined): number | undefined {
  const trimmed = text?.trim() ?? '';
  return /^\d{1,9}$/.test(trimmed) ? Number(trimmed) : undefined;
}
