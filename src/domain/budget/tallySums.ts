import type { Family } from '../family.js';
import type { FamilyTally, TallyReport, TokenCounters } from './budgetReports.js';

/** Slices of one tally: enough to see bursts and pauses in it, few enough to be one small message. */
const MOST_SLICES = 32;
/** Length of a slice; doubled as often as needed. */
const FIRST_SLICE_MS = 250;

/** A worker's calls since its last tally, summed up. */
export class TallySums {
  private readonly families = new Map<Family, Sums>();
  private counters: TokenCounters | null = null;

  /** Families that something was counted of. */
  get counted(): Family[] {
    return [...this.families.keys()];
  }

  accepted(family: Family, sentMs: number, isUrgent: boolean): void {
    this.of(family).accepted(Math.max(0, Math.round(sentMs)), isUrgent);
  }

  jobStarted(family: Family): void {
    this.of(family).jobsStarted++;
  }

  jobEnded(family: Family): void {
    this.of(family).jobsEnded++;
  }

  announced(counters: TokenCounters): void {
    this.counters = counters;
  }

  /** Jobs counted since the last tally. */
  jobs(family: Family): { started: number; ended: number } {
    const sums = this.families.get(family);
    return { started: sums?.jobsStarted ?? 0, ended: sums?.jobsEnded ?? 0 };
  }

  /** Hands over what was counted, and begins anew. */
  take(): Pick<TallyReport, 'families' | 'counters'> {
    const families: TallyReport['families'] = {};
    for (const [family, sums] of this.families) families[family] = sums.told();
    this.families.clear();
    const { counters } = this;
    this.counters = null;
    return { families, counters };
  }

  private of(family: Family): Sums {
    const sums = this.families.get(family) ?? new Sums();
    this.families.set(family, sums);
    return sums;
  }
}

class Sums {
  jobsStarted = 0;
  jobsEnded = 0;
  private calls = 0;
  private urgentCalls = 0;
  private firstSentMs = Number.POSITIVE_INFINITY;
  private lastSentMs = 0;
  private sliceMs = FIRST_SLICE_MS;
  private slices = new Map<number, number>();

  accepted(sentMs: number, isUrgent: boolean): void {
    this.calls++;
    if (isUrgent) this.urgentCalls++;
    this.firstSentMs = Math.min(this.firstSentMs, sentMs);
    this.lastSentMs = Math.max(this.lastSentMs, sentMs);
    this.addToSlice(sentMs, 1);
    while (this.slices.size > MOST_SLICES) this.widen();
  }

  told(): FamilyTally {
    return {
      accepted: this.calls,
      urgentCalls: this.urgentCalls,
      firstSentMs: Math.min(this.firstSentMs, this.lastSentMs),
      lastSentMs: this.lastSentMs,
      slices: [...this.slices].sort(([one], [other]) => one - other).map(([fromMs, calls]) => ({ fromMs, calls })),
      jobsStarted: this.jobsStarted,
      jobsEnded: this.jobsEnded,
    };
  }

  private widen(): void {
    const narrow = this.slices;
    this.sliceMs *= 2;
    this.slices = new Map();
    for (const [fromMs, calls] of narrow) this.addToSlice(fromMs, calls);
  }

  private addToSlice(atMs: number, calls: number): void {
    const fromMs = Math.floor(atMs / this.sliceMs) * this.sliceMs;
    this.slices.set(fromMs, (this.slices.get(fromMs) ?? 0) + calls);
  }
}
