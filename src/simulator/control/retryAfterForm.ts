import { z } from 'zod';

/** The ways in which a refusal may say when to come back: the header in each of its forms, in the body alone, or not at all. */
export const RETRY_AFTER_FORMS = [
  'seconds',
  'imfDate',
  'rfc850Date',
  'asctimeDate',
  'body',
  'absent',
  'nonsense',
  'negative',
] as const;

export const RetryAfterForm = z.strictObject({
  form: z.enum(RETRY_AFTER_FORMS),
  /** From now; dates are rounded up to whole seconds. Means nothing to `absent`, `nonsense` and `negative`. */
  seconds: z.number().nonnegative().default(1),
});
export type RetryAfterForm = z.infer<typeof RetryAfterForm>;

/** What a refusal says. */
export interface RetryAdvice {
  /** The `Retry-After` header; null leaves it out. */
  readonly header: string | null;
  /** What the body asks to wait, such as `[59] seconds`; null where it names nothing. */
  readonly body: string | null;
  /** When the refused calls may come again, milliseconds since the epoch; null where nothing says. */
  readonly untilMs: number | null;
}

/**
 * What a refusal says for a given `retryAfter`.
 *
 * A header in whole seconds stands in the body too, as Genesys words it. Dates as RFC 9110 section 5.6.7 has them.
 */
export function retryAdvice(retryAfter: string | number | RetryAfterForm | null, nowMs: number): RetryAdvice {
  if (retryAfter === null) return { header: null, body: null, untilMs: null };
  if (typeof retryAfter === 'object') return adviceIn(retryAfter, nowMs);
  const header = retryAfter.toString();
  if (/^\s*\d+(\.\d+)?\s*$/.test(header)) {
    const seconds = Number(header);
    return { header, body: Number.isInteger(seconds) ? inSeconds(seconds) : null, untilMs: nowMs + seconds * 1000 };
  }
  const date = Date.parse(/^\w{3} \w{3} .*\d{4}$/.test(header) ? `${header} GMT` : header);
  // "-5" is a year to JavaScript.
  const isDate = /[a-z]{3}/i.test(header) && !Number.isNaN(date);
  return { header, body: null, untilMs: isDate ? date : null };
}

function adviceIn({ form, seconds }: RetryAfterForm, nowMs: number): RetryAdvice {
  const whole = Math.ceil(seconds);
  const untilMs = nowMs + whole * 1000;
  const dateMs = Math.ceil(untilMs / 1000) * 1000;
  switch (form) {
    case 'seconds':
      return { header: whole.toString(), body: inSeconds(whole), untilMs };
    case 'imfDate':
      return { header: new Date(dateMs).toUTCString(), body: null, untilMs: dateMs };
    case 'rfc850Date':
      return { header: rfc850(dateMs), body: null, untilMs: dateMs };
    case 'asctimeDate':
      return { header: asctime(dateMs), body: null, untilMs: dateMs };
    case 'body':
      return { header: null, body: inSeconds(whole), untilMs };
    case 'absent':
      return { header: null, body: null, untilMs: null };
    case 'nonsense':
      return { header: 'soon, we hope', body: null, untilMs: null };
    case 'negative':
      return { header: '-5', body: null, untilMs: null };
  }
}

function inSeconds(whole: number): string {
  return `[${whole.toString()}] seconds`;
}

/** `Sunday, 06-Nov-94 08:49:37 GMT` */
function rfc850(atMs: number): string {
  const [, day = '', month = '', year = '', time = ''] = /, (\d\d) (\w+) (\d+) (\S+)/.exec(utc(atMs)) ?? [];
  const weekday = new Intl.DateTimeFormat('en', { weekday: 'long', timeZone: 'UTC' }).format(atMs);
  return `${weekday}, ${day}-${month}-${year.slice(-2)} ${time} GMT`;
}

/** `Sun Nov  6 08:49:37 1994` */
function asctime(atMs: number): string {
  const [, weekday = '', day = '', month = '', year = '', time = ''] =
    /(\w+), (\d\d) (\w+) (\d+) (\S+)/.exec(utc(atMs)) ?? [];
  return `${weekday} ${month} ${day.replace(/^0/, ' ')} ${time} ${year}`;
}

function utc(atMs: number): string {
  return new Date(atMs).toUTCString();
}
