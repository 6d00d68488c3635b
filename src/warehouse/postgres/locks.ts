import type { DatasetLoad } from '../../domain/datasetLoad.js';
import type { WindowLoad } from '../warehouse.js';
import type { Session } from './session.js';

/**
 * Locks of this schema's writers, by name; they end with the transaction.
 *
 * Every writer shares `writers`. Whoever changes what writers go by (the schema, the holds) has it alone, so that no load which read
 * the old state commits afterwards.
 */
export async function writersLock(session: Session, schema: string, mode: 'shared' | 'alone'): Promise<void> {
  const take = mode === 'shared' ? 'pg_advisory_xact_lock_shared' : 'pg_advisory_xact_lock';
  await session.run(`SELECT ${take}(hashtextextended($1, 0))`, [`rosterline/${schema}/writers`]);
}

/** Loads that may touch the same keys run one after another: those of one scope. */
export async function loadLock(session: Session, schema: string, load: WindowLoad): Promise<void> {
  await session.run('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [
    `rosterline/${schema}/${loadScope(load)}`,
  ]);
}

/** The unit's loads of a dataset where all its keys have the unit; else all loads of the dataset, which may take each other's rows. */
export function loadScope({ window, load }: WindowLoad): string {
  return keysHaveUnit(load) ? `load/${window.dataset}/${window.managementUnitId}` : `load/${window.dataset}`;
}

function keysHaveUnit({ tables }: DatasetLoad): boolean {
  return tables.every(({ key }) => key.includes('management_unit_id'));
}
