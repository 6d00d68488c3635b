import { Temporal } from 'temporal-polyfill';
import { z } from 'zod';
import type { Organisation } from '../data/organisation.js';
import type { Person } from '../data/people.js';
import { isTimeZone } from '../data/zoneDays.js';
import { ApiError } from './apiError.js';

export const MAX_USERS = 100;
export const METRICS = ['tAgentRoutingStatus', 'tSystemPresence', 'tOrganizationPresence'] as const;
export type Metric = (typeof METRICS)[number];

const Predicate = z.object({
  type: z.literal('dimension').nullish(),
  dimension: z.literal('userId'),
  operator: z.literal('matches').nullish(),
  value: z.string(),
});
const Query = z.object({
  interval: z.string(),
  granularity: z.string().nullish(),
  timeZone: z.string().nullish(),
  groupBy: z.array(z.literal('userId')).nullish(),
  metrics: z.array(z.enum(METRICS)).min(1),
  filter: z.object({ type: z.literal('or'), predicates: z.array(Predicate).min(1) }),
});

/** A users aggregates query, read. Times in milliseconds since the epoch. */
export interface AggregatesQuery {
  readonly start: number;
  readonly end: number;
  /** null is one bucket, the whole interval. */
  readonly granularityMs: number | null;
  readonly byUser: boolean;
  readonly metrics: readonly Metric[];
  readonly people: readonly Person[];
}

/**
 * Reads the body of `POST …/users/aggregates/query`.
 *
 * @throws ApiError 400, naming the field, the cap of 100 `userId` predicates, or the first user id that is not known.
 */
export function parseAggregatesQuery(body: unknown, organisation: Organisation): AggregatesQuery {
  const parsed = Query.safeParse(body);
  if (!parsed.success) {
    const fields = parsed.error.issues.map((issue) => `${issue.path.map(String).join('.')}: ${issue.message}`);
    throw badRequest(`The query is not valid: ${fields.join('; ')}`);
  }
  const { interval, granularity, timeZone, groupBy, metrics, filter } = parsed.data;
  if (filter.predicates.length > MAX_USERS)
    throw badRequest(
      `The filter has ${filter.predicates.length.toString()} userId predicates; at most ${MAX_USERS.toString()} are allowed`,
    );
  if (timeZone && !isTimeZone(timeZone)) throw badRequest(`${timeZone} is not a valid time zone`);
  return {
    ...intervalOf(interval, timeZone ?? 'UTC'),
    granularityMs: granularity ? granularityOf(granularity) : null,
    byUser: groupBy?.includes('userId') ?? false,
    metrics: [...new Set(metrics)],
    people: [...new Set(filter.predicates.map((predicate) => predicate.value))].map((id) => personOf(id, organisation)),
  };
}

function intervalOf(interval: string, timeZone: string): { start: number; end: number } {
  const parts = interval.split('/');
  const [start = Number.NaN, end = Number.NaN] = parts.map((part) => instantMs(part, timeZone));
  if (parts.length !== 2 || !(start < end)) throw badRequest(`The interval ${interval} is not valid`);
  return { start, end };
}

/** NaN where it is none. Without an offset it is local to the query's zone (a guess; documented is that an offset goes first). */
function instantMs(text: string, timeZone: string): number {
  const [isInstant, offset] =
    /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(Z|[+-]\d{2}:?\d{2})?$/.exec(text) ?? [];
  if (isInstant === undefined) return Number.NaN;
  if (offset !== undefined) return Date.parse(text);
  try {
    return Temporal.PlainDateTime.from(text).toZonedDateTime(timeZone).epochMilliseconds;
  } catch {
    return Number.NaN;
  }
}

function granularityOf(granularity: string): number {
  const [, days = '', hours = '', minutes = ''] = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?$/.exec(granularity) ?? [];
  const ms = ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60_000;
  if (ms < 60_000) throw badRequest(`The granularity ${granularity} is not valid`);
  return ms;
}

function personOf(id: string, organisation: Organisation): Person {
  const person = organisation.people.find((known) => known.id === id);
  if (person?.knownToAnalytics) return person;
  throw badRequest(`The filter names a user that was not found: ${id}`, { userId: id });
}

function badRequest(message: string, params: Record<string, string> = {}): ApiError {
  return new ApiError(400, 'bad.request', message, { params });
}
