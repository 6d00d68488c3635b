import {
  admitCall,
  callEnded,
  type CallOutcome,
  callSent,
  callUnsent,
  type CounterWait,
  type CounterWindow,
  isKnown,
  UNKNOWN_WINDOW,
  withNewToken,
} from './counterWindow.js';
import type { Family } from './family.js';
import type { Reserve } from './laneReserve.js';

/** Windows kept: more limits than that are not announced to one client. */
const MOST_WINDOWS = 8;
/** Stands for the window of answers that have yet to come. */
const UNSEEN = 0;

/**
 * What one client knows of all the windows that counters announce: usually the token's alone, which all families share; but a family
 * may be answered with counters of a limit of its own. Windows are told apart by how many calls they allow.
 *
 * Plain data, replaced by each event.
 */
export interface CounterBook {
  /** By the calls allowed, the one seen last at the end. */
  readonly windows: ReadonlyMap<number, CounterWindow>;
  /** Windows that a family's calls count in, by its own answers; none where they come without counters. */
  readonly countedIn: ReadonlyMap<Family, readonly number[]>;
}

export const EMPTY_BOOK: CounterBook = { windows: new Map(), countedIn: new Map() };

/** A call on its way, with the windows that it is counted in. */
export interface CountedCall {
  readonly family: Family;
  readonly windows: readonly number[];
}

/** Whether a call of a family may leave now, by every window that it counts in; see `admitCall`. */
export function admitByCounters(
  book: CounterBook,
  family: Family,
  nowMs: number,
  reserve: Reserve,
  ahead: number,
): 'go' | CounterWait {
  const waits = windowsOf(book, family).flatMap((key) => {
    const admitted = admitCall(windowAt(book, key), nowMs, reserve, ahead);
    return admitted === 'go' ? [] : [admitted];
  });
  if (waits.length === 0) return 'go';
  return {
    waitUntilMs: Math.max(...waits.map(({ waitUntilMs }) => waitUntilMs)),
    anAnswerMayEndIt: waits.every(({ anAnswerMayEndIt }) => anAnswerMayEndIt),
  };
}

/** A call has left. */
export function countSent(book: CounterBook, family: Family, nowMs: number): { book: CounterBook; call: CountedCall } {
  const call = { family, windows: windowsOf(book, family) };
  return { book: eachWindow(book, call, (window) => callSent(window, nowMs)), call };
}

/** A call that was let go did not leave after all. */
export function countUnsent(book: CounterBook, call: CountedCall): CounterBook {
  return eachWindow(book, call, callUnsent);
}

/** A call has ended. Windows that its answer does not speak of counted it too, as far as anyone knows. */
export function countEnded(
  book: CounterBook,
  call: CountedCall,
  when: { readonly sentMs: number; readonly receivedMs: number },
  outcome: CallOutcome,
): CounterBook {
  if (typeof outcome === 'string') {
    const ended = eachWindow(book, call, (window) => callEnded(window, { ...when, outcome }));
    const neverCounted = outcome === 'noCounters' && call.windows.every((key) => key === UNSEEN);
    return neverCounted && !ended.countedIn.has(call.family) ? withFamily(ended, call.family, []) : ended;
  }
  const { allowed } = outcome;
  const known = call.windows.includes(allowed);
  const others = { ...call, windows: call.windows.filter((key) => key !== allowed) };
  const ended = eachWindow(book, others, (window) => callEnded(window, { ...when, outcome: 'noAnswer' }));
  const before = windowAt(ended, allowed);
  const after = callEnded(known ? before : callSent(before, when.sentMs), { ...when, outcome });
  const seen = withWindow(ended, allowed, after);
  const still = windowsOf(seen, call.family).filter(
    (key) => key !== allowed && isKnown(windowAt(seen, key), when.receivedMs),
  );
  return withFamily(seen, call.family, ended.countedIn.has(call.family) ? [allowed, ...still] : [allowed]);
}

/** Counters are the token's: with a new one, all windows start from nothing. */
export function bookWithNewToken(book: CounterBook): CounterBook {
  return { ...book, windows: new Map([...book.windows].map(([key, window]) => [key, withNewToken(window)])) };
}

/** Calls that the widest window seen allows; null where none was. */
export function announcedCalls(book: CounterBook): number | null {
  const allowed = [...book.windows].flatMap(([key, { last }]) =>
    key === UNSEEN || last === null ? [] : [last.allowed],
  );
  return allowed.length === 0 ? null : Math.max(...allowed);
}

/** A family that has not been answered yet is taken to share the window seen last. */
function windowsOf(book: CounterBook, family: Family): readonly number[] {
  return book.countedIn.get(family) ?? [[...book.windows.keys()].at(-1) ?? UNSEEN];
}

function windowAt(book: CounterBook, key: number): CounterWindow {
  return book.windows.get(key) ?? UNKNOWN_WINDOW;
}

function eachWindow(
  book: CounterBook,
  call: CountedCall,
  change: (window: CounterWindow) => CounterWindow,
): CounterBook {
  const windows = new Map(book.windows);
  // A window that was given up meanwhile stays so.
  for (const key of call.windows) if (key === UNSEEN || windows.has(key)) windows.set(key, change(windowAt(book, key)));
  return { ...book, windows };
}

function withWindow(book: CounterBook, key: number, window: CounterWindow): CounterBook {
  const windows = new Map(book.windows);
  windows.delete(key);
  windows.delete(UNSEEN);
  windows.set(key, window);
  const [oldest] = windows.keys();
  if (windows.size > MOST_WINDOWS && oldest !== undefined) windows.delete(oldest);
  const countedIn = new Map([...book.countedIn].map(([of, keys]) => [of, keys.filter((each) => windows.has(each))]));
  return { windows, countedIn };
}

function withFamily(book: CounterBook, family: Family, keys: readonly number[]): CounterBook {
  return { ...book, countedIn: new Map(book.countedIn).set(family, keys) };
}
