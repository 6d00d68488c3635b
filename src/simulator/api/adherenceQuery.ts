import { Temporal } from 'temporal-polyfill';
import { z } from 'zod';
import type { Organisation } from '../data/organisation.js';
import type { Unit } from '../data/unit.js';
import { isTimeZone } from '../data/zoneDays.js';
import { ApiError, type ErrorDetail } from './apiError.js';

const MAX_DAYS = 31;
const MAX_DAYS_WITH_EXCEPTIONS = 7;

const Instant = z.iso.datetime({ offset: true });
const Item = z.object({
  managementUnitId: z.string(),
  startDate: Instant,
  endDate: Instant,
  userIds: z.array(z.string()).nullish(),
  includeExceptions: z.boolean().nullish(),
  includeActuals: z.boolean().nullish(),
});
const Query = z.object({ items: z.array(Item).min(1), timeZone: z.string() });

/** One unit and interval of a bulk adherence request. Times in seconds since the epoch. */
export interface AdherenceItem {
  readonly unit: Unit;
  readonly start: number;
  readonly end: number;
  readonly userIds: ReadonlySet<string> | null;
  readonly includeExceptions: boolean;
  readonly includeActuals: boolean;
}

export interface AdherenceQuery {
  readonly timeZone: string;
  readonly items: readonly AdherenceItem[];
}

/**
 * Reads the body of `POST …/adherence/historical/bulk`.
 *
 * At most 31 local days an item, 7 with exceptions: documented for the sibling calls, assumed for this one.
 *
 * @throws ApiError 400 `wfm.missing.fields`, `constraint.validation` or `wfm.validation.failure`; 404
 * `wfm.management.unit.not.found`.
 */
export function parseAdherenceQuery(body: unknown, organisation: Organisation): AdherenceQuery {
  const parsed = Query.safeParse(body);
  if (!parsed.success) throw refusalOf(parsed.error, body);
  const { timeZone, items } = parsed.data;
  if (!isTimeZone(timeZone)) throw validationFailure('timeZone', `${timeZone} is not a valid time zone`);
  return { timeZone, items: items.map((item, index) => itemOf(item, index, timeZone, organisation)) };
}

function itemOf(item: z.infer<typeof Item>, index: number, timeZone: string, organisation: Organisation) {
  const field = (name: string): string => `items[${index.toString()}].${name}`;
  const unit = organisation.units.find((known) => known.id === item.managementUnitId);
  if (!unit)
    throw new ApiError(404, 'wfm.management.unit.not.found', `Management unit ${item.managementUnitId} was not found`, {
      params: { managementUnitId: item.managementUnitId },
    });
  const start = Temporal.Instant.from(item.startDate);
  const end = Temporal.Instant.from(item.endDate);
  if (Temporal.Instant.compare(start, end) >= 0)
    throw validationFailure(field('endDate'), 'The interval is empty: endDate must be after startDate');
  const days = item.includeExceptions ? MAX_DAYS_WITH_EXCEPTIONS : MAX_DAYS;
  const latest = start.toZonedDateTimeISO(timeZone).add({ days }).toInstant();
  if (Temporal.Instant.compare(end, latest) > 0)
    throw validationFailure(
      field('endDate'),
      `The interval ${item.startDate}/${item.endDate} exceeds the maximum of ${days.toString()} days` +
        (item.includeExceptions ? ' when exceptions are included' : ''),
    );
  return {
    unit,
    start: Math.floor(start.epochMilliseconds / 1000),
    end: Math.floor(end.epochMilliseconds / 1000),
    userIds: item.userIds && item.userIds.length > 0 ? new Set(item.userIds) : null,
    includeExceptions: item.includeExceptions ?? false,
    includeActuals: item.includeActuals ?? false,
  };
}

function validationFailure(field: string, message: string): ApiError {
  return new ApiError(400, 'wfm.validation.failure', message, {
    errors: [{ code: 'wfm.validation.failure', message, field }],
  });
}

function refusalOf(error: z.ZodError, body: unknown): ApiError {
  const isMissing = (issue: z.core.$ZodIssue): boolean => at(body, issue.path) === undefined;
  const code = error.issues.every(isMissing) ? 'wfm.missing.fields' : 'constraint.validation';
  const errors: ErrorDetail[] = error.issues.map((issue) => ({
    code,
    message: isMissing(issue) ? 'A required field is missing' : issue.message,
    field: issue.path.map(String).join('.'),
  }));
  const fields = errors.map((problem) => problem.field).join(', ');
  const message =
    code === 'wfm.missing.fields' ? 'Required fields are missing' : 'Fields do not satisfy their constraints';
  return new ApiError(400, code, `${message}: ${fields}`, { errors });
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      inner !== null && typeof inner === 'object' ? (inner as Record<PropertyKey, unknown>)[key] : undefined,
    value,
  );
}
