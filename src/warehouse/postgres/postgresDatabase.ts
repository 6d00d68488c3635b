import { Client, escapeIdentifier, Pool, type PoolClient, type QueryResult } from 'pg';
import type { PostgresConfig } from '../../config/storageConfig.js';
import { Failure } from '../../domain/failure.js';
import { postgresLocation } from '../../domain/locationText.js';
import { clientSettings } from './clientSettings.js';
import { writersLock } from './locks.js';
import { migrate, requireKnownSchema } from './migrate.js';
import { isAway, lostConnection, postgresFailure } from './postgresFailure.js';
import { Session } from './session.js';

export interface PostgresDatabaseOptions {
  /** Connections at most. */
  readonly connections: number;
  /** How long a server that does not answer is tried before it counts as away; 0 unless given. */
  readonly reachedWithinMs?: number | undefined;
  readonly log?: ((message: string) => void) | undefined;
}

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
const COMMIT_MS = 120_000;
const LOOK_AGAIN_MS = 250;
const LOOK_FOR_MS = 60_000;

/**
 * A database of the server's: a bounded pool, everything in transactions, migrated before anything else.
 *
 * Settings are made for each transaction (`SET LOCAL`), and locks are a transaction's, so that a pooler between does no harm.
 */
export class PostgresDatabase {
  readonly location: string;
  readonly schema: string;
  readonly #config: PostgresConfig;
  readonly #options: PostgresDatabaseOptions;
  #pool: Promise<Pool> | null = null;
  #migrated: Promise<void> | null = null;

  constructor(config: PostgresConfig, options: PostgresDatabaseOptions) {
    this.#config = config;
    this.#options = options;
    this.location = postgresLocation(config);
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
    const pool = await this.#pool?.catch(() => null);
    this.#pool = null;
    this.#migrated = null;
    await pool?.end();
  }

  async #transaction<Result>(
    kind: keyof typeof KINDS,
    use: (session: Session) => Promise<Result>,
    signal?: AbortSignal,
  ): Promise<Result> {
    signal?.throwIfAborted();
    const client = await this.#connected(signal);
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
      await this.#commit(client, session, kind);
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
      client.off('error', ignore);
      client.release(!fit);
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

  /** @throws Failure `Transient` when it cannot be found out whether the transaction is committed. */
  async #commit(client: PoolClient, session: Session, kind: keyof typeof KINDS): Promise<void> {
    if (kind === 'read') {
      await client.query('COMMIT');
      return;
    }
    const transaction = await session.row<{ id: string | null }>('SELECT pg_current_xact_id_if_assigned()::text AS id');
    try {
      const { command } = await client.query({ text: 'COMMIT', query_timeout: COMMIT_MS } as { text: string });
      if (command !== 'COMMIT')
        throw new Failure('Transient', `the warehouse ${this.location} rolled back. Nothing was changed`);
    } catch (error) {
      if (!lostConnection(error)) throw error;
      const id = transaction?.id ?? null;
      if (id === null || (await this.#wasCommitted(id, error))) return;
      throw error;
    }
  }

  /** What became of a transaction whose answer to COMMIT was lost; the server may still be at it. */
  async #wasCommitted(id: string, lost: unknown): Promise<boolean> {
    const until = Date.now() + LOOK_FOR_MS;
    while (Date.now() < until) {
      const state = await this.#alone(async (client) => {
        const { rows } = await client.query<{ state: string | null }>('SELECT pg_xact_status($1::xid8) AS state', [id]);
        return rows[0]?.state ?? null;
      }).catch(() => 'in progress');
      if (state === 'committed') return true;
      if (state === 'aborted') return false;
      await new Promise((resolved) => setTimeout(resolved, LOOK_AGAIN_MS));
    }
    throw new Failure(
      'Transient',
      `the warehouse ${this.location} was lost while it committed, and does not say whether it did. The next try finds out, and nothing is there twice`,
      {},
      { cause: lost },
    );
  }

  /** Cancels what a client's transaction runs, by a connection of its own: the pool may have none left. */
  async #cancel(client: PoolClient, pid: number): Promise<void> {
    try {
      await this.#alone((other) => other.query('SELECT pg_cancel_backend($1)', [pid]));
    } catch {
      // The session ends with its connection, and the transaction with it.
      (client as unknown as { connection?: { stream?: { destroy(): void } } }).connection?.stream?.destroy();
    }
  }

  async #alone<Result>(use: (client: Client) => Promise<Result>): Promise<Result> {
    const client = new Client(await clientSettings(this.#config));
    client.on('error', ignore);
    try {
      await client.connect();
      return await use(client);
    } finally {
      await client.end().catch(ignore);
    }
  }

  async #connected(signal?: AbortSignal): Promise<PoolClient> {
    const until = Date.now() + (this.#options.reachedWithinMs ?? 0);
    for (;;) {
      try {
        const client = await (await this.#opened()).connect();
        // Without a listener an end of the connection between two statements would end the process.
        client.on('error', ignore);
        return client;
      } catch (error) {
        if (!isAway(error) || Date.now() >= until) throw postgresFailure(error, this.location, 'connecting');
        await new Promise((resolved) => setTimeout(resolved, LOOK_AGAIN_MS));
        signal?.throwIfAborted();
      }
    }
  }

  async #opened(): Promise<Pool> {
    const opening = (this.#pool ??= this.#open());
    try {
      return await opening;
    } catch (error) {
      if (this.#pool === opening) this.#pool = null;
      throw error;
    }
  }

  async #open(): Promise<Pool> {
    const { connections, log } = this.#options;
    const pool = new Pool({ ...(await clientSettings(this.#config)), max: connections, idleTimeoutMillis: 30_000 });
    pool.on('error', (error) => log?.(`an idle connection to the warehouse ${this.location} ended: ${error.message}`));
    return pool;
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

function ignore(): void {
  // Whoever uses the client hears of it by the statement.
}
