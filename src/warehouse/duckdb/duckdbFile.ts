import { chmod, mkdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { duckdbFailure, ruinsInstance, wantsMemory } from './duckdbFailure.js';
import { restingMemory, useMemory, WORTH_WHOLE_MEMORY_BYTES } from './duckdbMemory.js';
import { loadThreads } from './loadThreads.js';
import { migrate } from './migrate.js';
import type { Migration } from './migrations.js';

/** How the engine runs. `memory` is DuckDB's limit for the buffers of a large load, such as `256MB`; the process takes some 100 MB more. */
export interface DuckdbSettings {
  readonly path: string;
  readonly memory: string;
  /** Milliseconds after the last use at which the file is let go of, so that other programs can open it. */
  readonly idleReleaseMs: number;
  readonly tempDirectory: string;
  readonly threads?: number | undefined;
  readonly log?: ((message: string) => void) | undefined;
  /** The file's schema; the warehouse's unless given. */
  readonly migrations?: readonly Migration[] | undefined;
}

/** Bytes of lines from which a load leaves memory behind that is worth giving back. */
const WORTH_GIVING_BACK_BYTES = 1024 * 1024;

/** One owner a file in this process, whoever asks. */
const owners = new Map<string, DuckdbFile>();

/** The owner of a database file. The first caller's settings hold. */
export function duckdbFile(settings: DuckdbSettings): DuckdbFile {
  const path = resolve(settings.path);
  let owner = owners.get(path);
  if (!owner) owners.set(path, (owner = new DuckdbFile({ ...settings, path })));
  return owner;
}

/**
 * A DuckDB file: opened on demand, shared inside the process, one writer at a time, let go of when idle.
 *
 * Two instances of one file in a process corrupt it silently (DuckDB's lock is the process's), so nothing else in the project opens
 * database files. Migrated on every opening, so nobody sees an older schema.
 */
export class DuckdbFile {
  readonly path: string;
  readonly #settings: DuckdbSettings;
  #instance: Promise<DuckDBInstance> | null = null;
  #users = 0;
  #ruined = false;
  /** Threads that a load asked for; null while DuckDB's own choice, or the settings', holds. */
  #threads: number | null = null;
  readonly #restingMemory: string;
  /** Bytes of lines from which a load gets the whole limit; less, once a smaller one did not fit. */
  #wholeMemoryFromBytes = WORTH_WHOLE_MEMORY_BYTES;
  #idleTimer: NodeJS.Timeout | undefined;
  #writer: Promise<unknown> = Promise.resolve();
  #whenIdle: (() => void)[] = [];

  constructor(settings: DuckdbSettings) {
    this.path = settings.path;
    this.#settings = settings;
    this.#restingMemory = restingMemory(settings.memory);
  }

  /** Runs with a connection of its own, beside whatever else runs. */
  async read<Result>(use: (connection: DuckDBConnection) => Promise<Result>): Promise<Result> {
    this.#users++;
    clearTimeout(this.#idleTimer);
    try {
      const instance = await this.#opened();
      const connection = await instance.connect();
      try {
        return await use(connection);
      } finally {
        connection.disconnectSync();
      }
    } catch (error) {
      this.#ruined ||= ruinsInstance(error);
      throw duckdbFailure(error, this.path);
    } finally {
      this.#users--;
      if (this.#users === 0) this.#becameIdle();
    }
  }

  /** Runs alone among writers, in the order of the calls. Whose turn comes after an abort does not run; who runs minds it (`interruptible`). */
  async write<Result>(use: (connection: DuckDBConnection) => Promise<Result>, signal?: AbortSignal): Promise<Result> {
    const turn = this.#writer.then(async () => {
      signal?.throwIfAborted();
      return await this.read(async (connection) => {
        try {
          return await use(connection);
        } finally {
          await this.#hide();
        }
      });
    });
    this.#writer = turn.catch(() => undefined);
    return await turn;
  }

  /**
   * Like `write`, with the threads and the memory that so many bytes are worth.
   *
   * What did not fit into the memory
   * at rest is done again with the whole limit, and from then on all loads of that size begin with it: `use` may run twice.
   */
  async load<Result>(
    bytes: number,
    use: (connection: DuckDBConnection) => Promise<Result>,
    signal?: AbortSignal,
  ): Promise<Result> {
    const whole = bytes >= this.#wholeMemoryFromBytes;
    try {
      return await this.#loadWithin(whole ? this.#settings.memory : this.#restingMemory, bytes, use, signal);
    } catch (error) {
      if (whole || this.#restingMemory === this.#settings.memory || !wantsMemory(error)) throw error;
      this.#wholeMemoryFromBytes = Math.min(this.#wholeMemoryFromBytes, bytes);
      return await this.#loadWithin(this.#settings.memory, bytes, use, signal);
    }
  }

  async #loadWithin<Result>(
    memory: string,
    bytes: number,
    use: (connection: DuckDBConnection) => Promise<Result>,
    signal?: AbortSignal,
  ): Promise<Result> {
    const threads = loadThreads(bytes, this.#settings.threads);
    const loaded = this.write(async (connection) => {
      await this.#useThreads(connection, threads);
      if (memory !== this.#restingMemory) await useMemory(connection, memory);
      return await use(connection);
    }, signal);
    // Before the next writer's turn, which would have its limit taken away; the caller need not wait for it.
    if (bytes >= WORTH_GIVING_BACK_BYTES) this.#writer = this.#writer.then(() => this.#giveBackMemory());
    return await loaded;
  }

  /** Waits for what runs, then closes the file, so that another process can open it. */
  async release(): Promise<void> {
    // Whoever comes while the file is being closed, or opened, has it open again: it is closed after that.
    do {
      while (this.#users > 0) await new Promise<void>((resolved) => this.#whenIdle.push(resolved));
      await this.#close();
    } while (this.#instance !== null);
  }

  async #useThreads(connection: DuckDBConnection, threads: number): Promise<void> {
    if (this.#threads === threads) return;
    await connection.run(`SET GLOBAL threads = ${threads}`);
    this.#threads = threads;
  }

  /**
   * Gives the memory that a load used back to the system, which the allocator would keep for the next one: some 60 MB beside the limit.
   *
   * Setting the limit, to what it is even, is what DuckDB has for that. It takes some 20 ms, and longer while the load's connection
   * still holds its temporary tables, which then go to disk. That it fails harms nobody.
   */
  async #giveBackMemory(): Promise<void> {
    if (this.#instance === null) return;
    await this.read((connection) => useMemory(connection, this.#restingMemory)).catch(() => undefined);
  }

  async #opened(): Promise<DuckDBInstance> {
    const opening = (this.#instance ??= this.#open());
    try {
      return await opening;
    } catch (error) {
      if (this.#instance === opening) this.#instance = null;
      throw error;
    }
  }

  async #open(): Promise<DuckDBInstance> {
    const { tempDirectory, threads } = this.#settings;
    this.#threads = null;
    await mkdir(dirname(this.path), { recursive: true, mode: 0o700 });
    const instance = await DuckDBInstance.fromCache(this.path, {
      memory_limit: this.#restingMemory,
      temp_directory: tempDirectory,
      preserve_insertion_order: 'false',
      // Lines are read once: kept, they would fill the whole limit.
      enable_external_file_cache: 'false',
      // Everything needed is linked in; nothing is ever fetched from DuckDB's servers.
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
      ...(threads === undefined ? {} : { threads: String(threads) }),
    });
    try {
      const connection = await instance.connect();
      try {
        await connection.run(`SET GLOBAL TimeZone = 'UTC'`);
        await migrate(connection, this.path, this.#settings.migrations);
      } finally {
        connection.disconnectSync();
      }
      await this.#hide();
      return instance;
    } catch (error) {
      instance.closeSync();
      throw error;
    }
  }

  /** DuckDB makes its files with the process's umask: names and times of people are nobody else's to read. */
  async #hide(): Promise<void> {
    for (const file of [this.path, `${this.path}.wal`]) await chmod(file, 0o600).catch(() => undefined);
  }

  #becameIdle(): void {
    for (const resolved of this.#whenIdle.splice(0)) resolved();
    this.#idleTimer = setTimeout(() => void this.#close(), this.#ruined ? 0 : this.#settings.idleReleaseMs);
    this.#idleTimer.unref();
  }

  async #close(): Promise<void> {
    clearTimeout(this.#idleTimer);
    const opening = this.#instance;
    if (!opening) return;
    const instance = await opening.catch(() => null);
    if (!instance || this.#users > 0 || this.#instance !== opening) return;
    this.#instance = null;
    this.#ruined = false;
    try {
      instance.closeSync();
    } catch (error) {
      this.#settings.log?.(`closing the warehouse ${this.path}: ${String(error)}`);
    }
  }
}
