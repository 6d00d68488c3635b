import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { duckdbFailure } from '../duckdb/duckdbFailure.js';
import { loadThreads } from '../duckdb/loadThreads.js';

export interface StagingSettings {
  /** DuckDB's memory limit of each, such as `256MB`; what it does not hold goes to disk. */
  readonly memory: string;
  readonly tempDirectory: string;
  /** Loads at once. */
  readonly atOnce: number;
}

/** Bytes of lines from which a load leaves memory behind that is worth giving back: its database is closed. */
const WORTH_GIVING_BACK_BYTES = 1024 * 1024;

/**
 * DuckDB databases in memory, where answers are parsed and checked before they are written elsewhere. At most so many at once.
 *
 * Opening one takes some 30 ms, so that those of small loads are kept for the next.
 */
export class StagingDatabases {
  readonly #settings: StagingSettings;
  readonly #waiting: (() => void)[] = [];
  #free: number;
  #idle: DuckDBInstance[] = [];

  constructor(settings: StagingSettings) {
    this.#settings = settings;
    this.#free = settings.atOnce;
  }

  /** Runs with a connection that has no temporary tables. An abort interrupts DuckDB's statement that runs. */
  async use<Result>(
    bytes: number,
    use: (connection: DuckDBConnection) => Promise<Result>,
    signal?: AbortSignal,
  ): Promise<Result> {
    await this.#turn();
    try {
      signal?.throwIfAborted();
      return await this.#use(bytes, use, signal);
    } finally {
      this.#free++;
      this.#waiting.shift()?.();
    }
  }

  /** Closes those that nobody uses. */
  async release(): Promise<void> {
    for (const instance of this.#idle.splice(0)) instance.closeSync();
    await Promise.resolve();
  }

  async #use<Result>(
    bytes: number,
    use: (connection: DuckDBConnection) => Promise<Result>,
    signal?: AbortSignal,
  ): Promise<Result> {
    let keep = false;
    let instance: DuckDBInstance | undefined;
    let connection: DuckDBConnection | undefined;
    const interrupt = () => connection?.interrupt();
    try {
      instance = this.#idle.pop() ?? (await this.#open());
      connection = await instance.connect();
      await connection.run(`SET GLOBAL threads = ${loadThreads(bytes)}`);
      signal?.addEventListener('abort', interrupt);
      const result = await use(connection);
      keep = bytes < WORTH_GIVING_BACK_BYTES;
      return result;
    } catch (error) {
      signal?.throwIfAborted();
      throw duckdbFailure(error, `staging in ${this.#settings.tempDirectory}`);
    } finally {
      signal?.removeEventListener('abort', interrupt);
      connection?.disconnectSync();
      if (keep && instance) this.#idle.push(instance);
      else instance?.closeSync();
    }
  }

  async #turn(): Promise<void> {
    while (this.#free === 0) await new Promise<void>((resolved) => this.#waiting.push(resolved));
    this.#free--;
  }

  async #open(): Promise<DuckDBInstance> {
    const { memory, tempDirectory } = this.#settings;
    const instance = await DuckDBInstance.fromCache(':memory:', {
      memory_limit: memory,
      // One each: DuckDB names the files in it by number.
      temp_directory: join(tempDirectory, `duckdb-${randomUUID()}`),
      preserve_insertion_order: 'false',
      // Lines are read once: kept, they would fill the whole limit.
      enable_external_file_cache: 'false',
      // Everything needed is linked in; nothing is ever fetched from DuckDB's servers.
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
    });
    const connection = await instance.connect();
    try {
      await connection.run(`SET GLOBAL TimeZone = 'UTC'`);
    } finally {
      connection.disconnectSync();
    }
    return instance;
  }
}
