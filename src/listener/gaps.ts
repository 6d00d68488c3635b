import type { GapCause, LiveSink } from '../domain/live/liveSink.js';
import type { LiveWatch } from '../domain/live/liveWatch.js';

/**
 * Tells the sink of gaps, each beginning before its end, and listens to what it says: where it refuses, the listener is to stop.
 */
export class Gaps {
  #last = 0;
  readonly #begun = new Map<number, Promise<void>>();

  /** @param refused called with what the sink refused with. */
  constructor(
    private readonly sink: Pick<LiveSink, 'gapBegan' | 'gapEnded'>,
    readonly refused: (error: unknown) => void,
  ) {}

  /** @param cause may have to be asked for; the gap is told once it is known. @returns the gap's number. */
  began(cause: GapCause | Promise<GapCause>, fromMs: number | null, missed: LiveWatch): number {
    const gap = ++this.#last;
    const told = (async () => {
      await this.sink.gapBegan({ gap, cause: await cause, fromMs, missed });
    })();
    told.catch(this.refused);
    this.#begun.set(gap, told);
    return gap;
  }

  ended(gap: number, toMs: number): void {
    const begun = this.#begun.get(gap) ?? Promise.resolve();
    this.#begun.delete(gap);
    begun.then(() => this.sink.gapEnded({ gap, toMs })).catch(this.refused);
  }
}
