import { isFailure } from './failure.js';

/** One thing looked at before an export. */
export interface Check {
  readonly name: string;
  /** Whether an export can rely on it. A warning is well enough; what was not looked at is not. */
  readonly ok: boolean;
  /** Permission and scope, or what else there must be. */
  readonly needed: string;
  /** What was found, or what is wrong and what to do about it. */
  readonly message: string;
}

/** What a look found: a value for the looks after it, and what to tell. */
export interface Found<T> {
  readonly value: T;
  readonly message: string;
  /** Works, but somebody should know. */
  readonly warning?: boolean;
}

/** How messages begin that are neither plainly good nor plainly bad. */
export const WARNING = 'warning: ';
export const NOT_CHECKED = 'not checked: ';

/**
 * Looks, one after another; each is told as soon as it is over. A look that fails does not end the list.
 *
 * @param told called with each check, in order.
 */
export class Checklist {
  readonly checks: Check[] = [];
  /** Whether something that the person gave is wrong, as against something that is missing or does not work. */
  wrongInput = false;

  constructor(
    private readonly starts: (name: string) => void,
    private readonly told: (check: Check) => void,
    private readonly redact: (text: string) => string = (text) => text,
  ) {}

  /** The value found, or null when the look failed: the message is then the error's. */
  async look<T>(name: string, needed: string, look: () => Promise<Found<T>> | Found<T>): Promise<T | null> {
    this.starts(name);
    try {
      const { value, message, warning } = await look();
      this.add({ name, ok: true, needed, message: `${warning ? WARNING : ''}${message}` });
      return value;
    } catch (error) {
      if (isFailure(error, 'InvalidInput') && error.facts.status === undefined) this.wrongInput = true;
      this.add({ name, ok: false, needed, message: error instanceof Error ? error.message : String(error) });
      return null;
    }
  }

  /** What could not be looked at, because of something before it. */
  skip(name: string, needed: string, because: string): void {
    this.add({ name, ok: false, needed, message: `${NOT_CHECKED}${because}` });
  }

  get ok(): boolean {
    return this.checks.every((check) => check.ok);
  }

  private add(check: Check): void {
    const clean = { ...check, message: this.redact(check.message) };
    this.checks.push(clean);
    this.told(clean);
  }
}
