import type { PostgresConfig } from '../../config/storageConfig.js';
import { PostgresDatabase } from '../postgres/postgresDatabase.js';
import type { Session } from '../postgres/session.js';
import type { LiveSql } from './liveSql.js';
import type { LiveStore } from './liveStore.js';
import { liveTransactions } from './liveTransactions.js';

const FLUSH_EVERY_MS = 250;
/** One that writes, and one that is asked meanwhile. */
const CONNECTIONS = 2;

/**
 * The live rows in the warehouse's schema of a Postgres database, by connections of their own: loads neither hold them up nor are held
 * up by them.
 */
export function openPostgresLiveStore(config: PostgresConfig): LiveStore {
  const database = new PostgresDatabase(config, { connections: CONNECTIONS });
  return {
    location: database.location,
    flushEveryMs: FLUSH_EVERY_MS,
    migrate: () => database.migrate(),
    ...liveTransactions({
      write: (use) => database.writeBriefly((session) => use(sqlOf(session))),
      read: (use) => database.read((session) => use(sqlOf(session))),
    }),
    release: () => database.release(),
  };
}

function sqlOf(session: Session): LiveSql {
  return {
    rows: (sql, values) => session.rows(sql, values),
    recordset: (columns) => {
      const shape = Object.entries(columns).map(([name, type]) => `"${name}" ${type}`);
      return `json_to_recordset($1::json) AS given (${shape.join(', ')})`;
    },
    forUpdate: 'FOR UPDATE',
  };
}
