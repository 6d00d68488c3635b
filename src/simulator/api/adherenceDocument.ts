import { PRESENCE_OF } from '../data/actualWork.js';
import { type AdherenceDay, adherenceBetween, percentage } from '../data/adherence.js';
import type { Organisation } from '../data/organisation.js';
import type { Person } from '../data/people.js';
import { hash32 } from '../data/seededRandom.js';
import { isoSeconds } from '../data/zoneDays.js';
import type { AdherenceItem } from './adherenceQuery.js';

/** Longest time, in milliseconds, that generating keeps other calls waiting. */
const TURN_MS = 15;

/** One file of a job's result: the users of one item that fall into one of two parts. */
export interface DocumentRequest {
  readonly item: AdherenceItem;
  readonly timeZone: string;
  readonly part: 0 | 1;
  /** When the job was made, in seconds since the epoch: nothing later is in its result. */
  readonly asOf: number;
}

/**
 * Writes one result file, a `WfmHistoricalAdherenceBulkResult`: offsets in seconds from the item's start, dates in UTC.
 *
 * The two parts differ in the order of their fields and number their presences each on their own; fields nobody published
 * stand between the known ones, and one text looks like the array of results. The same request gives the same bytes.
 */
export async function adherenceDocument(organisation: Organisation, request: DocumentRequest): Promise<Buffer> {
  const { item, part } = request;
  const lookup = new Lookup();
  const results: string[] = [];
  let turnEndsAt = performance.now() + TURN_MS;
  for (const person of peopleOf(organisation, request)) {
    const { start, end } = item;
    const days = adherenceBetween(organisation, person, item.unit, {
      start,
      end,
      timeZone: request.timeZone,
      asOf: request.asOf,
    });
    if (days) results.push(JSON.stringify(userResult(organisation, person, days, request, lookup)));
    if (performance.now() > turnEndsAt) {
      await new Promise((resume) => setImmediate(resume));
      turnEndsAt = performance.now() + TURN_MS;
    }
  }
  const dates = `"startDate":"${isoSeconds(item.start)}","endDate":"${isoSeconds(item.end)}"`;
  const unit = `"managementUnitId":"${item.unit.id}","queryTimeZone":${JSON.stringify(request.timeZone)}`;
  const note = `"comment":${JSON.stringify('not the results: "userResults":[{"userId":"none"}] — 注意')}`;
  const map = `"lookupIdToSecondaryPresenceId":${JSON.stringify(lookup.map)}`;
  const users = `"userResults":[${results.join(',')}]`;
  const fields = part === 0 ? [dates, note, unit, users, map] : [map, unit, note, users, dates];
  return Buffer.from(`{${fields.join(',')}}`, 'utf8');
}

/** Numbers secondary presences in the order in which a file first uses them. */
class Lookup {
  readonly map: Record<string, string> = {};
  readonly #ids = new Map<string, string>();

  idOf(organisation: Organisation, systemPresence: string, presence: number | null): string | undefined {
    const presenceId = presence === null ? undefined : organisation.presences[systemPresence]?.[presence];
    if (presenceId === undefined) return undefined;
    let id = this.#ids.get(presenceId);
    if (id === undefined) {
      id = this.#ids.size.toString();
      this.#ids.set(presenceId, id);
      this.map[id] = presenceId;
    }
    return id;
  }
}

function peopleOf(organisation: Organisation, { item, part }: DocumentRequest): Person[] {
  const shuffled = (person: Person): number => hash32('file order', person.id);
  return organisation.people
    .filter((person) => person.memberships.some((stay) => stay.unit.id === item.unit.id))
    .filter((person) => hash32('file part', person.id) % 2 === part)
    .filter((person) => item.userIds === null || item.userIds.has(person.id))
    .sort((one, other) => shuffled(one) - shuffled(other));
}

function userResult(
  organisation: Organisation,
  person: Person,
  days: readonly AdherenceDay[],
  request: DocumentRequest,
  lookup: Lookup,
): Record<string, unknown> {
  const { item } = request;
  const sum = (pick: (day: AdherenceDay) => number): number => days.reduce((total, day) => total + pick(day), 0);
  const scheduled = sum((day) => day.adherenceScheduleSeconds);
  const impact = sum((day) => day.impactSeconds);
  return {
    userId: person.id,
    adherencePercentage: written(person, percentage(scheduled - sum((day) => day.exceptionDurationSeconds), scheduled)),
    conformancePercentage: written(
      person,
      percentage(
        sum((day) => day.conformanceActualSeconds),
        sum((day) => day.conformanceScheduleSeconds),
      ),
    ),
    impact: days.length === 0 ? 'Unknown' : impact > 0 ? 'Positive' : impact < 0 ? 'Negative' : 'Neutral',
    shiftTradeCount: 0,
    ...(item.includeExceptions
      ? { exceptionInfo: days.flatMap((day) => exceptionInfo(organisation, day, item.start, lookup)) }
      : {}),
    ...(item.includeActuals ? { actuals: days.flatMap((day) => actuals(organisation, day, item.start, lookup)) } : {}),
    dayMetrics: days.map((day) => dayMetrics(person, day, item.start)),
  };
}

function exceptionInfo(organisation: Organisation, day: AdherenceDay, base: number, lookup: Lookup) {
  return day.exceptions.map((exception) => ({
    startOffsetSeconds: exception.start - base,
    endOffsetSeconds: exception.end - base,
    scheduledActivityCodeId: exception.scheduledCodeId,
    scheduledActivityCategory: exception.scheduledCategory,
    scheduledSecondaryPresenceLookupIds: exception.scheduledByDefault
      ? undefined
      : [0, 1].map((n) => lookup.idOf(organisation, PRESENCE_OF[exception.scheduledCategory], n)),
    actualActivityCodeId: exception.actualCodeId ?? undefined,
    actualActivityCategory: exception.actualCategory,
    systemPresence: exception.systemPresence,
    routingStatus: exception.routingStatus,
    impact: exception.impact,
    secondaryPresenceLookupId: lookup.idOf(organisation, exception.systemPresence, exception.presence),
  }));
}

function actuals(organisation: Organisation, day: AdherenceDay, base: number, lookup: Lookup) {
  return day.actuals.map((actual) => ({
    actualActivityCategory: actual.category,
    actualSecondaryPresenceLookupId: lookup.idOf(organisation, actual.systemPresence, actual.presence),
    startOffsetSeconds: actual.start - base,
    endOffsetSeconds: actual.end - base,
  }));
}

function dayMetrics(person: Person, day: AdherenceDay, base: number) {
  return {
    dayStartOffsetSeconds: day.start - base,
    adherenceScheduleSeconds: day.adherenceScheduleSeconds,
    conformanceScheduleSeconds: day.conformanceScheduleSeconds,
    conformanceActualSeconds: day.conformanceActualSeconds,
    exceptionCount: day.exceptions.length,
    exceptionDurationSeconds: day.exceptionDurationSeconds,
    impactSeconds: day.impactSeconds,
    scheduleLengthSeconds: day.scheduleLengthSeconds,
    actualLengthSeconds: day.actualLengthSeconds,
    adherencePercentage: written(person, day.adherencePercentage),
    conformancePercentage: written(person, day.conformancePercentage),
  };
}

function written(person: Person, value: number | null): number | null | undefined {
  return value === null && person.undefinedPercentage === 'absent' ? undefined : value;
}
