/** What was served of one object: one file of one job, whatever URL it was asked by. */
export interface ObjectCount {
  readonly object: string;
  /** Bytes of the whole object as last served (compressed, if it was). */
  readonly size: number;
  /** How often all its bytes were served: at once, or by ranges that each go on within what was served before. */
  readonly complete: number;
  /** When each of those times ended, in milliseconds since the epoch. The caller may not have read the last bytes yet. */
  readonly completeAtMs: readonly number[];
  readonly bytesServed: number;
}

interface Served {
  size: number;
  readonly completeAtMs: number[];
  bytesServed: number;
  /** Bytes from the start that were served without a hole since the object was last complete, by representation. */
  readonly reached: Map<string, number>;
}

/** Counts the bytes of downloads by object. */
export class DownloadLedger {
  #objects = new Map<string, Served>();
  active = 0;

  constructor(private readonly now: () => number) {}

  /**
   * Opens the account of one request; call the result with each number of bytes handed to the network.
   *
   * @param right whether they are the object's own bytes: others count as served, and complete nothing.
   */
  begin(object: string, representation: string, size: number, offset: number, right = true): (bytes: number) => void {
    const served = this.#of(object);
    served.size = size;
    let at = offset;
    return (bytes) => {
      if (!right) return void (served.bytesServed += bytes);
      const reached = served.reached.get(representation) ?? 0;
      served.bytesServed += bytes;
      const connects = at <= reached;
      at += bytes;
      if (!connects || at <= reached) return;
      served.reached.set(representation, at < size ? at : 0);
      if (at >= size) served.completeAtMs.push(this.now());
    };
  }

  list(): ObjectCount[] {
    return [...this.#objects].map(([object, { size, completeAtMs, bytesServed }]) => ({
      object,
      size,
      complete: completeAtMs.length,
      completeAtMs: [...completeAtMs],
      bytesServed,
    }));
  }

  reset(): void {
    this.#objects = new Map();
  }

  #of(object: string): Served {
    let served = this.#objects.get(object);
    if (!served) {
      served = { size: 0, completeAtMs: [], bytesServed: 0, reached: new Map() };
      this.#objects.set(object, served);
    }
    return served;
  }
}
