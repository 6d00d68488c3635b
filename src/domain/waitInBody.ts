/** A refusal's text is short; of what is not, the beginning is read. */
const MOST_CHARACTERS = 16_384;

const NUMBER = '\\[?\\s*(\\d{1,12}(?:\\.\\d{1,6})?)\\s*\\]?';
const UNIT = '(milliseconds?|ms|seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h|days?|d)';
const RETRY_IN = new RegExp(`(?:retry|try)[^.\\n]{0,60}?\\b(?:in|after)\\s+${NUMBER}\\s*${UNIT}\\b`, 'i');
const WITHIN = new RegExp(`requests?\\s+within\\s+${NUMBER}\\s*${UNIT}\\b`, 'i');

const UNIT_MS: readonly (readonly [begins: RegExp, ms: number])[] = [
  [/^(milli|ms)/, 1],
  [/^s/, 1_000],
  [/^m/, 60_000],
  [/^h/, 3_600_000],
  [/^d/, 86_400_000],
];

/** What the text of a refusal says about waiting, in whole milliseconds; undefined where it says nothing. */
export interface WaitInBody {
  /** "Retry the request in [59] seconds". */
  readonly retryInMs: number | undefined;
  /** "Rate limit exceeded the maximum [300] requests within [60] seconds": the whole window, of which some may be over. */
  readonly windowMs: number | undefined;
}

/**
 * Reads a wait out of an error's body, whatever surrounds it; seconds, minutes, hours or days, with or without brackets.
 *
 * Total: any text gives whole numbers of milliseconds of at least 0, or undefined.
 * Source: the two messages that the published OpenAPI lists for 429, and the one seen on Genesys's forum.
 */
export function waitInBody(text: string): WaitInBody {
  const read = text.slice(0, MOST_CHARACTERS);
  return { retryInMs: milliseconds(RETRY_IN.exec(read)), windowMs: milliseconds(WITHIN.exec(read)) };
}

function milliseconds(match: RegExpExecArray | null): number | undefined {
  if (match === null) return undefined;
  const [, number = '', unit = ''] = match;
  const unitMs = UNIT_MS.find(([begins]) => begins.test(unit.toLowerCase()))?.[1] ?? 1_000;
  return Math.min(Math.ceil(Number(number) * unitMs), Number.MAX_SAFE_INTEGER);
}
