import { Failure } from '../domain/failure.js';

/** Longest wait within a call. Past that, Temporal waits: durably, visibly and without holding a slot. */
export const LONGEST_INLINE_WAIT_MS = 2_000;

/** Why a call waits. */
export interface Hold<Gate extends string> {
  readonly gate: Gate;
  readonly untilMs: number;
  readonly why: string;
  /** Something other than time may let it go, so that a wait until later than two seconds is not in vain. */
  readonly mayEndSooner?: boolean;
  /** Where calls are let go one by one: the line that it stands in. */
  readonly line?: string;
}

/** What holds a call, or what came of letting it go. */
export type Held<Gate extends string, T> =
  | { readonly hold: Hold<Gate>; readonly onItsWay?: undefined }
  | { readonly hold: null; readonly onItsWay: T };

/** Calls that wait within this process: until an instant, or until something changes, and never for over two seconds. */
export interface InlineWaits<Gate extends string> {
  /**
   * Waits while something is holding a call. What lets it go must also count it, because others look in the same moment: what that
   * gives is handed on.
   *
   * @param look brought up to date before each look at `held`.
   * @param inVain makes the failure of a call that has to wait longer.
   */
  whileHeld<T>(
    held: () => Held<Gate, T>,
    given: {
      readonly startedMs: number;
      readonly look?: () => Promise<void>;
      readonly inVain: (hold: Hold<Gate>) => Failure;
    },
  ): Promise<T>;
  wakeAll(): void;
  /** Lets nothing wait any longer. */
  shutDown(): void;
}

/** @param timeMs a clock that nobody sets. */
export function createInlineWaits<Gate extends string>(timeMs: () => number): InlineWaits<Gate> {
  const waiting = new Set<() => void>();
  let shut = false;

  const pause = (untilMs: number) =>
    new Promise<void>((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        waiting.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, Math.min(LONGEST_INLINE_WAIT_MS, Math.max(1, untilMs - timeMs())));
      waiting.add(wake);
    });

  const wakeAll = () => {
    for (const wake of [...waiting]) wake();
  };

  return {
    async whileHeld(held, { startedMs, look, inVain }) {
      const deadlineMs = startedMs + LONGEST_INLINE_WAIT_MS;
      for (;;) {
        await look?.();
        if (shut) throw new Failure('Transient', 'The client was closed while a call waited. Nothing was sent.');
        const { hold, onItsWay } = held();
        if (hold === null) return onItsWay;
        const tooLong = hold.mayEndSooner ? timeMs() >= deadlineMs : hold.untilMs > deadlineMs;
        if (tooLong) throw inVain(hold);
        await pause(Math.min(hold.untilMs, deadlineMs));
      }
    },
    wakeAll,
    shutDown() {
      shut = true;
      wakeAll();
    },
  };
}
