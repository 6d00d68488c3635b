import type { DatasetName } from '../domain/exportWindow.js';

/** Types of published columns, by DuckDB's names. Spark and pyarrow read all of them: nothing unsigned, no nanoseconds. */
export type PublishedType = 'VARCHAR' | 'BIGINT' | 'DOUBLE' | 'BOOLEAN' | 'DATE' | 'TIMESTAMPTZ';

/** A table of the warehouse as it is given to others. */
export interface PublishedTable {
  readonly table: string;
  /** Dataset whose coverage tells that rows of a month changed; null for tables that are small enough to be written each time. */
  readonly dataset: DatasetName | null;
  /** Whether rows are kept apart by the month of `local_date`. */
  readonly monthly: boolean;
  /** In the order of the file. Columns that are not here, an administrator's own for instance, stay in the warehouse. */
  readonly columns: readonly (readonly [name: string, type: PublishedType])[];
  /** A total order of the rows: unit and day first, by which readers filter, then the rest of the key. */
  readonly sortedBy: readonly string[];
}

type Columns = PublishedTable['columns'];

const PROVENANCE: Columns = [
  ['window_id', 'VARCHAR'],
  ['landing_sha256', 'VARCHAR'],
  ['loaded_at', 'TIMESTAMPTZ'],
];

const FACTS: readonly PublishedTable[] = [
  {
    table: 'adherence_day',
    dataset: 'adherence',
    monthly: true,
    sortedBy: ['management_unit_id', 'local_date', 'user_id'],
    columns: [
      ...of('VARCHAR', 'management_unit_id', 'user_id'),
      ['local_date', 'DATE'],
      ...of('VARCHAR', 'business_unit_id', 'time_zone'),
      ['day_start', 'TIMESTAMPTZ'],
      ['day_length_seconds', 'BIGINT'],
      ...of('DOUBLE', 'adherence_percentage', 'conformance_percentage'),
      ...of('BIGINT', 'adherence_schedule_seconds', 'conformance_schedule_seconds', 'conformance_actual_seconds'),
      ...of('BIGINT', 'exception_count', 'exception_duration_seconds', 'impact_seconds'),
      ...of('BIGINT', 'schedule_length_seconds', 'actual_length_seconds'),
      ...PROVENANCE,
    ],
  },
  {
    table: 'adherence_exception',
    dataset: 'adherence',
    monthly: true,
    sortedBy: ['management_unit_id', 'local_date', 'user_id', 'start_at', 'end_at'],
    columns: [
      ...of('VARCHAR', 'management_unit_id', 'user_id'),
      ...of('TIMESTAMPTZ', 'start_at', 'end_at'),
      ['local_date', 'DATE'],
      ...of('VARCHAR', 'scheduled_activity_code_id', 'scheduled_activity_category', 'actual_activity_code_id'),
      ...of('VARCHAR', 'actual_activity_category', 'system_presence', 'routing_status', 'secondary_presence_id'),
      ['impact', 'VARCHAR'],
      ...PROVENANCE,
    ],
  },
  {
    table: 'adherence_actual',
    dataset: 'adherence',
    monthly: true,
    sortedBy: ['management_unit_id', 'local_date', 'user_id', 'start_at', 'end_at'],
    columns: [
      ...of('VARCHAR', 'management_unit_id', 'user_id'),
      ...of('TIMESTAMPTZ', 'start_at', 'end_at'),
      ['local_date', 'DATE'],
      ...of('VARCHAR', 'actual_activity_category', 'secondary_presence_id'),
      ...PROVENANCE,
    ],
  },
  {
    table: 'occupancy_interval',
    dataset: 'occupancy',
    monthly: true,
    sortedBy: ['management_unit_id', 'local_date', 'user_id', 'interval_start'],
    columns: [
      ['user_id', 'VARCHAR'],
      ...of('TIMESTAMPTZ', 'interval_start', 'interval_end'),
      ['management_unit_id', 'VARCHAR'],
      ['local_date', 'DATE'],
      ...of('BIGINT', 'interacting_ms', 'communicating_ms', 'idle_ms', 'not_responding_ms', 'off_queue_ms'),
      ['occupancy', 'DOUBLE'],
      ...PROVENANCE,
    ],
  },
  {
    table: 'schedule_shift',
    dataset: 'schedules',
    monthly: true,
    sortedBy: ['management_unit_id', 'local_date', 'schedule_id', 'schedule_version', 'shift_id'],
    columns: [
      ['schedule_id', 'VARCHAR'],
      ['schedule_version', 'BIGINT'],
      ...of('VARCHAR', 'shift_id', 'business_unit_id', 'management_unit_id', 'user_id'),
      ['local_date', 'DATE'],
      ...of('TIMESTAMPTZ', 'start_at', 'end_at'),
      ...PROVENANCE,
    ],
  },
  {
    table: 'schedule_activity',
    dataset: 'schedules',
    monthly: true,
    sortedBy: [
      'management_unit_id',
      'local_date',
      'schedule_id',
      'schedule_version',
      'shift_id',
      'start_at',
      'end_at',
      'activity_code_id',
    ],
    columns: [
      ['schedule_id', 'VARCHAR'],
      ['schedule_version', 'BIGINT'],
      ...of('VARCHAR', 'shift_id', 'management_unit_id'),
      ['local_date', 'DATE'],
      ...of('TIMESTAMPTZ', 'start_at', 'end_at'),
      ['activity_code_id', 'VARCHAR'],
      ['paid', 'BOOLEAN'],
      ...PROVENANCE,
    ],
  },
  {
    table: 'coverage',
    dataset: null,
    monthly: true,
    sortedBy: ['dataset', 'management_unit_id', 'local_date'],
    columns: [
      ...of('VARCHAR', 'dataset', 'management_unit_id'),
      ['local_date', 'DATE'],
      ...of('VARCHAR', 'state', 'window_id', 'seal'),
      ['rows', 'BIGINT'],
      ['requested_at', 'TIMESTAMPTZ'],
      ['reason', 'VARCHAR'],
    ],
  },
];

/** Column of `agent` that is personal data, left out unless asked for. */
const PERSONAL = 'name';

/**
 * Every table that is published, in the order in which they are. Rows that were superseded under a legal hold are not.
 *
 * @param names whether agents' names are among the columns.
 */
export function publishedTables({ names }: { readonly names: boolean }): readonly PublishedTable[] {
  const agent: Columns = [
    ...of('VARCHAR', 'user_id', PERSONAL, 'management_unit_id'),
    ...of('TIMESTAMPTZ', 'first_seen', 'last_seen'),
  ];
  return [
    ...FACTS,
    dimension('business_unit', of('VARCHAR', 'id', 'name'), ['id']),
    dimension('management_unit', of('VARCHAR', 'id', 'name', 'business_unit_id', 'time_zone', 'start_day_of_week'), [
      'id',
    ]),
    dimension('agent', names ? agent : agent.filter(([column]) => column !== PERSONAL), ['user_id']),
    dimension('activity_code', of('VARCHAR', 'business_unit_id', 'id', 'name', 'category'), ['business_unit_id', 'id']),
  ];
}

function dimension(table: string, columns: Columns, sortedBy: readonly string[]): PublishedTable {
  return { table, dataset: null, monthly: false, columns, sortedBy };
}

function of(type: PublishedType, ...names: readonly string[]): Columns {
  return names.map((name) => [name, type] as const);
}
