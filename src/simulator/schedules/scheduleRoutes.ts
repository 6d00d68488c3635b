import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { ApiError } from '../api/apiError.js';
import { withoutField } from '../api/faultyResult.js';
import { SCHEDULES_DOWNLOAD_PATH } from '../api/signedUrls.js';
import { seededUuid } from '../data/seededRandom.js';
import { epochDayOf, localDateOf } from '../data/zoneDays.js';
import type { SimulatorContext } from '../simulatorContext.js';
import { agentScheduleBody, scheduleBody } from './scheduleDocument.js';
import { type ListedSchedule, ofOneSchedule } from './schedules.js';
import { type BusinessUnitWeeks, weekAt, weekHolding } from './scheduleWeeks.js';

const WFM = '/api/v2/workforcemanagement';
const RECENT_WEEKS = 26;

const Instant = z.iso.datetime({ offset: true });
const SearchBody = z.object({ startDate: Instant, endDate: Instant, userIds: z.array(z.string()).nullish() });
const QueryBody = z.object({ managementUnitId: z.string(), userIds: z.array(z.string()).nullish() });

interface ListCall {
  Params: { businessUnitId: string; weekId: string };
  Querystring: { earliestWeekDate?: string; latestWeekDate?: string; includeOnlyPublished?: string };
}
interface Forced {
  Querystring: { forceAsync?: string; forceDownloadService?: string };
}

/**
 * The weekly schedules of business units: their list (drafts beside published ones), agents' shifts by range, and those of one schedule.
 *
 * A search answers in one of three ways, always 200: the result, a URL where it lies, or `Processing`, which nothing can be asked about.
 */
export function scheduleRoutes(api: FastifyInstance, context: SimulatorContext, baseUrl: () => string): void {
  const { organisation, schedules, searchResults, settings, faults, urls, now } = context;
  const planner = seededUuid(organisation.seed, 'planner');
  let searches = 0;

  api.get<{ Params: { businessUnitId: string }; Querystring: { expand?: string } }>(
    `${WFM}/businessunits/:businessUnitId`,
    ({ params, query }) => {
      const { businessUnitId, timeZone, startDayOfWeek } = weeksOf(params.businessUnitId);
      const name = organisation.businessUnits.find((one) => one.id === businessUnitId)?.name;
      const isExpanded = query.expand?.split(',').some((field) => /^settings(\.|$)/.test(field)) ?? false;
      return {
        id: businessUnitId,
        name,
        division: { id: organisation.divisionId },
        ...(isExpanded ? { settings: { startDayOfWeek, timeZone, metadata: { version: 2 } } } : {}),
        selfUri: `${WFM}/businessunits/${businessUnitId}`,
      };
    },
  );

  api.get<ListCall>(`${WFM}/businessunits/:businessUnitId/weeks/:weekId/schedules`, ({ params, query }) => {
    const weeks = weeksOf(params.businessUnitId);
    const listed = weeksAsked(weeks, params.weekId, query).flatMap((week) =>
      schedules.ofWeek(weeks.businessUnitId, week),
    );
    const onlyPublished = query.includeOnlyPublished === 'true';
    return {
      entities: listed
        .filter((schedule) => schedule.published || !onlyPublished)
        .map((schedule) => scheduleBody(schedule, planner)),
    };
  });

  api.post<Forced & { Params: { businessUnitId: string } }>(
    `${WFM}/businessunits/:businessUnitId/agentschedules/search`,
    (request) => search(request, weeksOf(request.params.businessUnitId).businessUnitId, null),
  );
  api.post<Forced & { Params: { managementUnitId: string } }>(
    `${WFM}/managementunits/:managementUnitId/agentschedules/search`,
    (request) => {
      const unit = unitOf(request.params.managementUnitId);
      return search(request, unit.businessUnitId, unit.id);
    },
  );

  api.post<Forced & { Params: { businessUnitId: string; weekId: string; scheduleId: string } }>(
    `${WFM}/businessunits/:businessUnitId/weeks/:weekId/schedules/:scheduleId/agentschedules/query`,
    (request) => {
      const { businessUnitId, weekId, scheduleId } = request.params;
      const schedule = scheduleOf(businessUnitId, weekId, scheduleId);
      const body = read(QueryBody, request.body);
      const unit = unitOf(body.managementUnitId);
      const agents = ofOneSchedule(schedules.shiftsOf(schedule))
        .filter(({ userId }) => isAsked(body.userIds, userId))
        .map((agent) => inUnit(agent, unit.id))
        .filter(hasAny);
      const metadata = scheduleBody(schedule, planner).metadata;
      return outcome(request, agents.length, () => ({
        agentSchedules: agents.map((agent) => ({ ...agentScheduleBody(agent, () => undefined), metadata })),
        businessUnitTimeZone: weeksOf(businessUnitId).timeZone,
      }));
    },
  );

  function search(
    request: FastifyRequest<Forced & { Params: Record<string, string> }>,
    businessUnitId: string,
    managementUnitId: string | null,
  ) {
    const body = read(SearchBody, request.body);
    const [start, end] = [Date.parse(body.startDate) / 1000, Date.parse(body.endDate) / 1000];
    if (start >= end) throw invalid('endDate must be after startDate');
    const weeks = weeksOf(businessUnitId);
    const agents = schedules
      .published(businessUnitId, start, end)
      .filter(({ userId }) => isAsked(body.userIds, userId))
      .map((agent) => (managementUnitId === null ? agent : inUnit(agent, managementUnitId)))
      .filter(hasAny);
    return outcome(request, agents.length, () => ({
      agentSchedules: agents.map((agent) => agentScheduleBody(agent, (shift) => publishedAt(weeks, shift.start))),
      businessUnitTimeZone: weeks.timeZone,
      publishedSchedules: publishedBetween(weeks, start, end).map(({ id, week }) => ({
        id,
        weekDate: localDateOf(week),
        weekCount: 1,
        selfUri: `${WFM}/businessunits/${businessUnitId}/weeks/${localDateOf(week)}/schedules/${id}`,
      })),
    }));
  }

  /** One of the three outcomes. What is processing is not even made: nobody could ever see it. */
  function outcome(
    request: FastifyRequest<Forced & { Params: Record<string, string> }>,
    agents: number,
    result: () => unknown,
  ) {
    const operationId = seededUuid(organisation.seed, 'schedule search', searches++);
    const isLate = faults.take('searchProcessing', request.met, ({ aboveAgents }) => agents > aboveAgents);
    if (isLate || request.query.forceAsync === 'true') return { status: 'Processing', operationId, progress: 10 };
    const text = JSON.stringify(request.body);
    const lacking = faults.take(
      'missingField',
      request.met,
      ({ match }) => match === undefined || text.includes(match),
    );
    const document = lacking
      ? (JSON.parse(withoutField(JSON.stringify(result()), lacking.field)) as unknown)
      : result();
    const isLarge = Buffer.byteLength(JSON.stringify(document)) > settings.schedules.inlineBytes;
    const isForced = request.query.forceDownloadService === 'true';
    if (!isForced && !isLarge && !faults.take('searchByUrl', request.met))
      return { status: 'Complete', operationId, result: document, progress: 100 };
    searchResults.keep(operationId, request.body, document);
    const downloadUrl = baseUrl() + urls.sign(operationId, '0', SCHEDULES_DOWNLOAD_PATH);
    return { status: 'Complete', operationId, progress: 100, downloadUrl };
  }

  function publishedAt(weeks: BusinessUnitWeeks, atSeconds: number): ListedSchedule | undefined {
    return schedules.ofWeek(weeks.businessUnitId, weekAt(weeks, atSeconds)).find((one) => one.published);
  }

  function publishedBetween(weeks: BusinessUnitWeeks, start: number, end: number): ListedSchedule[] {
    const [first, last] = [weekAt(weeks, start), weekAt(weeks, end - 1)];
    const count = (last - first) / 7 + 1;
    return Array.from({ length: count }, (_, index) => first + index * 7)
      .flatMap((week) => schedules.ofWeek(weeks.businessUnitId, week))
      .filter((schedule) => schedule.published);
  }

  function weeksAsked(weeks: BusinessUnitWeeks, weekId: string, query: ListCall['Querystring']): number[] {
    if (weekId !== 'recent') return [weekNamed(weeks, weekId)];
    const running = weekAt(weeks, now() / 1000);
    const all = Array.from({ length: 2 * RECENT_WEEKS + 1 }, (_, index) => running + (index - RECENT_WEEKS) * 7);
    const { earliestWeekDate: from, latestWeekDate: to } = query;
    return all.filter((week) => {
      const date = localDateOf(week);
      return (from === undefined || date >= from) && (to === undefined || date <= to);
    });
  }

  function scheduleOf(businessUnitId: string, weekId: string, scheduleId: string): ListedSchedule {
    const weeks = weeksOf(businessUnitId);
    const schedule = schedules.ofWeek(businessUnitId, weekNamed(weeks, weekId)).find(({ id }) => id === scheduleId);
    if (!schedule) throw new ApiError(404, 'wfm.entity.not.found', `Schedule ${scheduleId} was not found`);
    return schedule;
  }

  function weeksOf(businessUnitId: string): BusinessUnitWeeks {
    const weeks = schedules.weeks(businessUnitId);
    if (!weeks) throw new ApiError(404, 'wfm.business.unit.not.found', `Business unit ${businessUnitId} was not found`);
    return weeks;
  }

  function unitOf(id: string) {
    const unit = organisation.units.find((one) => one.id === id);
    if (!unit) throw new ApiError(404, 'wfm.management.unit.not.found', `Management unit ${id} was not found`);
    return unit;
  }
}

function weekNamed(weeks: BusinessUnitWeeks, weekId: string): number {
  const week = z.iso.date().safeParse(weekId).success ? epochDayOf(weekId) : Number.NaN;
  if (Number.isNaN(week)) throw invalid(`${weekId} is neither a date nor 'recent'`);
  if (weekHolding(weeks, week) !== week)
    throw invalid(`${weekId} is not the first day of a week, which begins on ${weeks.startDayOfWeek}`);
  return week;
}

function inUnit<
  T extends { readonly unit: { readonly id: string } },
  D extends { readonly unit: { readonly id: string } },
>(agent: { readonly userId: string; readonly shifts: readonly T[]; readonly daysOff: readonly D[] }, unitId: string) {
  const isHere = ({ unit }: { readonly unit: { readonly id: string } }): boolean => unit.id === unitId;
  return { ...agent, shifts: agent.shifts.filter(isHere), daysOff: agent.daysOff.filter(isHere) };
}

function hasAny(agent: { readonly shifts: readonly unknown[]; readonly daysOff: readonly unknown[] }): boolean {
  return agent.shifts.length + agent.daysOff.length > 0;
}

function isAsked(userIds: readonly string[] | null | undefined, userId: string): boolean {
  return !userIds || userIds.length === 0 || userIds.includes(userId);
}

function read<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw invalid(`Fields are missing or wrong: ${parsed.error.issues.map((issue) => issue.path.join('.')).join(', ')}`);
}

function invalid(message: string): ApiError {
  return new ApiError(400, 'wfm.validation.failure', message);
}
