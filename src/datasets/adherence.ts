import { z } from 'zod';
import type { DatasetLoad } from '../domain/datasetLoad.js';
import type { ExportWindow } from '../domain/exportWindow.js';
import type { AdherenceJobRequest } from '../genesys/adherenceCalls.js';
import type { Dataset, EnvelopeFacts } from './dataset.js';
import { EnvelopeInstant, parseEnvelope } from './envelope.js';
import { requiredFieldsSql } from './requiredFields.js';

/** What an adherence job is asked to bring beside each day's figures. */
export interface AdherenceOptions {
  readonly exceptions: boolean;
  readonly actuals: boolean;
}

/** The bulk adherence job of one window. */
export function adherenceRequest(window: ExportWindow, options: AdherenceOptions): AdherenceJobRequest {
  return {
    managementUnitId: window.managementUnitId,
    startDate: window.startAt,
    endDate: window.endAt,
    timeZone: window.timeZone,
    includeExceptions: options.exceptions,
    includeActuals: options.actuals,
  };
}

/** The settings that shaped an adherence window's rows, for its seal. */
export function adherenceSettings(options: AdherenceOptions): Record<string, boolean> {
  return { exceptions: options.exceptions, actuals: options.actuals };
}

/** What must stand beside the results of an adherence document. */
export const AdherenceEnvelope = z.object({
  startDate: EnvelopeInstant,
  endDate: EnvelopeInstant,
  managementUnitId: z.string(),
});

function readEnvelope(text: string, window: ExportWindow): EnvelopeFacts {
  const asked = AdherenceEnvelope.refine((envelope) => envelope.managementUnitId === window.managementUnitId, {
    path: ['managementUnitId'],
    message: `is not the unit asked for (${window.managementUnitId})`,
  });
  const { startDate, endDate } = parseEnvelope(asked, text);
  return { base: startDate, coveredUntil: endDate };
}

/** Day metrics of the result, all required but the percentages, by the column they become. */
const METRICS = {
  adherence_schedule_seconds: 'adherenceScheduleSeconds',
  conformance_schedule_seconds: 'conformanceScheduleSeconds',
  conformance_actual_seconds: 'conformanceActualSeconds',
  exception_count: 'exceptionCount',
  exception_duration_seconds: 'exceptionDurationSeconds',
  impact_seconds: 'impactSeconds',
  schedule_length_seconds: 'scheduleLengthSeconds',
  actual_length_seconds: 'actualLengthSeconds',
} as const;

const DOC_TYPE = `STRUCT(
  userId VARCHAR,
  exceptionInfo STRUCT(
    startOffsetSeconds BIGINT, endOffsetSeconds BIGINT,
    scheduledActivityCodeId VARCHAR, scheduledActivityCategory VARCHAR,
    actualActivityCodeId VARCHAR, actualActivityCategory VARCHAR,
    systemPresence VARCHAR, routingStatus VARCHAR, impact VARCHAR, secondaryPresenceLookupId VARCHAR)[],
  actuals STRUCT(
    actualActivityCategory VARCHAR, actualSecondaryPresenceLookupId VARCHAR,
    startOffsetSeconds BIGINT, endOffsetSeconds BIGINT)[],
  dayMetrics STRUCT(
    dayStartOffsetSeconds BIGINT, ${Object.values(METRICS)
      .map((field) => `${field} BIGINT`)
      .join(', ')},
    adherencePercentage DOUBLE, conformancePercentage DOUBLE)[])`;

/** Elements of one list of each result, with their position in it. */
function elementsOf(list: string): string {
  return `SELECT landing, item, position, unnest(doc.${list}) AS element, generate_subscripts(doc.${list}, 1) - 1 AS element_at FROM raw`;
}

/** SQL of the instant of an offset. By integers: adding an INTERVAL to an instant goes by a calendar, which takes far longer. */
function instantSql(offset: string): string {
  return `make_timestamptz(epoch_us(base) + 1000000 * element.${offset})`;
}

/** The same with `moment`, the instant of an offset: seconds from the start of the item that held the result. */
function timedElementsOf(list: string, offset: string): string {
  return `
    SELECT landing, item, user_id, element, base, ${instantSql(offset)} AS moment
    FROM (SELECT landing, item, doc.userId AS user_id, unnest(doc.${list}) AS element FROM raw) JOIN item USING (landing, item)`;
}

const ASKED_DAY_OF_MOMENT = `
  CROSS JOIN asked LEFT JOIN asked_day ON moment >= asked_day.day_start AND moment < asked_day.day_end`;

const LEFT_BECAUSE = `CASE WHEN asked_day.local_date IS NULL THEN 'outsideWindow' END AS left_because`;

/** Secondary presences by the short id that stands for them inside one item. */
const PRESENCES = `
  SELECT landing, item, unnest(map_entries(
    CAST(envelope->'lookupIdToSecondaryPresenceId' AS MAP(VARCHAR, VARCHAR)))) AS presence FROM item`;

function intervalRowsSql(list: string, lookup: string, columns: string): string {
  return `
    WITH presences AS (${PRESENCES}), elements AS (${timedElementsOf(list, 'startOffsetSeconds')})
    SELECT elements.landing, asked_day.local_date, ${LEFT_BECAUSE}, asked.management_unit_id, user_id,
           moment AS start_at, ${instantSql('endOffsetSeconds')} AS end_at,
           ${columns}, presence.value AS secondary_presence_id
    FROM elements ${ASKED_DAY_OF_MOMENT}
    LEFT JOIN presences ON presences.landing = elements.landing AND presences.item = elements.item
      AND presence.key = element.${lookup}`;
}

const load: DatasetLoad = {
  dataset: 'adherence',
  sliceArray: 'userResults',
  docType: DOC_TYPE,
  checks: [
    {
      name: 'every result names its user and has day metrics',
      sql: requiredFieldsSql({
        path: 'userResults[{}]',
        from: 'SELECT landing, item, position, doc AS element FROM raw',
        positions: [],
        missing: { userId: 'element.userId IS NULL', dayMetrics: 'element.dayMetrics IS NULL' },
      }),
    },
    {
      name: 'every day has its offset and metrics',
      sql: requiredFieldsSql({
        path: 'userResults[{}].dayMetrics[{}]',
        from: elementsOf('dayMetrics'),
        positions: ['element_at'],
        missing: missing(['dayStartOffsetSeconds', ...Object.values(METRICS)]),
      }),
    },
    ...['exceptionInfo', 'actuals'].map((list) => ({
      name: `every element of ${list} has its offsets`,
      sql: requiredFieldsSql({
        path: `userResults[{}].${list}[{}]`,
        from: elementsOf(list),
        positions: ['element_at'],
        missing: missing(['startOffsetSeconds', 'endOffsetSeconds']),
      }),
    })),
  ],
  tables: [
    {
      table: 'adherence_day',
      key: ['management_unit_id', 'user_id', 'local_date'],
      countsAgents: true,
      rowsSql: `
        WITH elements AS (${timedElementsOf('dayMetrics', 'dayStartOffsetSeconds')})
        SELECT elements.landing, asked_day.local_date, ${LEFT_BECAUSE}, asked.management_unit_id, user_id,
               asked.business_unit_id, asked.time_zone, asked_day.day_start,
               asked_day.length_seconds AS day_length_seconds,
               element.adherencePercentage AS adherence_percentage,
               element.conformancePercentage AS conformance_percentage,
               ${Object.entries(METRICS)
                 .map(([column, field]) => `element.${field} AS ${column}`)
                 .join(', ')}
        FROM elements ${ASKED_DAY_OF_MOMENT}`,
    },
    {
      table: 'adherence_exception',
      key: ['management_unit_id', 'user_id', 'start_at', 'end_at'],
      countsAgents: false,
      onlyWhen: 'exceptions',
      rowsSql: intervalRowsSql(
        'exceptionInfo',
        'secondaryPresenceLookupId',
        `element.scheduledActivityCodeId AS scheduled_activity_code_id,
         element.scheduledActivityCategory AS scheduled_activity_category,
         element.actualActivityCodeId AS actual_activity_code_id,
         element.actualActivityCategory AS actual_activity_category,
         element.systemPresence AS system_presence, element.routingStatus AS routing_status, element.impact AS impact`,
      ),
    },
    {
      table: 'adherence_actual',
      key: ['management_unit_id', 'user_id', 'start_at', 'end_at'],
      countsAgents: false,
      onlyWhen: 'actuals',
      rowsSql: intervalRowsSql(
        'actuals',
        'actualSecondaryPresenceLookupId',
        'element.actualActivityCategory AS actual_activity_category',
      ),
    },
  ],
};

function missing(fields: readonly string[]): Record<string, string> {
  return Object.fromEntries(fields.map((field) => [field, `element.${field} IS NULL`]));
}

/**
 * Historical adherence of a management unit, day by day, with exceptions and actuals where asked for.
 *
 * Source: `POST /api/v2/workforcemanagement/adherence/historical/bulk`. Offsets are seconds from the result's own `startDate`; the
 * local date of a row is the asked day that contains its instant, so days of any length work.
 */
export const adherence: Dataset = { name: 'adherence', load, readEnvelope };
