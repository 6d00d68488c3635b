/** What stands where a secret stood. */
export const HIDDEN = '[hidden]';

/** A name that says that what follows it is a capability or a secret: `taskToken`, `client_secret`, `X-Amz-Signature`. */
const NAMED = String.raw`[\w-]*(?:token|secret|password|passwd|authorization|api[-_]?key|private[-_]?key|signature)`;
/** A value after such a name: quoted (also within quoted JSON), or assigned. */
const QUOTED = new RegExp(String.raw`(\b${NAMED}\\*["']\s*:\s*\\*["'])[^"'\\]+`, 'gi');
const ASSIGNED = new RegExp(String.raw`(\b${NAMED}=)[^\s"'&,;\\]+`, 'gi');
/** Longer than any hash or path of ours: a task token, a JSON Web Token, a key. */
const LONG = /[\w+/-]{100,}={0,2}(?:\.[\w+/-]+={0,2})*/g;
/** Letters of both cases and digits, as encoded bytes have them. */
const ENCODED = /^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)/;

/**
 * A text without what must not leave the process in it: credentials, task tokens, queries of URLs (which sign), mail addresses.
 *
 * Hides rather too much than too little: it is meant for log lines and messages, from which nobody computes.
 *
 * @param secrets that are known and hidden wherever they stand.
 */
export function hideInText(text: string, secrets: readonly string[] = []): string {
  return secrets
    .reduce((clean, secret) => clean.replaceAll(secret, HIDDEN), text)
    .replace(/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, HIDDEN)
    .replace(/\b(bearer|basic)\s+[\w+/=.~-]+/gi, `$1 ${HIDDEN}`)
    .replace(/:\/\/[^\s/:@"']*:[^\s/@"']*@/g, `://${HIDDEN}@`)
    .replace(/[^\s@"'<>/]+@[^\s@"'<>]+\.[a-z]{2,}/gi, HIDDEN)
    .replace(/(https?:\/\/[^\s"'?\\]+)\?[^\s"'\\]*/gi, `$1?${HIDDEN}`)
    .replace(QUOTED, `$1${HIDDEN}`)
    .replace(ASSIGNED, `$1${HIDDEN}`)
    .replace(LONG, (run) => (ENCODED.test(run) ? HIDDEN : run));
}
