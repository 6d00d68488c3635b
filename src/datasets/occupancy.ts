import type { DatasetLoad } from '../domain/datasetLoad.js';
import type { ExportWindow } from '../domain/exportWindow.js';
import { OCCUPANCY_FORMULAS, type OccupancyFormula, occupancySql } from '../domain/occupancyFormula.js';
import { occupancyGranularity } from '../domain/occupancyGranularity.js';
import { holdsSql } from '../domain/userHolder.js';
import type { UsersAggregatesRequest } from '../genesys/aggregatesCalls.js';
import type { Dataset, EnvelopeFacts } from './dataset.js';
import { requiredFieldsSql } from './requiredFields.js';

/** The users aggregates query of one window, for at most 100 of its users. */
export function occupancyRequest(window: ExportWindow, userIds: readonly string[]): UsersAggregatesRequest {
  return {
    startAt: window.startAt,
    endAt: window.endAt,
    granularity: occupancyGranularity(window.timeZone, window.from, window.to),
    timeZone: window.timeZone,
    userIds,
  };
}

/** The settings that shaped an occupancy window's rows, for its seal. The load reads the formula from there. */
export function occupancySettings(window: ExportWindow, formula: OccupancyFormula): Record<string, string> {
  return { granularity: occupancyGranularity(window.timeZone, window.from, window.to), formula };
}

/** The answer does not repeat its interval: it covers what was asked. */
function readEnvelope(_envelope: string, window: ExportWindow): EnvelopeFacts {
  return { base: window.startAt, coveredUntil: window.endAt };
}

const QUALIFIERS = {
  interacting_ms: 'INTERACTING',
  communicating_ms: 'COMMUNICATING',
  idle_ms: 'IDLE',
  not_responding_ms: 'NOT_RESPONDING',
  off_queue_ms: 'OFF_QUEUE',
} as const;

const BUCKETS = `
  SELECT landing, item, position, doc."group".userId AS user_id,
         unnest(doc.data) AS bucket, generate_subscripts(doc.data, 1) - 1 AS bucket_at FROM raw`;

const METRICS = `
  SELECT landing, item, position, bucket_at, user_id, bucket."interval" AS span,
         unnest(bucket.metrics) AS element, generate_subscripts(bucket.metrics, 1) - 1 AS metric_at FROM (${BUCKETS})`;

const ROWS = `
  WITH sums AS (
    SELECT landing, user_id,
           CAST(split_part(span, '/', 1) AS TIMESTAMPTZ) AS interval_start,
           CAST(split_part(span, '/', 2) AS TIMESTAMPTZ) AS interval_end,
           ${Object.entries(QUALIFIERS)
             .map(
               ([column, qualifier]) =>
                 `CAST(coalesce(sum(element.stats.sum) FILTER (element.qualifier = '${qualifier}'), 0) AS BIGINT) AS ${column}`,
             )
             .join(', ')}
    FROM (${METRICS}) WHERE element.metric = 'tAgentRoutingStatus'
    GROUP BY ALL
  ), holders AS (
    -- The lower unit id owns what two units hold.
    SELECT sums.user_id, interval_start, min(adherence_day.management_unit_id) AS management_unit_id
    FROM (SELECT DISTINCT user_id, interval_start FROM sums) AS sums CROSS JOIN asked
    JOIN adherence_day ON ${holdsSql('sums')}
      -- No local day is longer than two: lets the scan skip the other years.
      AND day_start > asked.start_at - INTERVAL 2 DAY AND day_start < asked.end_at + INTERVAL 2 DAY
    GROUP BY ALL
  )
  SELECT sums.landing, asked_day.local_date,
         CASE WHEN asked_day.local_date IS NULL THEN 'outsideWindow'
              WHEN coalesce(holders.management_unit_id, present_agent.management_unit_id) IS NULL THEN 'noUnit'
              WHEN coalesce(holders.management_unit_id, present_agent.management_unit_id) <> asked.management_unit_id
              THEN 'otherUnit' END AS left_because,
         asked.management_unit_id, sums.user_id, sums.interval_start, sums.interval_end,
         ${Object.keys(QUALIFIERS).join(', ')},
         CASE asked.formula ${OCCUPANCY_FORMULAS.map((formula) => `WHEN '${formula}' THEN ${occupancySql(formula)}`).join(' ')} END
           AS occupancy
  FROM sums CROSS JOIN asked
  LEFT JOIN holders ON holders.user_id = sums.user_id AND holders.interval_start = sums.interval_start
  LEFT JOIN present_agent ON present_agent.user_id = sums.user_id
  LEFT JOIN asked_day ON sums.interval_start >= asked_day.day_start AND sums.interval_start < asked_day.day_end`;

const load: DatasetLoad = {
  dataset: 'occupancy',
  sliceArray: 'results',
  docType: `STRUCT("group" STRUCT(userId VARCHAR), data STRUCT(
    "interval" VARCHAR, metrics STRUCT(metric VARCHAR, qualifier VARCHAR, stats STRUCT(sum DOUBLE))[])[])`,
  checks: [
    {
      name: 'every result names its user and has data',
      sql: requiredFieldsSql({
        path: 'results[{}]',
        from: 'SELECT landing, item, position, doc AS element FROM raw',
        positions: [],
        missing: { 'group.userId': 'element."group".userId IS NULL', data: 'element.data IS NULL' },
      }),
    },
    {
      name: 'every bucket has its interval',
      sql: requiredFieldsSql({
        path: 'results[{}].data[{}]',
        from: BUCKETS,
        positions: ['bucket_at'],
        missing: {
          interval: `TRY_CAST(split_part(bucket."interval", '/', 1) AS TIMESTAMPTZ) IS NULL
            OR TRY_CAST(split_part(bucket."interval", '/', 2) AS TIMESTAMPTZ) IS NULL`,
          metrics: 'bucket.metrics IS NULL',
        },
      }),
    },
    {
      name: 'every metric has its name, and routing-status time its qualifier and sum',
      sql: requiredFieldsSql({
        path: 'results[{}].data[{}].metrics[{}]',
        from: METRICS,
        positions: ['bucket_at', 'metric_at'],
        missing: {
          metric: 'element.metric IS NULL',
          qualifier: `element.metric = 'tAgentRoutingStatus' AND element.qualifier IS NULL`,
          'stats.sum': `element.metric = 'tAgentRoutingStatus' AND element.stats.sum IS NULL`,
        },
      }),
    },
  ],
  tables: [
    {
      table: 'occupancy_interval',
      key: ['user_id', 'interval_start'],
      countsAgents: true,
      intervals: true,
      rowsSql: ROWS,
    },
  ],
  reads: ['adherence_day', 'present_agent', 'coverage'],
  // The adherence of a day names its users: where it is known and nobody is present either, there is nothing that could be missing.
  nobodyToAskSql: `
    SELECT coverage.local_date FROM coverage JOIN asked USING (management_unit_id) JOIN asked_day USING (local_date)
    WHERE coverage.dataset = 'adherence' AND coverage.state IN ('loaded', 'empty', 'provisional')`,
};

/**
 * Time by routing status in intervals of 30 (or 15) minutes, and occupancy computed from it.
 *
 * Genesys has no history of occupancy: source is `POST /api/v2/analytics/users/aggregates/query` with `tAgentRoutingStatus`. Entries of
 * one interval and status are added. A status that is absent is no time; an interval that is absent is no row. An interval
 * belongs to the unit whose adherence holds the user at its start, else to the unit the user is in at present.
 */
export const occupancy: Dataset = { name: 'occupancy', load, readEnvelope };
