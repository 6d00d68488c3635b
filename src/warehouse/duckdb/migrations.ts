import { DEFAULT_OCCUPANCY_FORMULA } from '../../domain/occupancyFormula.js';
import { SUPERSEDED_TABLES } from '../heldRows.js';
import { occupancyDayView } from '../occupancyDayView.js';

/** One step of the schema: its statements run in one transaction, once. A step that was released is never changed. */
export interface Migration {
  readonly version: number;
  readonly statements: readonly string[];
}

const PROVENANCE = 'window_id TEXT NOT NULL, landing_sha256 TEXT NOT NULL, loaded_at TIMESTAMPTZ NOT NULL';

/**
 * No PRIMARY KEY on fact tables: it makes loading slower and reloading several times slower, and the loads assert keys themselves.
 * Dimension tables and the ledgers are small, and have one.
 */
export const MIGRATIONS: readonly Migration[] = [
  {
    version: 1,
    statements: [
      `CREATE TABLE business_unit (id TEXT PRIMARY KEY, name TEXT NOT NULL)`,
      `CREATE TABLE management_unit (id TEXT PRIMARY KEY, name TEXT NOT NULL, business_unit_id TEXT NOT NULL,
         time_zone TEXT NOT NULL, start_day_of_week TEXT)`,
      `CREATE TABLE agent (user_id TEXT PRIMARY KEY, name TEXT, management_unit_id TEXT NOT NULL,
         first_seen TIMESTAMPTZ NOT NULL, last_seen TIMESTAMPTZ NOT NULL)`,
      `CREATE TABLE activity_code (business_unit_id TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, category TEXT,
         PRIMARY KEY (business_unit_id, id))`,
      // When each unit's users were read last: an agent who was not among them has left the unit.
      `CREATE TABLE structure_reading (management_unit_id TEXT PRIMARY KEY, read_at TIMESTAMPTZ NOT NULL)`,
      `CREATE VIEW present_agent AS SELECT user_id, management_unit_id, name FROM agent
         JOIN structure_reading USING (management_unit_id) WHERE last_seen >= read_at`,

      `CREATE TABLE adherence_day (management_unit_id TEXT NOT NULL, user_id TEXT NOT NULL, local_date DATE NOT NULL,
         business_unit_id TEXT NOT NULL, time_zone TEXT NOT NULL, day_start TIMESTAMPTZ NOT NULL,
         day_length_seconds BIGINT NOT NULL, adherence_percentage DOUBLE, conformance_percentage DOUBLE,
         adherence_schedule_seconds BIGINT NOT NULL, conformance_schedule_seconds BIGINT NOT NULL,
         conformance_actual_seconds BIGINT NOT NULL, exception_count BIGINT NOT NULL,
         exception_duration_seconds BIGINT NOT NULL, impact_seconds BIGINT NOT NULL,
         schedule_length_seconds BIGINT NOT NULL, actual_length_seconds BIGINT NOT NULL, ${PROVENANCE})`,
      `CREATE TABLE adherence_exception (management_unit_id TEXT NOT NULL, user_id TEXT NOT NULL,
         start_at TIMESTAMPTZ NOT NULL, end_at TIMESTAMPTZ NOT NULL, local_date DATE NOT NULL,
         scheduled_activity_code_id TEXT, scheduled_activity_category TEXT, actual_activity_code_id TEXT,
         actual_activity_category TEXT, system_presence TEXT, routing_status TEXT, secondary_presence_id TEXT,
         impact TEXT, ${PROVENANCE})`,
      `CREATE TABLE adherence_actual (management_unit_id TEXT NOT NULL, user_id TEXT NOT NULL,
         start_at TIMESTAMPTZ NOT NULL, end_at TIMESTAMPTZ NOT NULL, local_date DATE NOT NULL,
         actual_activity_category TEXT, secondary_presence_id TEXT, ${PROVENANCE})`,
      `CREATE TABLE occupancy_interval (user_id TEXT NOT NULL, interval_start TIMESTAMPTZ NOT NULL,
         interval_end TIMESTAMPTZ NOT NULL, management_unit_id TEXT NOT NULL, local_date DATE NOT NULL,
         interacting_ms BIGINT NOT NULL, communicating_ms BIGINT NOT NULL, idle_ms BIGINT NOT NULL,
         not_responding_ms BIGINT NOT NULL, off_queue_ms BIGINT NOT NULL, occupancy DOUBLE, ${PROVENANCE})`,

      `CREATE TABLE coverage (dataset TEXT NOT NULL, management_unit_id TEXT NOT NULL, local_date DATE NOT NULL,
         state TEXT NOT NULL, window_id TEXT NOT NULL, seal TEXT, "rows" BIGINT NOT NULL, requested_at TIMESTAMPTZ,
         reason TEXT, PRIMARY KEY (dataset, management_unit_id, local_date))`,

      `CREATE TABLE custody_seal (path TEXT PRIMARY KEY, window_id TEXT, number BIGINT, sha256 TEXT NOT NULL, content TEXT,
         chain_seq BIGINT)`,
      `CREATE TABLE custody_head (one BOOLEAN PRIMARY KEY CHECK (one), seq BIGINT NOT NULL, sha256 TEXT NOT NULL)`,
      `CREATE TABLE export_outcome (export_id TEXT NOT NULL, run_id TEXT NOT NULL, window_id TEXT NOT NULL, seal TEXT,
         gaps TEXT NOT NULL, PRIMARY KEY (export_id, run_id, window_id))`,
      `CREATE TABLE warehouse_setting (name TEXT PRIMARY KEY, value TEXT NOT NULL)`,
      `INSERT INTO warehouse_setting VALUES ('occupancy_formula', '${DEFAULT_OCCUPANCY_FORMULA}')`,
      occupancyDayView(DEFAULT_OCCUPANCY_FORMULA),
    ],
  },
  {
    version: 2,
    statements: [
      `CREATE TABLE schedule_shift (schedule_id TEXT NOT NULL, schedule_version BIGINT NOT NULL, shift_id TEXT NOT NULL,
         business_unit_id TEXT NOT NULL, management_unit_id TEXT NOT NULL, user_id TEXT NOT NULL,
         local_date DATE NOT NULL, start_at TIMESTAMPTZ NOT NULL, end_at TIMESTAMPTZ NOT NULL, ${PROVENANCE})`,
      // Unit and date are its shift's, by which rows are replaced and counted.
      `CREATE TABLE schedule_activity (schedule_id TEXT NOT NULL, schedule_version BIGINT NOT NULL, shift_id TEXT NOT NULL,
         management_unit_id TEXT NOT NULL, local_date DATE NOT NULL, start_at TIMESTAMPTZ NOT NULL,
         end_at TIMESTAMPTZ NOT NULL, activity_code_id TEXT NOT NULL, paid BOOLEAN, ${PROVENANCE})`,
    ],
  },
  {
    version: 3,
    statements: [
      `CREATE TABLE legal_hold (hold_id TEXT PRIMARY KEY, dataset TEXT, management_unit_id TEXT, from_date DATE NOT NULL,
         to_date DATE NOT NULL)`,
      ...SUPERSEDED_TABLES.map(
        ({ table, superseded }) =>
          `CREATE TABLE ${superseded} AS SELECT *, CAST(NULL AS TIMESTAMPTZ) AS superseded_at, CAST(NULL AS TEXT) AS superseded_by
           FROM ${table} LIMIT 0`,
      ),
    ],
  },
];
