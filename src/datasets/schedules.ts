import { z } from 'zod';
import type { DatasetLoad } from '../domain/datasetLoad.js';
import type { ListedSchedule } from '../domain/exportSteps.js';
import type { ExportWindow } from '../domain/exportWindow.js';
import type { SchedulesSearch } from '../genesys/scheduleSearchCalls.js';
import type { Dataset, EnvelopeFacts } from './dataset.js';
import { parseEnvelope } from './envelope.js';
import { requiredFieldsSql } from './requiredFields.js';

/** The search for a window's published shifts; without users, of everybody who has one. */
export function schedulesSearch(window: ExportWindow, userIds?: readonly string[]): SchedulesSearch {
  return {
    unit: { managementUnitId: window.managementUnitId },
    startDate: window.startAt,
    endDate: window.endAt,
    ...(userIds ? { userIds } : {}),
  };
}

/** Names of settings that say a schedule's version; its id follows. */
const VERSION_OF = 'version of schedule ';

/** The settings that shaped a window's rows, for its seal: the versions of the published schedules. The load reads them from there. */
export function schedulesSettings(schedules: readonly ListedSchedule[]): Record<string, number> {
  return Object.fromEntries(schedules.map(({ id, version }) => [`${VERSION_OF}${id}`, version]));
}

/** What may stand beside the shifts. */
const SchedulesEnvelope = z.object({ businessUnitTimeZone: z.string().nullish() });

/** The answer does not repeat its range: it covers what was asked. */
function readEnvelope(envelope: string, window: ExportWindow): EnvelopeFacts {
  parseEnvelope(SchedulesEnvelope, envelope);
  return { base: window.startAt, coveredUntil: window.endAt };
}

const AGENTS = 'SELECT landing, item, position, doc AS element FROM raw';

const SHIFTS = `
  SELECT landing, item, position, doc."user".id AS user_id, unnest(doc.shifts) AS element,
         generate_subscripts(doc.shifts, 1) - 1 AS shift_at FROM raw`;

const ACTIVITIES = `
  SELECT landing, item, position, shift_at, unnest(element.activities) AS element,
         generate_subscripts(element.activities, 1) - 1 AS activity_at FROM (${SHIFTS})`;

/** SQL of the end of what starts at an instant. By integers: adding an INTERVAL to an instant goes by a calendar. */
function endSql(start: string, minutes: string): string {
  return `make_timestamptz(epoch_us(${start}) + 60000000 * ${minutes})`;
}

const VERSIONS = `
  SELECT substr(name, ${VERSION_OF.length + 1}) AS schedule_id, CAST(value AS BIGINT) AS schedule_version
  FROM setting WHERE starts_with(name, '${VERSION_OF}')`;

/** Checks see to it that there is one. */
const START = 'TRY_CAST(element.startDate AS TIMESTAMPTZ)';

/** Shifts with the unit's local day that they begin on, and the version of their schedule; either NULL where there is none. */
const DATED_SHIFTS = `
  WITH shifts AS (
    SELECT landing, item, position, shift_at, user_id, element.id AS shift_id, element.schedule.id AS schedule_id,
           ${START} AS start_at, ${endSql(START, 'element.lengthMinutes')} AS end_at, element.activities
    FROM (${SHIFTS})
  )
  SELECT shifts.*, asked_day.local_date, versions.schedule_version
  FROM shifts
  LEFT JOIN asked_day ON start_at >= asked_day.day_start AND start_at < asked_day.day_end
  LEFT JOIN (${VERSIONS}) AS versions USING (schedule_id)`;

const LEFT_BECAUSE = `CASE WHEN local_date IS NULL THEN 'outsideWindow' END AS left_because`;

const NO_INSTANT = `${START} IS NULL`;

const load: DatasetLoad = {
  dataset: 'schedules',
  sliceArray: 'agentSchedules',
  docType: `STRUCT("user" STRUCT(id VARCHAR), shifts STRUCT(
    id VARCHAR, startDate VARCHAR, lengthMinutes BIGINT, schedule STRUCT(id VARCHAR),
    activities STRUCT(startDate VARCHAR, lengthMinutes BIGINT, activityCodeId VARCHAR, paid BOOLEAN)[])[])`,
  checks: [
    {
      name: 'every schedule names its agent',
      sql: requiredFieldsSql({
        path: 'agentSchedules[{}]',
        from: AGENTS,
        positions: [],
        missing: { 'user.id': 'element."user".id IS NULL' },
      }),
    },
    {
      name: 'every shift has its id, schedule, start and length',
      sql: requiredFieldsSql({
        path: 'agentSchedules[{}].shifts[{}]',
        from: SHIFTS,
        positions: ['shift_at'],
        missing: {
          id: 'element.id IS NULL',
          'schedule.id': 'element.schedule.id IS NULL',
          startDate: NO_INSTANT,
          lengthMinutes: 'element.lengthMinutes IS NULL',
        },
      }),
    },
    {
      name: 'every activity has its code, start and length',
      sql: requiredFieldsSql({
        path: 'agentSchedules[{}].shifts[{}].activities[{}]',
        from: ACTIVITIES,
        positions: ['shift_at', 'activity_at'],
        missing: {
          activityCodeId: 'element.activityCodeId IS NULL',
          startDate: NO_INSTANT,
          lengthMinutes: 'element.lengthMinutes IS NULL',
        },
      }),
    },
    {
      name: 'every shift of the window is of a schedule whose version is known',
      sql: `
        SELECT format('agentSchedules[{}].shifts[{}].schedule', position, shift_at) AS path,
               format('is {}, which is not among the published schedules of its week,', schedule_id) AS problem
        FROM (${DATED_SHIFTS}) WHERE local_date IS NOT NULL AND schedule_version IS NULL
        ORDER BY landing, item, position, shift_at LIMIT 1`,
    },
  ],
  tables: [
    {
      table: 'schedule_shift',
      key: ['schedule_id', 'schedule_version', 'shift_id'],
      countsAgents: true,
      rowsSql: `
        SELECT landing, local_date, ${LEFT_BECAUSE}, schedule_id, schedule_version, shift_id,
               asked.business_unit_id, asked.management_unit_id, user_id, dated.start_at, dated.end_at
        FROM (${DATED_SHIFTS}) AS dated CROSS JOIN asked`,
    },
    {
      table: 'schedule_activity',
      key: ['schedule_id', 'schedule_version', 'shift_id', 'start_at', 'end_at', 'activity_code_id'],
      countsAgents: false,
      rowsSql: `
        SELECT landing, local_date, ${LEFT_BECAUSE}, schedule_id, schedule_version, shift_id,
               asked.management_unit_id, ${START} AS start_at, ${endSql(START, 'element.lengthMinutes')} AS end_at,
               element.activityCodeId AS activity_code_id, element.paid AS paid
        FROM (SELECT * EXCLUDE (activities, start_at, end_at), unnest(activities) AS element FROM (${DATED_SHIFTS}))
        CROSS JOIN asked`,
    },
  ],
};

/**
 * Published shifts of a management unit and the activities in them, by the unit's local day on which the shift begins.
 *
 * Source: `POST /api/v2/workforcemanagement/managementunits/{id}/agentschedules/search`. It says which schedule a shift is of and not
 * which version: that comes from the list of published schedules, read before and after. A day's rows are those of the version that
 * was published when it was asked for; an older version's go.
 */
export const schedules: Dataset = { name: 'schedules', load, readEnvelope };
