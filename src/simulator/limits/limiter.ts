/** A call that a limiter let through, for limiters that care what comes of it. */
export interface Pass {
  /** It made a job, which runs until then. */
  jobMade(endsAtMs: number): void;
  /** It was answered; where it made no job, nothing runs. */
  answered(): void;
}

/** The API's counters of a window. */
export interface WindowCounters {
  /** Calls in the window, refused ones included. */
  readonly count: number;
  readonly allowed: number;
  /** Whole seconds, rounded up, until the window ends. */
  readonly resetSeconds: number;
}

/** The quantities of a limit that can change while it is in force. Which of them a limiter has depends on its shape. */
export interface LimitSize {
  readonly calls?: number | undefined;
  readonly windowSeconds?: number | undefined;
  readonly burst?: number | undefined;
  readonly perSecond?: number | undefined;
  readonly jobs?: number | undefined;
}

/** A limit on calls, as a shape. Times in milliseconds of any clock that advances; instants are asked for in their order. */
export interface Limiter {
  /** When a call would get through, as it looks now: `nowMs` where it would at once, Infinity where nothing is known to open it. */
  opensAtMs(nowMs: number): number;
  /** Lets a call through that `opensAtMs` would let through now. */
  accept(nowMs: number): Pass;
  /** A call came that was refused. */
  refuse(nowMs: number): void;
  /** Its counters; null for shapes that have none. */
  counters(nowMs: number): WindowCounters | null;
  /** Takes on other quantities, at once. */
  resize(size: LimitSize, nowMs: number): void;
}

/** A pass of a limiter that does not care what comes of its calls. */
export const FREE_PASS: Pass = { jobMade: () => undefined, answered: () => undefined };
