import { Client, Pool, type PoolClient } from 'pg';
import type { PostgresConfig } from '../../config/storageConfig.js';
import { postgresLocation } from '../../domain/locationText.js';
import { clientSettings } from './clientSettings.js';
import { isAway, isInUse, postgresFailure } from './postgresFailure.js';

export interface PostgresConnectionsOptions {
  /** Connections at most. */
  readonly connections: number;
  /** How long a server that does not answer is tried before it counts as away; 0 unless given. */
  readonly reachedWithinMs?: number | undefined;
  /** How long a free connection is waited for; a minute unless given. The pool's own timeout of 10 s is the least. */
  readonly freeWithinMs?: number | undefined;
  readonly log?: ((message: string) => void) | undefined;
}

const REACH_AGAIN_MS = 250;
/** How long a free connection is waited for, in turns of the pool's own timeout; after that the place is better given to other work. */
const FREE_WITHIN_MS = 60_000;

/** Connections to one database: a bounded pool, made when first asked for, and single ones beside it. */
export class PostgresConnections {
  readonly location: string;
  readonly #config: PostgresConfig;
  readonly #options: PostgresConnectionsOptions;
  #pool: Promise<Pool> | null = null;

  constructor(config: PostgresConfig, options: PostgresConnectionsOptions) {
    this.#config = config;
    this.#options = options;
    this.location = postgresLocation(config);
  }

  /**
   * One of the pool's, once one is free and the server answers.
   *
   * @throws Failure `Blocked` where it does not answer in time or refuses, `Transient` where none becomes free in time.
   */
  async taken(signal?: AbortSignal): Promise<PoolClient> {
    const until = Date.now() + (this.#options.reachedWithinMs ?? 0);
    const freeUntil = Date.now() + (this.#options.freeWithinMs ?? FREE_WITHIN_MS);
    for (;;) {
      try {
        const client = await (await this.#opened()).connect();
        // Without a listener an end of the connection between two statements would end the process.
        client.on('error', ignore);
        return client;
      } catch (error) {
        signal?.throwIfAborted();
        if (isInUse(error) && Date.now() < freeUntil) continue;
        if (!isAway(error) || Date.now() >= until) throw postgresFailure(error, this.location, 'connecting');
        await new Promise((resolved) => setTimeout(resolved, REACH_AGAIN_MS));
        signal?.throwIfAborted();
      }
    }
  }

  /** @param fit whether another may use it; else it is ended. */
  givenBack(client: PoolClient, fit: boolean): void {
    client.off('error', ignore);
    client.release(!fit);
  }

  /** Works with a connection that is not the pool's, which may have none left. */
  async alone<Result>(use: (client: Client) => Promise<Result>): Promise<Result> {
    const client = new Client(await clientSettings(this.#config));
    client.on('error', ignore);
    try {
      await client.connect();
      return await use(client);
    } finally {
      await client.end().catch(ignore);
    }
  }

  /** Waits for what runs, then ends all connections. The next call makes new ones. */
  async release(): Promise<void> {
    const opening = this.#pool;
    this.#pool = null;
    const pool = await opening?.catch(() => null);
    await pool?.end();
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

function ignore(): void {
  // Whoever uses the client hears of it by the statement.
}
