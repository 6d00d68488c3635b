import type { Limiter, LimitSize, Pass } from './limiter.js';

interface Slot {
  /** Infinity while the call is not answered. */
  endsAtMs: number;
}

/** A limit of so many jobs at once. A job counts from the call that asks for it to its end, found out by a client or not. */
export class JobsInFlight implements Limiter {
  #slots = new Set<Slot>();

  constructor(private jobs: number) {}

  opensAtMs(nowMs: number): number {
    for (const slot of this.#slots) if (slot.endsAtMs <= nowMs) this.#slots.delete(slot);
    const mustEnd = this.#slots.size - this.jobs;
    if (mustEnd < 0) return nowMs;
    const ends = [...this.#slots].map((slot) => slot.endsAtMs).sort((one, other) => one - other);
    return ends[mustEnd] ?? Infinity;
  }

  accept(): Pass {
    const slot = { endsAtMs: Infinity };
    this.#slots.add(slot);
    let isJob = false;
    return {
      jobMade: (endsAtMs) => {
        isJob = true;
        slot.endsAtMs = endsAtMs;
      },
      answered: () => {
        if (!isJob) this.#slots.delete(slot);
      },
    };
  }

  refuse(): void {
    // It took no slot.
  }

  counters(): null {
    return null;
  }

  /** Jobs that run go on, however many they are. */
  resize({ jobs }: LimitSize): void {
    if (jobs !== undefined) this.jobs = jobs;
  }
}
