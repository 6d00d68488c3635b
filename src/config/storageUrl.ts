import { Failure } from '../domain/failure.js';

/** A setting that is wrong: the name it has in the environment and in the file, and why. */
export function wrongSetting(setting: string, why: string): Failure {
  return new Failure('InvalidInput', `configuration: ${setting}: ${why}`);
}

/**
 * Takes a URL apart without ever quoting it: it may hold a password.
 *
 * @param form how it should look, for people.
 * @throws Failure `InvalidInput` naming the setting.
 */
export function readUrl(setting: string, text: string, form: string): URL {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw wrongSetting(setting, `not a URL such as ${form}`);
  }
  if (url.hash !== '') throw wrongSetting(setting, `has a "#", which must be written %23; such as ${form}`);
  return url;
}

/** Values of a URL's query, each key known and given once. @throws Failure `InvalidInput` naming the setting and the key. */
export function readQuery<Key extends string>(
  setting: string,
  url: URL,
  known: readonly Key[],
): Partial<Record<Key, string>> {
  const found: Partial<Record<Key, string>> = {};
  for (const [key, value] of url.searchParams) {
    const name = known.find((one) => one === key);
    if (name === undefined) throw wrongSetting(setting, `unknown key ${key}; known: ${known.join(', ')}`);
    if (found[name] !== undefined) throw wrongSetting(setting, `${key} is given twice`);
    if (value === '') throw wrongSetting(setting, `${key} is empty`);
    found[name] = value;
  }
  return found;
}

/** A part of a URL as it is meant. @throws Failure `InvalidInput` where a `%` begins no code. */
export function decodedPart(setting: string, what: string, part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw wrongSetting(setting, `${what} has a "%" that begins no code (%25 is the sign itself)`);
  }
}
