import { DEFAULT_OCCUPANCY_FORMULA, occupancySql } from '../../domain/occupancyFormula.js';

/**
 * The live feed's tables, for both databases. Instants that events have (`…_since`, `event_at`, a gap's bounds) are by Genesys's clock;
 * `written_at` and `seen_at` are by the database's.
 *
 * @param id type of ids: Postgres compares them by bytes only where it is told to.
 */
export function liveTables(id: string): string[] {
  const written = `source ${id} NOT NULL, take_over BIGINT NOT NULL, written_at TIMESTAMPTZ NOT NULL`;
  return [
    `CREATE TABLE adherence_live (user_id ${id} PRIMARY KEY, management_unit_id ${id}, adherence_state ${id},
       adherence_since TIMESTAMPTZ, impact ${id}, scheduled_activity_category ${id}, actual_activity_category ${id},
       system_presence ${id}, secondary_presence_id ${id}, routing_status ${id}, presence_since TIMESTAMPTZ,
       out_of_office BOOLEAN, removed BOOLEAN NOT NULL, event_at TIMESTAMPTZ NOT NULL, ${written})`,
    `CREATE TABLE occupancy_live (user_id ${id} PRIMARY KEY, routing_status ${id} NOT NULL, status_since TIMESTAMPTZ NOT NULL,
       interval_start TIMESTAMPTZ NOT NULL, known_from TIMESTAMPTZ NOT NULL, interacting_ms BIGINT NOT NULL,
       communicating_ms BIGINT NOT NULL, idle_ms BIGINT NOT NULL, not_responding_ms BIGINT NOT NULL,
       off_queue_ms BIGINT NOT NULL, approximate BOOLEAN NOT NULL, ${written})`,
    `CREATE TABLE live_gap (take_over BIGINT NOT NULL, gap BIGINT NOT NULL, cause ${id} NOT NULL, from_at TIMESTAMPTZ,
       to_at TIMESTAMPTZ, recovered_at TIMESTAMPTZ, business_units BIGINT NOT NULL, trunks BIGINT NOT NULL,
       management_units BIGINT NOT NULL, users BIGINT NOT NULL, answers_read BIGINT, rows_changed BIGINT, problem ${id},
       PRIMARY KEY (take_over, gap))`,
    `CREATE TABLE live_feed (one BOOLEAN PRIMARY KEY CHECK (one), organisation_id ${id} NOT NULL, take_over BIGINT NOT NULL,
       taken_over_at TIMESTAMPTZ NOT NULL, connected BOOLEAN NOT NULL, connected_since TIMESTAMPTZ, whole BOOLEAN NOT NULL,
       last_message_at TIMESTAMPTZ, problem ${id}, occupancy_off ${id}, watch ${id}, watch_read_at TIMESTAMPTZ, seen_at TIMESTAMPTZ NOT NULL)`,
    occupancyNow(),
  ];
}

/**
 * Occupancy of the half hour of now: the sums where they are of it, and the status that lasts. Near real time, and not Genesys's own
 * figure: `docs/live.md`.
 */
function occupancyNow(): string {
  const halfHour = 'to_timestamp(floor(extract(epoch FROM now()) / 1800) * 1800)';
  const lasts = (status: string): string =>
    `CASE WHEN routing_status = '${status}'
       THEN greatest(0, extract(epoch FROM now()) - extract(epoch FROM greatest(status_since, interval_now))) * 1000 ELSE 0 END`;
  const sum = (column: string, status: string): string =>
    `CASE WHEN interval_start = interval_now THEN ${column} ELSE 0 END + CAST(${lasts(status)} AS BIGINT) AS ${column}`;
  return `CREATE VIEW occupancy_now AS
    SELECT user_id, routing_status, status_since, interval_now AS interval_start, interacting_ms, communicating_ms, idle_ms,
           not_responding_ms, off_queue_ms, ${occupancySql(DEFAULT_OCCUPANCY_FORMULA)} AS occupancy, approximate
    FROM (SELECT user_id, routing_status, status_since, interval_now, ${sum('interacting_ms', 'INTERACTING')},
                 ${sum('communicating_ms', 'COMMUNICATING')}, ${sum('idle_ms', 'IDLE')},
                 ${sum('not_responding_ms', 'NOT_RESPONDING')}, ${sum('off_queue_ms', 'OFF_QUEUE')},
                 (interval_start = interval_now AND approximate) OR known_from > interval_now AS approximate
          FROM (SELECT *, ${halfHour} AS interval_now FROM occupancy_live) AS known) AS summed`;
}
