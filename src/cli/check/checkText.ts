import { type Check, NOT_CHECKED, WARNING } from '../../domain/checklist.js';

const NAME_WIDTH = 18;

/** A check for people: one line, and for one that fails what it needs under it. */
export function checkLines(check: Check): string[] {
  const { name, message, needed } = check;
  const mark = markOf(check);
  const text = message.startsWith(WARNING) ? message.slice(WARNING.length) : message;
  const line = `${mark.padEnd(5)}${name.padEnd(NAME_WIDTH)} ${text}`;
  return mark === 'FAIL' ? [line, `${' '.repeat(5)}${'needed:'.padEnd(NAME_WIDTH)} ${needed}`] : [line];
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
