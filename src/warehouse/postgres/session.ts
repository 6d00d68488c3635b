import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { PoolClient } from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';

/** What a statement's `$1` may stand for. Instants, dates and JSON go as text, cast in the statement. */
export type SqlValue = string | number | boolean | null | readonly string[];

/** Statements of one transaction, one after another. */
export class Session {
  readonly #client: PoolClient;
  readonly #signal: AbortSignal | undefined;
  readonly #timeoutMs: number;

  /** @param timeoutMs after which a statement counts as lost though the connection seems to stand. */
  constructor(client: PoolClient, timeoutMs: number, signal?: AbortSignal) {
    this.#client = client;
    this.#timeoutMs = timeoutMs;
    this.#signal = signal;
  }

  /** Rows of a statement as plain values: `plainTypes.ts`. */
  async rows<Row = Record<string, unknown>>(sql: string, values: readonly SqlValue[] = []): Promise<Row[]> {
    this.#signal?.throwIfAborted();
    const result = await this.#client.query({ text: sql, values: [...values], query_timeout: this.#timeoutMs } as {
      text: string;
      values: unknown[];
    });
    return result.rows as Row[];
  }

  /** The first row of a statement, or undefined. */
  async row<Row = Record<string, unknown>>(sql: string, values: readonly SqlValue[] = []): Promise<Row | undefined> {
    return (await this.rows<Row>(sql, values))[0];
  }

  async run(sql: string, values: readonly SqlValue[] = []): Promise<void> {
    await this.rows(sql, values);
  }

  /** Streams a file into a `COPY … FROM STDIN`. */
  async copyFromFile(sql: string, path: string): Promise<void> {
    this.#signal?.throwIfAborted();
    await pipeline(createReadStream(path, { highWaterMark: 256 * 1024 }), this.#client.query(copyFrom(sql)));
  }

  /** Streams a `COPY … TO STDOUT` into a new file, which only its owner may read. */
  async copyToFile(sql: string, path: string): Promise<void> {
    this.#signal?.throwIfAborted();
    await pipeline(this.#client.query(copyTo(sql)), createWriteStream(path, { mode: 0o600 }));
  }
}
