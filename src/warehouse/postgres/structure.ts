import type { Structure } from '../warehouse.js';
import type { Session } from './session.js';

/**
 * Writes what was read of the organisation's structure over the dimension tables.
 *
 * Nothing is deleted: units that disappeared and agents who left stay, because their history does. An agent who is in two units at
 * once counts for the lower unit id. A reading older than what the tables have does not move agents back.
 */
export async function loadStructure(session: Session, structure: Structure): Promise<void> {
  const { businessUnits, managementUnits, agents, activityCodes, readAt } = structure;
  // One reading at a time: two that write the same agents in different orders would wait for each other.
  await session.run('LOCK TABLE structure_reading IN SHARE ROW EXCLUSIVE MODE');
  await session.run(
    `INSERT INTO business_unit (id, name) SELECT DISTINCT ON (id) id, name FROM ${of('id TEXT, name TEXT')}
     ON CONFLICT (id) DO UPDATE SET name = excluded.name`,
    [JSON.stringify(businessUnits)],
  );
  await session.run(
    `INSERT INTO management_unit (id, name, business_unit_id, time_zone, start_day_of_week)
     SELECT DISTINCT ON (id) id, name, "businessUnitId", "timeZone", "startDayOfWeek"
     FROM ${of('id TEXT, name TEXT, "businessUnitId" TEXT, "timeZone" TEXT, "startDayOfWeek" TEXT')}
     ON CONFLICT (id) DO UPDATE SET name = excluded.name, business_unit_id = excluded.business_unit_id,
       time_zone = excluded.time_zone, start_day_of_week = excluded.start_day_of_week`,
    [JSON.stringify(managementUnits)],
  );
  await session.run(
    `INSERT INTO activity_code (business_unit_id, id, name, category)
     SELECT DISTINCT ON ("businessUnitId", id) "businessUnitId", id, name, category
     FROM ${of('"businessUnitId" TEXT, id TEXT, name TEXT, category TEXT')}
     ON CONFLICT (business_unit_id, id) DO UPDATE SET name = excluded.name, category = excluded.category`,
    [JSON.stringify(activityCodes)],
  );
  await session.run(
    `INSERT INTO agent (user_id, name, management_unit_id, first_seen, last_seen)
     SELECT DISTINCT ON ("userId") "userId", name, "managementUnitId", $2::timestamptz, $2::timestamptz
     FROM ${of('"userId" TEXT, name TEXT, "managementUnitId" TEXT')} ORDER BY "userId", "managementUnitId" COLLATE "C"
     ON CONFLICT (user_id) DO UPDATE SET
       name = CASE WHEN excluded.last_seen >= agent.last_seen THEN coalesce(excluded.name, agent.name) ELSE agent.name END,
       management_unit_id = CASE WHEN excluded.last_seen >= agent.last_seen THEN excluded.management_unit_id
         ELSE agent.management_unit_id END,
       first_seen = least(agent.first_seen, excluded.first_seen), last_seen = greatest(agent.last_seen, excluded.last_seen)`,
    [JSON.stringify(agents), readAt],
  );
  await session.run(
    `INSERT INTO structure_reading (management_unit_id, read_at)
     SELECT DISTINCT "managementUnitId", $2::timestamptz FROM ${of('"managementUnitId" TEXT')}
     ON CONFLICT (management_unit_id) DO UPDATE SET read_at = greatest(structure_reading.read_at, excluded.read_at)`,
    [JSON.stringify(agents), readAt],
  );
}

function of(columns: string): string {
  return `json_to_recordset($1::json) AS given (${columns})`;
}
