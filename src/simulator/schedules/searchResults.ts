import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { ResultFile } from '../api/adherenceJobs.js';

const compress = promisify(gzip);

interface KeptResult {
  /** The request as it came. */
  readonly asked: string;
  readonly bytes: Buffer;
}

/** Answers of searches that are too large to be sent at once, for as long as there is room for them. */
export class SearchResults {
  readonly #kept = new Map<string, KeptResult>();

  /** @param roomBytes beyond which the oldest are let go of; their URLs answer 404 then. */
  constructor(private readonly roomBytes: number) {}

  keep(operationId: string, body: unknown, result: unknown): void {
    this.#kept.set(operationId, { asked: JSON.stringify(body), bytes: Buffer.from(JSON.stringify(result)) });
    let bytes = [...this.#kept.values()].reduce((sum, one) => sum + one.bytes.length, 0);
    for (const [id, one] of this.#kept) {
      if (bytes <= this.roomBytes || this.#kept.size === 1) return;
      this.#kept.delete(id);
      bytes -= one.bytes.length;
    }
  }

  find(operationId: string): KeptResult | undefined {
    return this.#kept.get(operationId);
  }

  async file(operationId: string, encoding: ResultFile['encoding']): Promise<ResultFile | undefined> {
    const kept = this.#kept.get(operationId);
    if (!kept) return undefined;
    const bytes = encoding === 'gzip' ? await compress(kept.bytes) : kept.bytes;
    const etag = `"${createHash('sha256').update(bytes).digest('hex').slice(0, 32)}"`;
    return { object: `${operationId}/0`, encoding, bytes, etag };
  }
}
