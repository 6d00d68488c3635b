const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const MONTH = `(${MONTHS.join('|')})`;
const TIME = '(\\d{2}):(\\d{2}):(\\d{2})';

const DIGITS = /^\d+$/;
/** `Sun, 06 Nov 1994 08:49:37 GMT` */
const IMF_FIXDATE = new RegExp(`^[A-Za-z]{3}, (\\d{2}) ${MONTH} (\\d{4}) ${TIME} GMT$`);
/** `Sunday, 06-Nov-94 08:49:37 GMT` */
const RFC850_DATE = new RegExp(`^[A-Za-z]{6,9}, (\\d{2})-${MONTH}-(\\d{2}) ${TIME} GMT$`);
/** `Sun Nov  6 08:49:37 1994` */
const ASCTIME_DATE = new RegExp(`^[A-Za-z]{3} ${MONTH} (\\d{2}| \\d) ${TIME} (\\d{4})$`);

/**
 * Milliseconds to wait, from a `Retry-After` value.
 *
 * Takes seconds ("17") or an HTTP date in any of its three forms; a past date gives 0. Anything else gives undefined, so that the
 * caller falls back to its own backoff: a malformed header must not stop retries, and must never reach Temporal as NaN, which
 * ends the worker process.
 *
 * Units: ms in, ms out, at most `Number.MAX_SAFE_INTEGER`. Throws nothing. The zone of the process plays no part.
 * Source: RFC 9110, sections 5.6.7 and 10.2.3.
 */
export function retryAfterMs(header: string | null | undefined, nowMs: number): number | undefined {
  if (header === null || header === undefined) return undefined;
  const value = header.replace(/^[ \t]+|[ \t]+$/g, '');
  if (DIGITS.test(value)) return Math.min(Number(value) * 1000, Number.MAX_SAFE_INTEGER);
  if (!Number.isFinite(nowMs)) return undefined;
  const atMs = httpDateMs(value, nowMs);
  return atMs === undefined ? undefined : Math.min(Math.max(0, Math.ceil(atMs - nowMs)), Number.MAX_SAFE_INTEGER);
}

/**
 * The instant that an HTTP date names, in milliseconds since the epoch; undefined when it is none.
 *
 * The weekday's name is not compared with the date. `nowMs` resolves the two-digit years of the RFC 850 form.
 * Source: RFC 9110, section 5.6.7.
 */
export function httpDateMs(value: string, nowMs: number): number | undefined {
  const imf = IMF_FIXDATE.exec(value);
  if (imf) return instantMs(Number(imf[3]), imf[2], imf[1], imf.slice(4, 7));
  const asctime = ASCTIME_DATE.exec(value);
  if (asctime) return instantMs(Number(asctime[6]), asctime[1], asctime[2], asctime.slice(3, 6));
  const rfc850 = RFC850_DATE.exec(value);
  if (rfc850) return rfc850Ms(Number(rfc850[3]), rfc850[2], rfc850[1], rfc850.slice(4, 7), nowMs);
  return undefined;
}

/** The latest year with these two digits that does not put the date more than 50 years after now. */
function rfc850Ms(
  twoDigits: number,
  month: string | undefined,
  day: string | undefined,
  time: string[],
  nowMs: number,
): number | undefined {
  const limit = new Date(nowMs);
  limit.setUTCFullYear(limit.getUTCFullYear() + 50);
  const limitYear = limit.getUTCFullYear();
  const latest = limitYear - ((((limitYear - twoDigits) % 100) + 100) % 100);
  const tooFar = rolledOverMs(latest, month, day, time) > limit.getTime();
  return instantMs(tooFar ? latest - 100 : latest, month, day, time);
}

/** The instant, or undefined where calendar or clock have no such moment. Second 60 (a leap second) is the next second. */
function instantMs(
  year: number,
  month: string | undefined,
  day: string | undefined,
  time: string[],
): number | undefined {
  const [hour, minute, second] = time.map(Number);
  if (hour === undefined || minute === undefined || second === undefined) return undefined;
  if (hour > 23 || minute > 59 || second > 60) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(year, MONTHS.indexOf(month ?? ''), Number(day));
  if (date.getUTCDate() !== Number(day)) return undefined;
  return rolledOverMs(year, month, day, time);
}

/** Like `Date.UTC`, which takes years below 100 for those of the 20th century. */
function rolledOverMs(year: number, month: string | undefined, day: string | undefined, time: string[]): number {
  const date = new Date(0);
  date.setUTCFullYear(year, MONTHS.indexOf(month ?? ''), Number(day));
  const [hour = 0, minute = 0, second = 0] = time.map(Number);
  return date.getTime() + ((hour * 60 + minute) * 60 + second) * 1000;
}
