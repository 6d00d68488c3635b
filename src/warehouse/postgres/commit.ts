import type { PoolClient } from 'pg';
import { Failure } from '../../domain/failure.js';
import type { PostgresConnections } from './postgresConnections.js';
import { lostConnection } from './postgresFailure.js';
import type { Session } from './session.js';

const COMMIT_MS = 120_000;
const LOOK_AGAIN_MS = 250;
const LOOK_FOR_MS = 60_000;

/**
 * Commits a transaction that may have written; where the answer is lost, the server is asked what became of it.
 *
 * @throws Failure `Transient` when it cannot be found out whether the transaction is committed.
 */
export async function commit(client: PoolClient, session: Session, connections: PostgresConnections): Promise<void> {
  const transaction = await session.row<{ id: string | null }>('SELECT pg_current_xact_id_if_assigned()::text AS id');
  try {
    const { command } = await client.query({ text: 'COMMIT', query_timeout: COMMIT_MS } as { text: string });
    if (command !== 'COMMIT')
      throw new Failure('Transient', `the warehouse ${connections.location} rolled back. Nothing was changed`);
  } catch (error) {
    if (!lostConnection(error)) throw error;
    const id = transaction?.id ?? null;
    if (id === null || (await wasCommitted(id, error, connections))) return;
    throw error;
  }
}

/** What became of a transaction whose answer to COMMIT was lost; the server may still be at it. */
async function wasCommitted(id: string, lost: unknown, connections: PostgresConnections): Promise<boolean> {
  const until = Date.now() + LOOK_FOR_MS;
  while (Date.now() < until) {
    const state = await connections
      .alone(async (client) => {
        const { rows } = await client.query<{ state: string | null }>('SELECT pg_xact_status($1::xid8) AS state', [id]);
        return rows[0]?.state ?? null;
      })
      .catch(() => 'in progress');
    if (state === 'committed') return true;
    if (state === 'aborted') return false;
    await new Promise((resolved) => setTimeout(resolved, LOOK_AGAIN_MS));
  }
  throw new Failure(
    'Transient',
    `the warehouse ${connections.location} was lost while it committed, and does not say whether it did. The next try finds out, and nothing is there twice`,
    {},
    { cause: lost },
  );
}
