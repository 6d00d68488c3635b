import { hideInText } from '../../telemetry/hideInText.js';

/** What stands where a name stood. */
const NAMELESS = '[name]';
/** Shorter ones would take ordinary words apart. */
const SHORTEST_NAME = 3;

/** Turns any text of a report into one that may be mailed. */
export type CleanText = (text: string) => string;

/**
 * Makes a text's cleaner: secrets, tokens and mail addresses are hidden as in logs, names of people, units, organisations and machines
 * stand as `[name]`.
 *
 * @param names as they are written; the longer ones first, so that none is left half.
 */
export function textCleaner(secrets: readonly string[], names: readonly string[]): CleanText {
  const known = [...new Set(names.map((name) => name.trim()))]
    .filter((name) => name.length >= SHORTEST_NAME)
    .sort((one, other) => other.length - one.length);
  return (text) => known.reduce((clean, name) => clean.replaceAll(name, NAMELESS), hideInText(text, secrets));
}

/** A report in which every text, names of fields too, has been cleaned. */
export function cleanReport(value: unknown, clean: CleanText): unknown {
  if (typeof value === 'string') return clean(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item: unknown) => cleanReport(item, clean));
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]: [string, unknown]) => [clean(name), cleanReport(inner, clean)]),
  );
}
