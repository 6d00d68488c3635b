import type { DuckDBConnection } from '@duckdb/node-api';
import type { Structure } from '../warehouse.js';

/**
 * Writes what was read of the organisation's structure over the dimension tables. To be called in a transaction.
 *
 * Nothing is deleted: units that disappeared and agents who left stay, because their history does. An agent who is in two units at
 * once counts for the lower unit id. A reading older than what the tables have does not move agents back.
 */
export async function loadStructure(connection: DuckDBConnection, structure: Structure): Promise<void> {
  const { businessUnits, managementUnits, agents, activityCodes, readAt } = structure;
  await connection.run(
    `INSERT INTO business_unit SELECT id, any_value(name) FROM (${of(`{"id":"VARCHAR","name":"VARCHAR"}`)}) GROUP BY id
     ON CONFLICT (id) DO UPDATE SET name = excluded.name`,
    [JSON.stringify(businessUnits)],
  );
  await connection.run(
    `INSERT INTO management_unit SELECT DISTINCT ON (id) id, name, "businessUnitId", "timeZone", "startDayOfWeek"
     FROM (${of(`{"id":"VARCHAR","name":"VARCHAR","businessUnitId":"VARCHAR","timeZone":"VARCHAR","startDayOfWeek":"VARCHAR"}`)})
     ON CONFLICT (id) DO UPDATE SET name = excluded.name, business_unit_id = excluded.business_unit_id,
       time_zone = excluded.time_zone, start_day_of_week = excluded.start_day_of_week`,
    [JSON.stringify(managementUnits)],
  );
  await connection.run(
    `INSERT INTO activity_code SELECT DISTINCT ON ("businessUnitId", id) "businessUnitId", id, name, category
     FROM (${of(`{"businessUnitId":"VARCHAR","id":"VARCHAR","name":"VARCHAR","category":"VARCHAR"}`)})
     ON CONFLICT (business_unit_id, id) DO UPDATE SET name = excluded.name, category = excluded.category`,
    [JSON.stringify(activityCodes)],
  );
  await connection.run(
    `INSERT INTO agent SELECT "userId", min_by(name, "managementUnitId"), min("managementUnitId"), ?::TIMESTAMPTZ, ?::TIMESTAMPTZ
     FROM (${of(`{"userId":"VARCHAR","name":"VARCHAR","managementUnitId":"VARCHAR"}`)}) GROUP BY "userId"
     ON CONFLICT (user_id) DO UPDATE SET
       name = CASE WHEN excluded.last_seen >= last_seen THEN coalesce(excluded.name, name) ELSE name END,
       management_unit_id = CASE WHEN excluded.last_seen >= last_seen THEN excluded.management_unit_id ELSE management_unit_id END,
       first_seen = least(first_seen, excluded.first_seen), last_seen = greatest(last_seen, excluded.last_seen)`,
    [readAt, readAt, JSON.stringify(agents)],
  );
  await connection.run(
    `INSERT INTO structure_reading SELECT DISTINCT "managementUnitId", ?::TIMESTAMPTZ
     FROM (${of(`{"managementUnitId":"VARCHAR"}`)})
     ON CONFLICT (management_unit_id) DO UPDATE SET read_at = greatest(read_at, excluded.read_at)`,
    [readAt, JSON.stringify(agents)],
  );
}

function of(shape: string): string {
  return `SELECT unnest(from_json(CAST(? AS JSON), '[${shape}]'), recursive := true)`;
}
