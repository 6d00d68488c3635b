import type { GapCause, LiveSink } from '../domain/live/liveSink.js';
import type { LiveWatch } from '../domain/live/liveWatch.js';

/**
 * Tells the sink of gaps, each beginning before its end, and listens to what it says: where it refuses, the listener is to stop.
 */
export class Gaps {
  #last = 0;
  readonly #begun = new Map<number, Promise<void>>();
  /** Causes that are being asked for. */
  readonly #asking = new Set<Promise<GapCause>>();
  #close: () => void = () => undefined;
  readonly #closed = new Promise<void>((resolve) => {
    this.#close = resolve;
  });

  /** @param refused called with what the sink refused with. */
  constructor(
    private readonly sink: Pick<LiveSink, 'gapBegan' | 'gapEnded'>,
    readonly refused: (error: unknown) => void,
  ) {}

  /**
   * @param cause what is known of it.
   * @param asked the cause, where it has to be asked for: the gap is told once it is there.
   * @returns the gap's number.
   */
  began(cause: GapCause, fromMs: number | null, missed: LiveWatch, asked?: Promise<GapCause>): number {
    const gap = ++this.#last;
    const known = Promise.race([asked ?? cause, this.#closed.then(() => cause)]);
    this.#asking.add(known);
    const told = known.then((why) => {
      this.#asking.delete(known);
      return this.sink.gapBegan({ gap, cause: why, fromMs, missed });
    });
    told.catch(this.refused);
    this.#begun.set(gap, told);
    return gap;
  }

  ended(gap: number, toMs: number): void {
    const begun = this.#begun.get(gap) ?? Promise.resolve();
    this.#begun.delete(gap);
    begun.then(() => this.sink.gapEnded({ gap, toMs })).catch(this.refused);
  }

  /** Tells those whose cause is being asked for still by what is known of it. Resolves once the sink has heard of every gap. */
  async close(): Promise<void> {
    this.#close();
    await Promise.all(this.#asking);
  }
}
