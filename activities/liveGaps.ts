import type { LiveGap } from '../src/domain/live/liveGap.js';
import { isOpen } from '../src/domain/live/liveGap.js';
import type { GapCause } from '../src/domain/live/liveSink.js';
import type { LiveWatch } from '../src/domain/live/liveWatch.js';

/** The gaps of a listener, and those that earlier ones left open, as rows that are still to be written. */
export class LiveGaps {
  readonly #open = new Map<string, LiveGap>();
  #changed = new Map<string, LiveGap>();
  #met = 0;
  #last: LiveGap | null = null;

  constructor(
    private readonly takeOver: number,
    inherited: readonly LiveGap[],
  ) {
    for (const gap of inherited) this.#open.set(keyOf(gap), gap);
  }

  get met(): number {
    return this.#met;
  }

  get open(): number {
    return this.#open.size;
  }

  /** The last one that was met or changed; null before the first. */
  get last(): LiveGap | null {
    return this.#last;
  }

  /** What keeps one of the open gaps from being recovered; null where nothing is known of. */
  get problem(): string | null {
    return [...this.#open.values()].find(({ problem }) => problem !== null)?.problem ?? null;
  }

  begin(cause: GapCause, fromMs: number | null, missed: LiveWatch): LiveGap {
    const gap: LiveGap = {
      takeOver: this.takeOver,
      gap: ++this.#met,
      cause,
      fromMs,
      toMs: null,
      recoveredMs: null,
      ...sizeOf(missed),
      read: null,
      changed: null,
      problem: null,
    };
    return this.#put(gap);
  }

  change(gap: LiveGap, changes: Partial<LiveGap> & { readonly missed?: LiveWatch }): LiveGap {
    const { missed, ...others } = changes;
    const now = this.#open.get(keyOf(gap)) ?? gap;
    return this.#put({ ...now, ...others, ...(missed && sizeOf(missed)) });
  }

  /** Ends those that earlier listeners left, once this one has read everything. */
  endInherited(atMs: number): void {
    for (const gap of this.#open.values())
      if (gap.takeOver !== this.takeOver)
        this.change(gap, { toMs: gap.toMs ?? atMs, recoveredMs: atMs, problem: null });
  }

  /** Whether this listener has none open, whatever earlier ones left. */
  get hasOnlyInherited(): boolean {
    return [...this.#open.values()].every(({ takeOver }) => takeOver !== this.takeOver);
  }

  /** Rows that are to be written. */
  take(): LiveGap[] {
    const taken = [...this.#changed.values()];
    this.#changed = new Map();
    return taken;
  }

  /** Rows that could not be written: what changed since counts. */
  giveBack(gaps: readonly LiveGap[]): void {
    this.#changed = new Map([...gaps.map((gap) => [keyOf(gap), gap] as const), ...this.#changed]);
  }

  get hasChanged(): boolean {
    return this.#changed.size > 0;
  }

  #put(gap: LiveGap): LiveGap {
    const key = keyOf(gap);
    if (isOpen(gap)) this.#open.set(key, gap);
    else this.#open.delete(key);
    this.#changed.set(key, gap);
    if (gap.takeOver === this.takeOver) this.#last = gap;
    return gap;
  }
}

function keyOf({ takeOver, gap }: LiveGap): string {
  return `${takeOver} ${gap}`;
}

function sizeOf(missed: LiveWatch): Pick<LiveGap, 'businessUnits' | 'trunks' | 'managementUnits' | 'users'> {
  return {
    businessUnits: missed.businessUnitIds.length,
    trunks: missed.trunks.length,
    managementUnits: missed.managementUnitIds.length,
    users: missed.userIds.length,
  };
}
