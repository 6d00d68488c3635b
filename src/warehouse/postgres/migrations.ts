import { DEFAULT_OCCUPANCY_FORMULA } from '../../domain/occupancyFormula.js';
import { SUPERSEDED_TABLES } from '../heldRows.js';
import { liveTables } from '../live/liveTables.js';
import { occupancyDayView } from '../occupancyDayView.js';

/** One step of the schema, run once. A step that was released is never changed. */
export interface Migration {
  readonly version: number;
  readonly statements: readonly string[];
}

/** Ids compare by bytes: as DuckDB does, in one order in every database, and several times faster than by a language's rules. */
const ID = 'TEXT COLLATE "C"';
const PROVENANCE = `window_id ${ID} NOT NULL, landing_sha256 ${ID} NOT NULL, loaded_at TIMESTAMPTZ NOT NULL`;
/** By month; partitions are made by the loads that need them, and there is no default one: decision 0033. */
const BY_MONTH = 'PARTITION BY RANGE (local_date)';

/**
 * The same tables and columns as DuckDB's, with real keys. A key on a partitioned table must have the date too; where ours does not, the
 * loads assert the rest.
 */
export const MIGRATIONS: readonly Migration[] = [
  {
    version: 1,
    statements: [
      `CREATE TABLE business_unit (id ${ID} PRIMARY KEY, name TEXT NOT NULL)`,
      `CREATE TABLE management_unit (id ${ID} PRIMARY KEY, name TEXT NOT NULL, business_unit_id ${ID} NOT NULL,
         time_zone TEXT NOT NULL, start_day_of_week TEXT)`,
      `CREATE TABLE agent (user_id ${ID} PRIMARY KEY, name TEXT, management_unit_id ${ID} NOT NULL,
         first_seen TIMESTAMPTZ NOT NULL, last_seen TIMESTAMPTZ NOT NULL)`,
      `CREATE TABLE activity_code (business_unit_id ${ID} NOT NULL, id ${ID} NOT NULL, name TEXT NOT NULL, category TEXT,
         PRIMARY KEY (business_unit_id, id))`,
      // When each unit's users were read last: an agent who was not among them has left the unit.
      `CREATE TABLE structure_reading (management_unit_id ${ID} PRIMARY KEY, read_at TIMESTAMPTZ NOT NULL)`,
      `CREATE VIEW present_agent AS SELECT user_id, management_unit_id, name FROM agent
         JOIN structure_reading USING (management_unit_id) WHERE last_seen >= read_at`,

      `CREATE TABLE adherence_day (management_unit_id ${ID} NOT NULL, user_id ${ID} NOT NULL, local_date DATE NOT NULL,
         business_unit_id ${ID} NOT NULL, time_zone TEXT NOT NULL, day_start TIMESTAMPTZ NOT NULL,
         day_length_seconds BIGINT NOT NULL, adherence_percentage FLOAT8, conformance_percentage FLOAT8,
         adherence_schedule_seconds BIGINT NOT NULL, conformance_schedule_seconds BIGINT NOT NULL,
         conformance_actual_seconds BIGINT NOT NULL, exception_count BIGINT NOT NULL,
         exception_duration_seconds BIGINT NOT NULL, impact_seconds BIGINT NOT NULL,
         schedule_length_seconds BIGINT NOT NULL, actual_length_seconds BIGINT NOT NULL, ${PROVENANCE},
         PRIMARY KEY (management_unit_id, local_date, user_id)) ${BY_MONTH}`,
      `CREATE TABLE adherence_exception (management_unit_id ${ID} NOT NULL, user_id ${ID} NOT NULL,
         start_at TIMESTAMPTZ NOT NULL, end_at TIMESTAMPTZ NOT NULL, local_date DATE NOT NULL,
         scheduled_activity_code_id ${ID}, scheduled_activity_category TEXT, actual_activity_code_id ${ID},
         actual_activity_category TEXT, system_presence TEXT, routing_status TEXT, secondary_presence_id ${ID},
         impact TEXT, ${PROVENANCE},
         PRIMARY KEY (management_unit_id, local_date, user_id, start_at, end_at)) ${BY_MONTH}`,
      `CREATE TABLE adherence_actual (management_unit_id ${ID} NOT NULL, user_id ${ID} NOT NULL,
         start_at TIMESTAMPTZ NOT NULL, end_at TIMESTAMPTZ NOT NULL, local_date DATE NOT NULL,
         actual_activity_category TEXT, secondary_presence_id ${ID}, ${PROVENANCE},
         PRIMARY KEY (management_unit_id, local_date, user_id, start_at, end_at)) ${BY_MONTH}`,
      `CREATE TABLE occupancy_interval (user_id ${ID} NOT NULL, interval_start TIMESTAMPTZ NOT NULL,
         interval_end TIMESTAMPTZ NOT NULL, management_unit_id ${ID} NOT NULL, local_date DATE NOT NULL,
         interacting_ms BIGINT NOT NULL, communicating_ms BIGINT NOT NULL, idle_ms BIGINT NOT NULL,
         not_responding_ms BIGINT NOT NULL, off_queue_ms BIGINT NOT NULL, occupancy FLOAT8, ${PROVENANCE},
         PRIMARY KEY (user_id, interval_start, local_date)) ${BY_MONTH}`,
      `CREATE INDEX occupancy_interval_unit_day ON occupancy_interval (management_unit_id, local_date)`,
      `CREATE TABLE schedule_shift (schedule_id ${ID} NOT NULL, schedule_version BIGINT NOT NULL, shift_id ${ID} NOT NULL,
         business_unit_id ${ID} NOT NULL, management_unit_id ${ID} NOT NULL, user_id ${ID} NOT NULL,
         local_date DATE NOT NULL, start_at TIMESTAMPTZ NOT NULL, end_at TIMESTAMPTZ NOT NULL, ${PROVENANCE},
         PRIMARY KEY (schedule_id, schedule_version, shift_id, local_date)) ${BY_MONTH}`,
      `CREATE INDEX schedule_shift_unit_day ON schedule_shift (management_unit_id, local_date)`,
      // Unit and date are its shift's, by which rows are replaced and counted.
      `CREATE TABLE schedule_activity (schedule_id ${ID} NOT NULL, schedule_version BIGINT NOT NULL, shift_id ${ID} NOT NULL,
         management_unit_id ${ID} NOT NULL, local_date DATE NOT NULL, start_at TIMESTAMPTZ NOT NULL,
         end_at TIMESTAMPTZ NOT NULL, activity_code_id ${ID} NOT NULL, paid BOOLEAN, ${PROVENANCE},
         PRIMARY KEY (schedule_id, schedule_version, shift_id, start_at, end_at, activity_code_id, local_date)) ${BY_MONTH}`,
      `CREATE INDEX schedule_activity_unit_day ON schedule_activity (management_unit_id, local_date)`,

      `CREATE TABLE coverage (dataset ${ID} NOT NULL, management_unit_id ${ID} NOT NULL, local_date DATE NOT NULL,
         state ${ID} NOT NULL, window_id ${ID} NOT NULL, seal ${ID}, "rows" BIGINT NOT NULL, requested_at TIMESTAMPTZ,
         reason ${ID}, PRIMARY KEY (dataset, management_unit_id, local_date))`,

      `CREATE TABLE custody_seal (path ${ID} PRIMARY KEY, window_id ${ID}, number BIGINT, sha256 ${ID} NOT NULL, content TEXT,
         chain_seq BIGINT)`,
      `CREATE INDEX custody_seal_window ON custody_seal (window_id, number)`,
      // The few that wait, among all that ever were.
      `CREATE INDEX custody_seal_open ON custody_seal (path) WHERE content IS NOT NULL OR chain_seq IS NULL`,
      `CREATE TABLE custody_head (one BOOLEAN PRIMARY KEY CHECK (one), seq BIGINT NOT NULL, sha256 ${ID} NOT NULL)`,
      `CREATE TABLE export_outcome (export_id ${ID} NOT NULL, run_id ${ID} NOT NULL, window_id ${ID} NOT NULL, seal ${ID},
         gaps TEXT NOT NULL, PRIMARY KEY (export_id, run_id, window_id))`,
      `CREATE TABLE warehouse_setting (name ${ID} PRIMARY KEY, value TEXT NOT NULL)`,
      `INSERT INTO warehouse_setting VALUES ('occupancy_formula', '${DEFAULT_OCCUPANCY_FORMULA}')`,
      occupancyDayView(DEFAULT_OCCUPANCY_FORMULA),

      `CREATE TABLE legal_hold (hold_id ${ID} PRIMARY KEY, dataset ${ID}, management_unit_id ${ID}, from_date DATE NOT NULL,
         to_date DATE NOT NULL)`,
      ...SUPERSEDED_TABLES.map(
        ({ table, superseded }) =>
          `CREATE TABLE ${superseded} (LIKE ${table}, superseded_at TIMESTAMPTZ NOT NULL, superseded_by ${ID} NOT NULL)`,
      ),
    ],
  },
  { version: 2, statements: liveTables(ID) },
];
