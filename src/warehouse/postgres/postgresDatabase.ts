import { escapeIdentifier, type PoolClient, type QueryResult } from 'pg';
import type { PostgresConfig } from '../../config/storageConfig.js';
import { commit } from './commit.js';
import { writersLock } from './locks.js';
import { migrate, requireKnownSchema } from './migrate.js';
import { PostgresConnections, type PostgresConnectionsOptions } from './postgresConnections.js';
import { postgresFailure } from './postgresFailure.js';
import { Session } from './session.js';

/** How a transaction runs. A load's statements are long, and it may wait for another load's locks. */
const KINDS = {
  read: { begin: 'ISOLATION LEVEL REPEATABLE READ READ ONLY', statementMs: 300_000, lockMs: 30_000, lock: null },
  migration: { begin: 'ISOLATION LEVEL READ COMMITTED', statementMs: 1_800_000, lockMs: 600_000, lock: null },
  write: { begin: 'ISOLATION LEVEL READ COMMITTED', statementMs: 120_000, lockMs: 90_000, lock: 'shared' },
  alone: { begin: 'ISOLATION LEVEL READ COMMITTED', statementMs: 120_000, lockMs: 600_000, lock: 'alone' },
  load: { begin: 'ISOLATION LEVEL READ COMMITTED', statementMs: 1_800_000, lockMs: 600_000, lock: 'shared' },
  brief: { begin: 'ISOLATION LEVEL READ COMMITTED', statementMs: 10_000, lockMs: 10_000, lock: 'none' },
} as const;
/**
 * A worker that stands still in a transaction must not hold its locks for ever; one that writes briefly not for longer than it takes
 * another to notice that it stands still, and to take over from it.
 */
const STANDSTILL_MS = { brief: 4_000, others: 600_000 };
/** What the network may add to a statement's own limit. */
const NETWORK_MS = 30_000;

/**
 * A database of the server's: a bounded pool, everything in transactions, migrated before anything else.
 *
 * Settings are made for each transaction (`SET LOCAL`), and locks are a transaction's, so that a pooler between does no harm.
 */
export class PostgresDatabase {
  readonly location: string;
  readonly schema: string;
  readonly #connections: PostgresConnections;
  #migrated: Promise<void> | null = null;

  constructor(config: PostgresConfig, options: PostgresConnectionsOptions) {
    this.#connections = new PostgresConnections(config, options);
    this.location = this.#connections.location;
    this.schema = config.schema;
  }

  /** Brings an older schema up to date, once while the pool stands. */
  async migrate(): Promise<void> {
    const migrating = (this.#migrated ??= this.#transaction('migration', (session) =>
      migrate(session, { location: this.location, schema: this.schema }),
    ));
    try {
      await migrating;
    } catch (error) {
      if (this.#migrated === migrating) this.#migrated = null;
      throw error;
    }
  }

  /** Runs with one view of the data, which nothing changes. */
  async read<Result>(use: (session: Session) => Promise<Result>): Promise<Result> {
    await this.migrate();
    return await this.#transaction('read', use);
  }

  async write<Result>(use: (session: Session) => Promise<Result>): Promise<Result> {
    await this.migrate();
    return await this.#transaction('write', use);
  }

  /** Like `write`, for tables that no load touches: it waits for no other writer, and none waits for it. */
  async writeBriefly<Result>(use: (session: Session) => Promise<Result>): Promise<Result> {
    await this.migrate();
    return await this.#transaction('brief', use);
  }

  /** Like `write`, with no other writer beside it: waits for those under way. */
  async writeAlone<Result>(use: (session: Session) => Promise<Result>): Promise<Result> {
    await this.migrate();
    return await this.#transaction('alone', use);
  }

  /** Like `write`, for long. An abort cancels the statement that runs, and nothing is changed. */
  async load<Result>(use: (session: Session) => Promise<Result>, signal?: AbortSignal): Promise<Result> {
    await this.migrate();
    return await this.#transaction('load', use, signal);
  }

  /** Waits for what runs, then ends all connections. The next call makes new ones, and looks at the schema again. */
  async release(): Promise<void> {
    this.#migrated = null;
    await this.#connections.release();
  }

  async #transaction<Result>(
    kind: keyof typeof KINDS,
    use: (session: Session) => Promise<Result>,
    signal?: AbortSignal,
  ): Promise<Result> {
    signal?.throwIfAborted();
    const client = await this.#connections.taken(signal);
    let fit = false;
    let cancelled: Promise<void> | undefined;
    let pid = 0;
    const cancel = (): void => void (cancelled ??= this.#cancel(client, pid));
    try {
      const session = new Session(client, KINDS[kind].statementMs + NETWORK_MS, signal);
      pid = await this.#begin(client, kind);
      signal?.addEventListener('abort', cancel);
      await this.#lock(session, kind);
      const result = await use(session);
      signal?.throwIfAborted();
      // From here on the outcome is the server's to say.
      signal?.removeEventListener('abort', cancel);
      if (kind === 'read') await client.query('COMMIT');
      else await commit(client, session, this.#connections);
      fit = true;
      return result;
    } catch (error) {
      await cancelled;
      // A connection that is lost, or in the midst of a COPY, is not used again.
      fit = cancelled === undefined && (await rolledBack(client));
      signal?.throwIfAborted();
      throw postgresFailure(error, this.location, 'connected');
    } finally {
      signal?.removeEventListener('abort', cancel);
      this.#connections.givenBack(client, fit);
    }
  }

  async #begin(client: PoolClient, kind: keyof typeof KINDS): Promise<number> {
    const { begin, statementMs, lockMs } = KINDS[kind];
    const standstillMs = kind === 'brief' ? STANDSTILL_MS.brief : STANDSTILL_MS.others;
    const answers = (await client.query(
      `BEGIN ${begin}; SET LOCAL search_path TO ${escapeIdentifier(this.schema)}; SET LOCAL TimeZone TO 'UTC';
       SET LOCAL DateStyle TO 'ISO, YMD'; SET LOCAL statement_timeout TO ${statementMs}; SET LOCAL lock_timeout TO ${lockMs};
       SET LOCAL idle_in_transaction_session_timeout TO ${standstillMs}; SET LOCAL client_min_messages TO error;
       SELECT pg_backend_pid() AS pid`,
    )) as unknown as readonly QueryResult<{ pid: number }>[];
    // The server's own, which a pooler between does not tell.
    return answers.at(-1)?.rows[0]?.pid ?? 0;
  }

  async #lock(session: Session, kind: keyof typeof KINDS): Promise<void> {
    const { lock } = KINDS[kind];
    if (lock === null) return;
    if (lock !== 'none') await writersLock(session, this.schema, lock);
    await requireKnownSchema(session, this.location);
  }

  /** Cancels what a client's transaction runs, by a connection of its own: the pool may have none left. */
  async #cancel(client: PoolClient, pid: number): Promise<void> {
    try {
      await this.#connections.alone((other) => other.query('SELECT pg_cancel_backend($1)', [pid]));
    } catch {
      // The session ends with its connection, and the transaction with it.
      (client as unknown as { connection?: { stream?: { destroy(): void } } }).connection?.stream?.destroy();
    }
  }
}

async function rolledBack(client: PoolClient): Promise<boolean> {
  try {
    await client.query({ text: 'ROLLBACK', query_timeout: NETWORK_MS } as { text: string });
    return true;
  } catch {
    return false;
  }
}
