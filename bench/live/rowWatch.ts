import { setTimeout as sleep } from 'node:timers/promises';
import { isFailure } from '../../src/domain/failure.js';
import type { LiveStore } from '../../src/warehouse/live/liveStore.js';

/** Between two looks of a dashboard that is impatient. */
const LOOK_EVERY_MS = 250;

/** Rows as they were when somebody looked: by table and user, the time of the latest event in them. Milliseconds since the epoch. */
export interface RowsSeen {
  readonly atMs: number;
  readonly eventMs: ReadonlyMap<string, number>;
}

/** Looks at the live rows from another process than the one that writes them, again and again, until it is told to end. */
export class RowWatch {
  readonly looks: RowsSeen[] = [];
  /** Looks that met the writer at work, and saw nothing. */
  locked = 0;
  #isOver = false;
  readonly #looking: Promise<void>;

  constructor(private readonly store: LiveStore) {
    this.#looking = this.#look();
  }

  async end(): Promise<void> {
    this.#isOver = true;
    await this.#looking;
    await this.store.release();
  }

  async #look(): Promise<void> {
    while (!this.#isOver) {
      try {
        const rows = await this.store.query(
          `SELECT 'adherence ' || user_id AS of, CAST(epoch_ms(event_at) AS DOUBLE) AS at FROM adherence_live
           UNION ALL SELECT 'routingStatus ' || user_id, CAST(epoch_ms(status_since) AS DOUBLE) FROM occupancy_live`,
        );
        this.looks.push({ atMs: Date.now(), eventMs: new Map(rows.map(({ of, at }) => [String(of), Number(at)])) });
      } catch (error) {
        if (!isFailure(error, 'Blocked', 'Transient')) throw error;
        this.locked++;
      }
      await sleep(LOOK_EVERY_MS);
    }
  }
}
