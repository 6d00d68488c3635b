import type { LiveWatch } from '../domain/live/liveWatch.js';

/** Another thing to listen to than before. */
export interface WatchChange {
  readonly watch: LiveWatch;
  /** What came to it, and may have been missed until it is subscribed to: agents of a unit that is heard already among it. */
  readonly missed: LiveWatch;
  /** Since when it may have been there. By Genesys's clock, milliseconds since the epoch; null where nobody knows. */
  readonly sinceMs: number | null;
}

/** What a listener listens to. It may change while it runs: what stays is heard without a gap. */
export class Watched {
  #tell: (change: WatchChange) => void = () => undefined;

  constructor(private watch: LiveWatch) {}

  get now(): LiveWatch {
    return this.watch;
  }

  change(change: WatchChange): void {
    this.watch = change.watch;
    this.#tell(change);
  }

  /** Changes are told to this one alone from now on. */
  onChange(tell: (change: WatchChange) => void): void {
    this.#tell = tell;
  }
}
