import { z } from 'zod';
import { missingRightText } from '../domain/accessRights.js';
import { Failure, type FailureFacts, type FailureName } from '../domain/failure.js';
import type { Endpoint } from './endpoints.js';
import type { Redact } from './redact.js';

/** Longest part of Genesys's own words that goes into a message. */
const LONGEST_QUOTE = 300;

/** Names of limits are words with dots. Anything else there is not one, and goes nowhere. */
const LimitName = z
  .string()
  .trim()
  .regex(/^[\w.:-]{1,200}$/)
  .nullable()
  .catch(null)
  .default(null);

const Body = z.object({
  message: z.string().nullable().catch(null).default(null),
  code: z.string().nullable().catch(null).default(null),
  limit: z.object({ key: LimitName, namespace: LimitName }).nullable().catch(null).default(null),
});

/** Genesys's error body, as far as it could be read. */
export type ErrorBody = z.infer<typeof Body>;

/** An answer of the API that is not a success. */
export interface RefusedAnswer {
  readonly status: number;
  readonly text: string;
  readonly correlationId: string;
}

/** Reads an error's body, as far as it is one: what stands in front may answer in HTML. */
export function errorBody(text: string): ErrorBody {
  let json: unknown = null;
  try {
    json = JSON.parse(text);
  } catch {
    // Not JSON: nothing to read in it.
  }
  return Body.safeParse(json).data ?? { message: null, code: null, limit: null };
}

/**
 * The failure that a refusal is, by what to do about it. Throttling is not decided here.
 *
 * @param sentUserIds user ids in the request: a refusal that names some of them is about those.
 */
export function apiFailure(
  endpoint: Endpoint,
  path: string,
  answer: RefusedAnswer,
  sentUserIds: readonly string[],
  redact: Redact,
): Failure {
  const { message, code } = errorBody(answer.text);
  const said = quoted(redact(message ?? ''));
  const facts: FailureFacts = {
    status: answer.status,
    family: endpoint.family,
    correlationId: answer.correlationId,
    ...(code === null ? {} : { code: redact(code) }),
  };
  const call = `${endpoint.method} ${path}`;
  const words = [code === null ? '' : redact(code), said].filter((part) => part !== '').join(': ');
  const refused = `Genesys answered ${answer.status} to ${call}${words === '' ? '' : ` (${words})`}.`;
  const fail = (name: FailureName, rest: string, more: FailureFacts = {}) =>
    new Failure(name, `${refused} ${rest}`, { ...facts, ...more });

  const { status } = answer;
  if (status === 401)
    return fail(
      'Unauthorized',
      'A fresh token was refused. Nothing was lost. Check that the OAuth client is active and the region is right; the work goes on by itself.',
    );
  if (status === 408 || status >= 500) {
    const known = endpoint.writes
      ? 'Whether it was carried out is not known: what is there is read again'
      : 'Nothing was changed';
    return fail('Transient', `${known}. It is tried again.`);
  }
  if (status === 407) return fail('Blocked', 'A proxy asks for credentials. Check HTTPS_PROXY.');
  if (status < 400) return fail('Blocked', 'It is not followed. Check GENESYS_API_URL and any proxy.');
  if (endpoint.path.endsWith('/jobs/{jobId}') && (status === 404 || status === 410))
    return fail('Expired', 'Create the job anew.');
  if (endpoint.path.includes('/channels/{channelId}') && (status === 404 || status === 410))
    return fail('Expired', 'Create the notification channel anew.');
  if (status === 403 || status === 451) {
    const permissions = `${message ?? ''} ${code ?? ''}`;
    const namesRight = /permission|scope|polic|\w+:\w+:\w+/i.test(permissions);
    // Another client's job may be answered so; a missing permission is named.
    if (endpoint.path.endsWith('/jobs/{jobId}') && !namesRight)
      return fail('Expired', 'Create the job anew with this client.');
    return fail(
      'Forbidden',
      `${missingRightText(endpoint, words)} Nothing was changed; once that is granted, the work goes on by itself.`,
    );
  }
  if (isConflict(endpoint, answer)) return fail('Conflict', 'Nothing was changed. Read it again and decide anew.');
  if (status === 413) return fail('TooLarge', 'Ask for less.');
  const named = sentUserIds.filter((id) => answer.text.includes(id));
  const namesSome = named.length > 0 && (named.length < sentUserIds.length || named.length === 1);
  if (namesSome)
    return fail('InvalidInput', `It refuses ${named.length} of the users asked for.`, { refusedIds: named });
  if (namesSize(answer.text)) return fail('TooLarge', 'Ask for less: a shorter interval.');
  if (named.length > 0) return fail('InvalidInput', 'It refuses every user asked for.', { refusedIds: named });
  return fail('InvalidInput', 'Nothing was changed. Asking again in the same way cannot help.');
}

/**
 * Whether what was to be written is no longer what was read: another version, or no longer there.
 *
 * Source of the 400: Genesys's own Terraform provider, which meets stale versions in this form beside 409.
 */
function isConflict({ writes }: Endpoint, { status, text }: RefusedAnswer): boolean {
  if (status === 409 || status === 412) return true;
  if (!writes) return false;
  return status === 404 || (status === 400 && /does not match the current version/i.test(text));
}

/** Words that say "interval or size" near words that say "too much": Genesys has no one code for it. */
function namesSize(text: string): boolean {
  const what =
    /interval|range|period|duration|\bspan|\bdays?\b|\bsize\b|\bresults?\b|result set|\brows?\b|buckets?|granularity/i;
  const tooMuch =
    /exceed|maxim|\bmax\b|too (large|long|big|many|wide)|at most|(larger|greater|longer|more|bigger|wider) than|\blimit|cannot be (longer|more)|must be (less|shorter|within|no)/i;
  return what.test(text) && tooMuch.test(text);
}

/** One line, without control characters, of bounded length. */
function quoted(text: string): string {
  const line = text.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim();
  return line.length > LONGEST_QUOTE ? `${line.slice(0, LONGEST_QUOTE)}…` : line;
}
