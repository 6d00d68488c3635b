import type { LimitInput } from '../simulator/limits/limitSettings.js';

const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, min: 60, h: 3600, day: 86_400 };
const DURATION = String.raw`(\d+(?:\.\d+)?)?(s|min|h|day)`;

/** What `--help` shows of it, and each message about a limit that cannot be read. */
export const LIMIT_EXAMPLE = 'wfm-jobs fixed 50/min told=early:30 penalty=20';

/** How much of a limit each shape takes, as people write it. */
const AMOUNTS: Readonly<Record<string, { readonly form: RegExp; readonly such: string; readonly read: AmountReader }>> =
  {
    fixed: { form: new RegExp(`^(\\d+)/${DURATION}$`), such: '50/min or 900/18min', read: callsInWindow },
    rolling: { form: new RegExp(`^(\\d+)/${DURATION}$`), such: '50/min or 900/18min', read: callsInWindow },
    bucket: {
      form: new RegExp(`^(\\d+)\\+(\\d+(?:\\.\\d+)?)/${DURATION}$`),
      such: '100+1/s (burst + rate)',
      read: burstAndRate,
    },
    jobs: { form: /^(\d+)$/, such: '10 (at once)', read: ([, jobs]) => ({ jobs: Number(jobs) }) },
    daily: { form: /^(\d+)$/, such: '2000 (a day)', read: ([, calls]) => ({ calls: Number(calls) }) },
  };

type AmountReader = (match: RegExpExecArray) => Readonly<Record<string, number>>;
/** An option word's part of the limit; undefined where its value makes no sense. */
type OptionReader = (value: string) => Readonly<Record<string, unknown>> | undefined;

const OPTIONS: Readonly<Record<string, { readonly such: string; readonly read: OptionReader }>> = {
  told: { such: 'told=exact, early:30, date, body, words or absent', read: (told) => ({ told }) },
  penalty: { such: 'penalty=20 (seconds)', read: (seconds) => ({ penaltySeconds: Number(seconds) }) },
  disguise: {
    such: 'disguise=404,500,503,html',
    read: (list) => ({ disguise: list.split(',').map((one) => (one === 'html' ? one : Number(one))) }),
  },
  halves: { such: 'halves=10windows or halves=5min', read: (when) => changeAt(0.5, when) },
  doubles: { such: 'doubles=10windows or doubles=5min', read: (when) => changeAt(2, when) },
  others: { such: 'others=0.4 (a share)', read: (share) => ({ others: { upTo: Number(share) } }) },
  known: {
    such: 'known=analytics:some.key',
    read: (name) => {
      const [namespace, key] = name.split(':');
      return key === undefined ? undefined : { known: { namespace, key } };
    },
  },
  name: { such: 'name=anything', read: (name) => ({ name }) },
};

const FLAGS = ['counters', 'aligned', 'drawn'];

/**
 * Reads a limit as `rosterline simulate --limit` takes it: which calls, shape, how much, then what else in any order.
 *
 * Whether the values make sense together is for the simulator's own settings to say.
 *
 * @throws RangeError that names the word, and what could stand there.
 */
export function simulatedLimit(text: string): LimitInput {
  const [calls = '', shape = '', amount = '', ...more] = text.trim().split(/\s+/);
  const known = AMOUNTS[shape];
  if (!known) throw new RangeError(`"${shape}" is no shape: write ${Object.keys(AMOUNTS).join(', ')}`);
  const match = known.form.exec(amount);
  if (!match) throw new RangeError(`"${amount}" is not how much: after ${shape} write something like ${known.such}`);
  const { changes = [], ...rest } = merged(more.map(optionOf));
  const [method = '', path] = calls.split(':');
  const on = path === undefined ? calls : { method, path };
  // Checked by the schema: what is written by people is not yet a limit.
  return { shape, on, ...known.read(match), ...rest, changes } as LimitInput;
}

function optionOf(word: string): Readonly<Record<string, unknown>> {
  if (FLAGS.includes(word)) return { [word]: true };
  const [name = '', ...value] = word.split('=');
  const option = OPTIONS[name];
  if (!option)
    throw new RangeError(
      `"${word}" is not known: write ${[...Object.keys(OPTIONS).map((key) => `${key}=…`), ...FLAGS].join(', ')}`,
    );
  const read = value.length > 0 ? option.read(value.join('=')) : undefined;
  if (!read) throw new RangeError(`"${word}" cannot be read: write ${option.such}`);
  return read;
}

function merged(parts: readonly Readonly<Record<string, unknown>>[]): Record<string, unknown> {
  const changes = parts.flatMap((part) => ('change' in part ? [part['change']] : []));
  const whole = Object.fromEntries(parts.flatMap((part) => Object.entries(part)).filter(([name]) => name !== 'change'));
  return { ...whole, ...(changes.length > 0 && { changes }) };
}

function changeAt(factor: number, when: string): Readonly<Record<string, unknown>> | undefined {
  const windows = /^(\d+(?:\.\d+)?)windows?$/.exec(when);
  if (windows) return { change: { factor, afterWindows: Number(windows[1]) } };
  const time = new RegExp(`^${DURATION}$`).exec(when);
  return time ? { change: { factor, afterSeconds: secondsOf(time[1], time[2]) } } : undefined;
}

function callsInWindow([, calls, length, unit]: RegExpExecArray): Readonly<Record<string, number>> {
  return { calls: Number(calls), windowSeconds: secondsOf(length, unit) };
}

function burstAndRate([, burst, calls, length, unit]: RegExpExecArray): Readonly<Record<string, number>> {
  return { burst: Number(burst), perSecond: Number(calls) / secondsOf(length, unit) };
}

function secondsOf(length: string | undefined, unit: string | undefined): number {
  return Number(length ?? 1) * (UNIT_SECONDS[unit ?? ''] ?? Number.NaN);
}
