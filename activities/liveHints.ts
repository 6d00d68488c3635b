import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LiveReport } from '../src/domain/live/liveState.js';
import type { ScheduleChangedEvent, TrunkChangedEvent } from '../src/domain/live/liveEvent.js';

/** Signals under way at once. */
const AT_ONCE = 4;
const AGAIN_MS = 1_000;

interface Hint {
  readonly signal: 'scheduleChanged' | 'trunkChanged';
  readonly told: object;
}

/**
 * Tells the trunk sync of an organisation what the listener hears, each hint with the listener's number.
 *
 * What is told of one schedule, or one trunk, while Temporal does not take it is told once, as it was last: the sync reads the truth
 * anyway. Where no sync runs, hints are dropped and counted: one that starts begins with the truth.
 */
export class LiveHints {
  readonly #waiting = new Map<string, Hint>();
  readonly #underWay = new Set<Promise<void>>();
  #state: LiveReport['sync'] = { state: 'untold', told: 0, dropped: 0 };

  constructor(
    private readonly client: Client,
    private readonly syncId: string,
    private readonly takeOver: number,
    private readonly signal: AbortSignal,
  ) {}

  get state(): LiveReport['sync'] {
    return this.#state;
  }

  tell(event: ScheduleChangedEvent | TrunkChangedEvent): void {
    const { takeOver } = this;
    if (event.kind === 'scheduleChanged') {
      const { businessUnitId, weekDate, scheduleId, version } = event;
      this.#add(`schedule ${businessUnitId} ${scheduleId ?? ''}`, {
        signal: event.kind,
        told: { businessUnitId, weekDate, scheduleId, version, takeOver },
      });
    } else {
      const { trunkId, trunkBaseId, connected, atMs } = event;
      const at = atMs === null ? undefined : new Date(atMs).toISOString();
      this.#add(`trunk ${trunkId}`, { signal: event.kind, told: { trunkId, trunkBaseId, connected, at, takeOver } });
    }
  }

  /** Waits for the signals under way. */
  async close(): Promise<void> {
    await Promise.all(this.#underWay);
  }

  #add(key: string, hint: Hint): void {
    this.#waiting.delete(key);
    this.#waiting.set(key, hint);
    if (this.#underWay.size >= AT_ONCE) return;
    const sending = this.#send().finally(() => this.#underWay.delete(sending));
    this.#underWay.add(sending);
  }

  async #send(): Promise<void> {
    while (!this.signal.aborted) {
      const [next] = this.#waiting;
      if (next === undefined) return;
      const [key, { signal, told }] = next;
      this.#waiting.delete(key);
      try {
        await this.client.workflow.getHandle(this.syncId).signal(signal, told);
        this.#state = { ...this.#state, state: 'told', told: this.#state.told + 1 };
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) {
          this.#state = { ...this.#state, state: 'none', dropped: this.#state.dropped + 1 };
          continue;
        }
        this.#state = { ...this.#state, state: 'silent' };
        if (!this.#waiting.has(key)) this.#waiting.set(key, { signal, told });
        await sleep(AGAIN_MS, null, { signal: this.signal }).catch(() => undefined);
      }
    }
  }
}
