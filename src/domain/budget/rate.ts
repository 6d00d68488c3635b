import { z } from 'zod';

/** Seconds in each unit of time that a rate may name. */
const SECONDS = { s: 1, min: 60, h: 3600, day: 86_400 } as const;

type RateUnit = keyof typeof SECONDS;

/** Slowest and fastest rate that may be set, in calls a second: one call a day, and far above what the API allows anybody. */
const SLOWEST_PER_SECOND = 1 / SECONDS.day;
const FASTEST_PER_SECOND = 1000;

/** Digits of a rate as people read it. */
const DIGITS = 4;
const ROUNDED_DIGITS = 3;

/**
 * A rate as an operator writes it: `N/s`, `N/min`, `N/h` or `N/day`, fractions allowed, from `1/day` to `1000/s`.
 *
 * `ratePerSecond` says what it comes to. The schema's messages say what is wrong with a text and how to write it.
 */
export const RateText = z.string().superRefine((text, context) => {
  const why = whyNoRate(text);
  if (why !== null) context.addIssue({ code: 'custom', message: why });
});

/** Calls a second of a rate that `RateText` took. @throws RangeError for any other text. */
export function ratePerSecond(text: string): number {
  const why = whyNoRate(text);
  const parts = partsOf(text);
  if (why !== null || parts === null) throw new RangeError(why ?? text);
  return parts.calls / SECONDS[parts.unit];
}

/**
 * A rate as people write it, the shortest way: `5/s` rather than `300/min`, `50/min` rather than `0.8333/s`.
 *
 * What no unit writes in four digits is rounded to three, in the smallest unit that has a call in it.
 */
export function formatRate(perSecond: number): string {
  const ways = (Object.keys(SECONDS) as RateUnit[]).map((unit) => ({ unit, calls: perSecond * SECONDS[unit] }));
  const exact = ways
    .filter(({ calls }) => Math.abs(rounded(calls, DIGITS) - calls) <= calls * 1e-9)
    .map(({ unit, calls }) => `${rounded(calls, DIGITS)}/${unit}`)
    .filter((text) => partsOf(text) !== null);
  const shortest = exact.reduce<string | null>(
    (best, text) => (best === null || text.length < best.length ? text : best),
    null,
  );
  if (shortest !== null) return shortest;
  const { unit, calls } = ways.find((way) => way.calls >= 1) ?? { unit: 'day', calls: perSecond * SECONDS.day };
  return `${rounded(calls, ROUNDED_DIGITS)}/${unit}`;
}

/** Why a text is no rate; null when it is one. */
function whyNoRate(text: string): string | null {
  const parts = partsOf(text);
  if (parts === null) return 'not a rate: write it as 5/s, 300/min, 1000/h or 2000/day (fractions as 0.5/s)';
  const perSecond = parts.calls / SECONDS[parts.unit];
  if (perSecond < SLOWEST_PER_SECOND) return 'slower than 1/day, the slowest rate that can be set';
  if (perSecond > FASTEST_PER_SECOND) return `faster than ${FASTEST_PER_SECOND}/s, the fastest rate that can be set`;
  return null;
}

function partsOf(text: string): { calls: number; unit: RateUnit } | null {
  const [, calls, unit] = /^(\d{1,9}(?:\.\d{1,9})?)\/(s|min|h|day)$/.exec(text) ?? [];
  return calls === undefined || unit === undefined ? null : { calls: Number(calls), unit: unit as RateUnit };
}

function rounded(value: number, digits: number): number {
  return Number(value.toPrecision(digits));
}
