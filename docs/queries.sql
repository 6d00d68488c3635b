-- What an analyst asks first. DuckDB: duckdb -readonly .rosterline/warehouse.duckdb < docs/queries.sql
-- Postgres: PGOPTIONS='-c search_path=rosterline -c TimeZone=UTC' psql -f docs/queries.sql (the schema that WAREHOUSE_URL names)
-- Every statement here is run by a test against loaded rows in both, and must answer with some.
-- Sum, then divide: never average percentages. Dates are local to the unit; instants are UTC.

-- Adherence and conformance by unit and month, in percent. NULL where nothing was scheduled.
SELECT management_unit.name AS unit,
       CAST(date_trunc('month', local_date) AS DATE) AS month,
       100 * (1 - sum(exception_duration_seconds) / nullif(sum(adherence_schedule_seconds), 0)) AS adherence,
       100 * sum(conformance_actual_seconds) / nullif(sum(conformance_schedule_seconds), 0) AS conformance,
       count(DISTINCT user_id) AS agents,
       sum(exception_count) AS exceptions
FROM adherence_day
LEFT JOIN management_unit ON management_unit.id = management_unit_id
GROUP BY 1, 2
ORDER BY unit, month;

-- Occupancy by unit and day, by Genesys's formula. The agent's day is in the view occupancy_day.
SELECT management_unit.name AS unit,
       local_date,
       sum(interacting_ms) / nullif(sum(interacting_ms + communicating_ms + idle_ms), 0) AS occupancy,
       sum(interacting_ms + communicating_ms + idle_ms) / 3600000 AS hours_on_queue,
       count(DISTINCT user_id) AS agents
FROM occupancy_day
LEFT JOIN management_unit ON management_unit.id = management_unit_id
GROUP BY 1, 2
ORDER BY unit, local_date;

-- Occupancy by time of day on the unit's own clock: where the day is busiest.
SELECT management_unit.name AS unit,
       left(CAST(CAST(interval_start AT TIME ZONE time_zone AS TIME) AS VARCHAR), 5) AS local_time,
       sum(interacting_ms) / nullif(sum(interacting_ms + communicating_ms + idle_ms), 0) AS occupancy
FROM occupancy_interval
JOIN management_unit ON management_unit.id = management_unit_id
GROUP BY 1, 2
ORDER BY unit, local_time;

-- Agents with the most exceptions, by the activity that was planned. No name: the agent had left before the first reading.
SELECT management_unit.name AS unit,
       coalesce(agent.name, user_id) AS agent,
       coalesce(activity_code.name, scheduled_activity_category, 'nothing planned') AS planned,
       count(*) AS exceptions,
       sum(extract(epoch FROM end_at - start_at)) / 3600 AS hours
FROM adherence_exception
JOIN management_unit ON management_unit.id = adherence_exception.management_unit_id
LEFT JOIN agent USING (user_id)
LEFT JOIN activity_code ON activity_code.business_unit_id = management_unit.business_unit_id
                       AND activity_code.id = scheduled_activity_code_id
GROUP BY 1, 2, 3
ORDER BY exceptions DESC, hours DESC, agent
LIMIT 50;

-- What is there: days by dataset, unit and state.
SELECT dataset, management_unit.name AS unit, state, count(*) AS days, min(local_date) AS first, max(local_date) AS last, sum("rows") AS row_count
FROM coverage
LEFT JOIN management_unit ON management_unit.id = management_unit_id
GROUP BY 1, 2, 3
ORDER BY dataset, unit, state;

-- Holes: days between the first and the last asked for that have no answer, or whose newest answer was held back.
WITH RECURSIVE asked AS (
  SELECT dataset, management_unit_id, min(local_date) AS local_date, max(local_date) AS last_date
  FROM coverage
  GROUP BY dataset, management_unit_id
  UNION ALL
  SELECT dataset, management_unit_id, local_date + 1, last_date FROM asked WHERE local_date < last_date
)
SELECT dataset, management_unit_id, local_date, coalesce(state, 'never asked for') AS state, reason
FROM asked
LEFT JOIN coverage USING (dataset, management_unit_id, local_date)
WHERE state IS NULL OR state IN ('pending', 'failed') OR reason IN ('Shrunk', 'NotCovered')
ORDER BY dataset, management_unit_id, local_date;

-- Days that Genesys may still restate: count them, but do not close the month on them.
SELECT dataset, management_unit.name AS unit, min(local_date) AS first, max(local_date) AS last, count(*) AS days, max(requested_at) AS read_at
FROM coverage
LEFT JOIN management_unit ON management_unit.id = management_unit_id
WHERE state = 'provisional'
GROUP BY 1, 2
ORDER BY dataset, unit;

-- Restatement: windows that were loaded more than once. Each seal in the object store has the rows of its own reading.
SELECT window_id, count(*) AS readings, max(number) AS last_number, (array_agg(path ORDER BY number DESC))[1] AS last_seal
FROM custody_seal
WHERE window_id IS NOT NULL
GROUP BY window_id
HAVING count(*) > 1
ORDER BY readings DESC, window_id;

-- Where a number came from: the row, the file it was read from, the seal that binds it, the entry of the chain.
SELECT adherence_day.user_id, adherence_day.local_date, adherence_percentage,
       'landings/' || landing_sha256 AS landing,
       coverage.seal, custody_seal.sha256 AS seal_sha256,
       'chain/' || lpad(chain_seq::TEXT, 12, '0') || '.json' AS chain_entry,
       adherence_day.loaded_at
FROM adherence_day
JOIN coverage ON coverage.dataset = 'adherence'
             AND coverage.management_unit_id = adherence_day.management_unit_id
             AND coverage.local_date = adherence_day.local_date
LEFT JOIN custody_seal ON custody_seal.path = coverage.seal
ORDER BY adherence_day.local_date DESC, adherence_day.user_id
LIMIT 20;

-- People who left or moved: they have history, and are not among the unit's present users.
SELECT management_unit.name AS unit,
       coalesce(agent.name, adherence_day.user_id) AS agent,
       agent.management_unit_id AS last_seen_in,
       min(local_date) AS first_day,
       max(local_date) AS last_day
FROM adherence_day
LEFT JOIN management_unit ON management_unit.id = adherence_day.management_unit_id
LEFT JOIN agent ON agent.user_id = adherence_day.user_id
WHERE NOT EXISTS (
  SELECT 1 FROM present_agent
  WHERE present_agent.user_id = adherence_day.user_id
    AND present_agent.management_unit_id = adherence_day.management_unit_id
)
GROUP BY 1, 2, 3
ORDER BY unit, last_day DESC, agent;

-- Agents' days whose published adherence is not what the published formula gives, by over 0.1 point.
SELECT management_unit_id, user_id, local_date, adherence_percentage AS published,
       100 * (1 - CAST(exception_duration_seconds AS FLOAT8) / adherence_schedule_seconds) AS by_formula
FROM adherence_day
WHERE adherence_schedule_seconds > 0
  AND abs(adherence_percentage - 100 * (1 - CAST(exception_duration_seconds AS FLOAT8) / adherence_schedule_seconds)) > 0.1
ORDER BY abs(adherence_percentage - 100 * (1 - CAST(exception_duration_seconds AS FLOAT8) / adherence_schedule_seconds)) DESC
LIMIT 50;
