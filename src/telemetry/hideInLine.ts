import { HIDDEN, hideInText } from './hideInText.js';

/** Names of fields whose value is a capability or a secret, as they end once letters are small and all else is dropped. */
const SECRET_NAMES =
  /(?:tokens?|secrets?|passwords?|passwd|authorization|cookies?|apikey|privatekey|signingkey|accesskey|credentials?|signature)$/;

/** Fewer bytes carry nothing: a pair of numbers is a pair of numbers. */
const FEWEST_BYTES = 16;

/**
 * A log line in JSON, as it is about to be written, without secrets: at any depth, in any list, in names, values and messages.
 *
 * It looks at the line and not at what was logged, because only the line is what leaves: getters, `toJSON`, maps, buffers and errors have
 * become plain JSON by then. A line that is not JSON is replaced by one that says so.
 *
 * @param secrets that are known, such as the OAuth client's.
 */
export function hideInLine(line: string, secrets: readonly string[] = []): string {
  try {
    return `${JSON.stringify(hidden(JSON.parse(line) as unknown, secrets))}\n`;
  } catch {
    return `{"level":40,"time":${Date.now()},"msg":"a log line that could not be read was left out"}\n`;
  }
}

function hidden(value: unknown, secrets: readonly string[]): unknown {
  if (typeof value === 'string') return hideInText(value, secrets);
  if (typeof value !== 'object' || value === null) return value;
  if (isBytes(value)) return HIDDEN;
  if (Array.isArray(value)) return value.map((item: unknown) => hidden(item, secrets));
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]: [string, unknown]) => [
      hideInText(name, secrets),
      isSecret(name, inner) ? HIDDEN : hidden(inner, secrets),
    ]),
  );
}

/** Numbers are counts (`tokens: 3`), and nothing is nothing. */
function isSecret(name: string, value: unknown): boolean {
  const carries = typeof value === 'string' ? value !== '' : typeof value === 'object' && value !== null;
  return carries && SECRET_NAMES.test(name.toLowerCase().replace(/[^a-z]/g, ''));
}

/** A buffer in JSON, or a byte array: names are its indices. */
function isBytes(value: object): boolean {
  const bytes: unknown[] = Array.isArray(value) ? value : Object.values(value);
  if ('type' in value && value.type === 'Buffer' && 'data' in value) return true;
  if (bytes.length < FEWEST_BYTES || !('0' in value)) return false;
  return bytes.every((byte) => typeof byte === 'number' && Number.isInteger(byte) && byte >= 0 && byte <= 255);
}
