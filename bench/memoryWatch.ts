import { forgetPeak, peakBytes } from './processMemory.js';

const LOOK_EVERY_MS = 500;

/** Watches the resident memory of a process. The kernel keeps the peak between two looks, so none is missed. */
export class MemoryWatch {
  readonly #peaks: number[] = [];
  readonly #timer: NodeJS.Timeout;

  constructor(private readonly pid: number) {
    forgetPeak(pid);
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS);
  }

  get latestBytes(): number {
    return this.#peaks.at(-1) ?? 0;
  }

  /** Ends it. Peaks of the four quarters of the time it lasted, in bytes. */
  end(): number[] {
    clearInterval(this.#timer);
    this.#look();
    const { length } = this.#peaks;
    const quarter = (index: number): number[] =>
      this.#peaks.slice(Math.floor((index * length) / 4), Math.max(1, Math.ceil(((index + 1) * length) / 4)));
    return [0, 1, 2, 3].map((index) => Math.max(...quarter(index)));
  }

  #look(): void {
    this.#peaks.push(peakBytes(this.pid));
    forgetPeak(this.pid);
  }
}
