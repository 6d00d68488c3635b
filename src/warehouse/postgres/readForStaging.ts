import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { escapeLiteral } from 'pg';
import type { WarehouseTable } from '../../domain/datasetLoad.js';
import type { WindowLoad } from '../warehouse.js';
import type { Session } from './session.js';

/** What a dataset's SQL may read of the warehouse, by name: columns with DuckDB's types, and which rows a window needs. */
const READ: Readonly<
  Record<WarehouseTable, { columns: Readonly<Record<string, string>>; where: (load: WindowLoad) => string }>
> = {
  adherence_day: {
    columns: {
      management_unit_id: 'VARCHAR',
      user_id: 'VARCHAR',
      local_date: 'DATE',
      day_start: 'TIMESTAMPTZ',
      day_length_seconds: 'BIGINT',
    },
    // Every unit's, and days that begin elsewhere at another hour.
    where: ({ window }) =>
      `local_date >= ${escapeLiteral(window.from)}::date - 3 AND local_date < ${escapeLiteral(window.to)}::date + 3`,
  },
  present_agent: { columns: { user_id: 'VARCHAR', management_unit_id: 'VARCHAR' }, where: () => 'true' },
  coverage: {
    columns: { dataset: 'VARCHAR', management_unit_id: 'VARCHAR', local_date: 'DATE', state: 'VARCHAR' },
    where: ({ window }) =>
      `management_unit_id = ${escapeLiteral(window.managementUnitId)} AND local_date >= ${escapeLiteral(window.from)}::date
         AND local_date < ${escapeLiteral(window.to)}::date`,
  },
};

/** Copies what the dataset's SQL reads of the warehouse into temporary tables of the staging database, under the same names. */
export async function readForStaging(
  session: Session,
  staging: DuckDBConnection,
  load: WindowLoad,
  scratch: string,
): Promise<void> {
  for (const table of load.load.reads ?? []) {
    const { columns, where } = READ[table];
    const names = Object.keys(columns).join(', ');
    const file = join(scratch, `${table}.csv`);
    await session.copyToFile(`COPY (SELECT ${names} FROM ${table} WHERE ${where(load)}) TO STDOUT (FORMAT csv)`, file);
    const types = Object.entries(columns).map(([name, type]) => `'${name}': '${type}'`);
    await staging.run(
      `CREATE TEMP TABLE ${table} AS SELECT * FROM read_csv('${file.replaceAll("'", "''")}', header = false, auto_detect = false,
         delim = ',', quote = '"', escape = '"', columns = {${types.join(', ')}})`,
    );
  }
}
