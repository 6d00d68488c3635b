import type { AdherenceEvent, RoutingStatusEvent } from './liveEvent.js';
import type { HeardStatus, LiveSource } from './liveOccupancy.js';

/** Statuses of one user that are kept while they cannot be written: beyond, the oldest go, and the sums are approximate. */
const STATUSES_A_USER = 20;

/** Rows as one transaction takes them. */
export interface RowsToWrite {
  readonly adherence: readonly (AdherenceEvent & { readonly source: LiveSource })[];
  readonly statuses: readonly HeardStatus[];
}

/**
 * What was heard and is not written yet: of adherence the latest of each user, of statuses each change.
 *
 * As many users as there are bound it, however long nothing can be written.
 */
export class PendingRows {
  #adherence = new Map<string, RowsToWrite['adherence'][number]>();
  #statuses = new Map<string, HeardStatus[]>();

  hear(event: AdherenceEvent | RoutingStatusEvent): void {
    if (event.kind === 'adherence') this.#hearAdherence({ ...event, source: 'event' });
    else this.#hearStatus({ ...event, source: 'event' });
  }

  /** Users about whom something waits. */
  get users(): number {
    return new Set([...this.#adherence.keys(), ...this.#statuses.keys()]).size;
  }

  /** Everything, which then waits no more. */
  take(): RowsToWrite {
    const taken = { adherence: [...this.#adherence.values()], statuses: [...this.#statuses.values()].flat() };
    this.#adherence = new Map();
    this.#statuses = new Map();
    return taken;
  }

  /** What waits of a user's adherence is no matter any more: what was read since says the same, or is later. */
  forgetAdherence(userId: string): void {
    this.#adherence.delete(userId);
  }

  /** Rows that were taken and could not be written, before those that came since. */
  giveBack({ adherence, statuses }: RowsToWrite): void {
    for (const event of adherence) {
      const later = this.#adherence.get(event.userId);
      if (later === undefined || later.atMs < event.atMs) this.#adherence.set(event.userId, event);
    }
    const since = this.#statuses;
    this.#statuses = new Map();
    for (const status of [...statuses, ...[...since.values()].flat()]) this.#hearStatus(status);
  }

  #hearAdherence(event: RowsToWrite['adherence'][number]): void {
    const known = this.#adherence.get(event.userId);
    // Not everything that changes moves one of Genesys's times: of one instant, what came last counts.
    if (known === undefined || known.atMs <= event.atMs) this.#adherence.set(event.userId, event);
  }

  #hearStatus(status: HeardStatus): void {
    const known = this.#statuses.get(status.userId) ?? [];
    const [second, ...later] = [...known.slice(1), status];
    const isTooMany = known.length >= STATUSES_A_USER;
    const kept = isTooMany ? [{ ...second, isAfterMissed: true }, ...later] : [...known, status];
    this.#statuses.set(status.userId, kept);
  }
}
