/** Longest text of what a window tells of its steps: a window has a handful, and its export may have 64 windows. */
const LONGEST_TOLD = 16_000;

/** What a step brought, and whether an earlier run of the window had brought it: then it cost no call now. */
export interface Brought<T> {
  readonly value: T;
  readonly isKept: boolean;
}

/**
 * What the steps of a window have brought, by what they were for.
 *
 * A window that is stopped tells it to its export, and the same export, started again, hands it to the same window: so a job is not
 * asked for twice, and no page of an answer either.
 */
export class KeptSteps {
  private readonly steps = new Map<string, unknown>();

  constructor(private readonly before: Readonly<Record<string, unknown>> = {}) {}

  /** Runs a step, unless an earlier run of the window has. `what` is the step's own within the window. */
  async once<T>(what: string, step: () => Promise<T>): Promise<Brought<T>> {
    const isKept = what in this.before;
    const value = isKept ? (this.before[what] as T) : await step();
    this.steps.set(what, value);
    return { value, isKept };
  }

  /** What there is to tell; null where it is nothing, or too much. */
  told(): Readonly<Record<string, unknown>> | null {
    const told = Object.fromEntries(this.steps);
    return this.steps.size > 0 && JSON.stringify(told).length <= LONGEST_TOLD ? told : null;
  }
}
