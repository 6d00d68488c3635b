import { type Check, NOT_CHECKED, WARNING } from '../../domain/checklist.js';

const NAME_WIDTH = 18;

/** Tells checks to people as they come. What could not be looked at for one reason is one line, told when it is complete. */
export class CheckTeller {
  private skipped: string[] = [];
  private because = '';

  constructor(private readonly say: (line: string) => void) {}

  tell(check: Check): void {
    const mark = markOf(check);
    if (mark === '–') {
      const because = check.message.slice(NOT_CHECKED.length);
      if (because !== this.because) this.end();
      this.because = because;
      this.skipped.push(check.name);
      return;
    }
    this.end();
    const { name, needed } = check;
    const message = check.message.startsWith(WARNING) ? check.message.slice(WARNING.length) : check.message;
    this.say(line(mark, name, message));
    if (mark === 'FAIL') this.say(line('', 'needed:', needed));
  }

  /** Tells what is left to tell. */
  end(): void {
    if (this.skipped.length > 0) this.say(line('–', 'not checked', `${this.skipped.join(', ')}: ${this.because}`));
    this.skipped = [];
  }
}

function line(mark: string, name: string, text: string): string {
  return `${mark.padEnd(5)}${name.padEnd(NAME_WIDTH)} ${text}`;
}

/** The last line: whether an export may be started. */
export function verdict(checks: readonly Check[]): string {
  const count = (mark: string) => checks.filter((check) => markOf(check) === mark).length;
  const parts = [
    [count('FAIL'), 'failed'],
    [count('–'), 'not checked'],
    [count('warn'), count('warn') === 1 ? 'warning' : 'warnings'],
  ]
    .filter(([many]) => many !== 0)
    .map(([many, what]) => `${many} ${what}`);
  const ready = checks.every(({ ok }) => ok);
  return `${ready ? 'ready' : 'NOT ready'}: ${[`${count('ok')} of ${checks.length} ok`, ...parts].join(', ')}`;
}

function markOf({ ok, message }: Check): 'ok' | 'warn' | 'FAIL' | '–' {
  if (ok) return message.startsWith(WARNING) ? 'warn' : 'ok';
  return message.startsWith(NOT_CHECKED) ? '–' : 'FAIL';
}
