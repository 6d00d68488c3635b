import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { DATASETS } from '../src/datasets/datasets.js';
import { duckdbFile } from '../src/warehouse/duckdb/duckdbFile.js';
import { inTransaction } from '../src/warehouse/duckdb/rows.js';
import type { ResultDocuments } from './resultDocuments.js';
import { type Timed, timed } from './timed.js';

/** One timed load into a new warehouse file. */
export interface TimedLoad extends Timed {
  readonly path: string;
}

/**
 * Times the least that DuckDB alone needs for the same rows: one `read_json` over the documents, unnested into the three tables.
 *
 * No hash, no checks, no decision about days, no coverage, no seal; a document has to fit into memory whole. Same schema, same
 * transaction, same settings, but for the memory that whole documents take.
 */
export async function loadByReadJson(results: ResultDocuments, directory: string): Promise<TimedLoad> {
  const path = join(directory, 'read-json.duckdb');
  const file = duckdbFile({ path, memory: '4GB', idleReleaseMs: 3000, tempDirectory: join(directory, 'duckdb-temp') });
  try {
    await file.write(() => Promise.resolve());
    // The whole limit: it is what ours is compared with.
    const took = await timed(() =>
      file.load(Number.POSITIVE_INFINITY, (connection) => inTransaction(connection, () => load(connection, results))),
    );
    return { path, ...took };
  } finally {
    await file.release();
  }
}

const METRICS = [
  'adherenceScheduleSeconds',
  'conformanceScheduleSeconds',
  'conformanceActualSeconds',
  'exceptionCount',
  'exceptionDurationSeconds',
  'impactSeconds',
  'scheduleLengthSeconds',
  'actualLengthSeconds',
];

async function load(connection: DuckDBConnection, { window, documents }: ResultDocuments): Promise<void> {
  const largest = Math.max(...documents.map(({ bytes }) => bytes));
  await connection.run(
    `CREATE TEMP TABLE result AS
     SELECT filename, "managementUnitId", "startDate" AS base, "lookupIdToSecondaryPresenceId" AS presences,
            unnest("userResults") AS doc
     FROM read_json([${documents.map(({ path }) => `'${path}'`).join(', ')}], format = 'unstructured', filename = true,
       maximum_object_size = ${largest + 1}, columns = {"managementUnitId": 'VARCHAR', "startDate": 'TIMESTAMPTZ',
       "lookupIdToSecondaryPresenceId": 'MAP(VARCHAR, VARCHAR)', "userResults": '${DATASETS.adherence.load.docType}[]'})`,
  );
  const hashes = documents.map(({ path, sha256 }) => `WHEN '${path}' THEN '${sha256}'`).join(' ');
  const provenance = `'measured' AS window_id, CASE filename ${hashes} END AS landing_sha256, now() AS loaded_at`;
  const localDate = `CAST(moment AT TIME ZONE '${window.timeZone}' AS DATE)`;
  const elements = (list: string, offset: string): string =>
    `SELECT *, base + to_seconds(element.${offset}) AS moment FROM (SELECT filename, "managementUnitId" AS management_unit_id, base, presences,
       doc.userId AS user_id, unnest(doc.${list}) AS element FROM result)`;
  await connection.run(
    `INSERT INTO adherence_day
     SELECT management_unit_id, user_id, ${localDate}, '${window.businessUnitId}', '${window.timeZone}', moment,
            CAST(epoch((${localDate} + 1)::TIMESTAMP AT TIME ZONE '${window.timeZone}') - epoch(moment) AS BIGINT),
            element.adherencePercentage, element.conformancePercentage,
            ${METRICS.map((metric) => `element.${metric}`).join(', ')}, ${provenance}
     FROM (${elements('dayMetrics', 'dayStartOffsetSeconds')})`,
  );
  await connection.run(
    `INSERT INTO adherence_exception
     SELECT management_unit_id, user_id, moment, base + to_seconds(element.endOffsetSeconds), ${localDate},
            element.scheduledActivityCodeId, element.scheduledActivityCategory, element.actualActivityCodeId,
            element.actualActivityCategory, element.systemPresence, element.routingStatus,
            presences[element.secondaryPresenceLookupId], element.impact, ${provenance}
     FROM (${elements('exceptionInfo', 'startOffsetSeconds')})`,
  );
  await connection.run(
    `INSERT INTO adherence_actual
     SELECT management_unit_id, user_id, moment, base + to_seconds(element.endOffsetSeconds), ${localDate},
            element.actualActivityCategory, presences[element.actualSecondaryPresenceLookupId], ${provenance}
     FROM (${elements('actuals', 'startOffsetSeconds')})`,
  );
}
