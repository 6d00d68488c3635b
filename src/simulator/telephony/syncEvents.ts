import type { Schedules } from '../schedules/schedules.js';
import { userOf } from './audit.js';
import type { SyncEvent, SyncScript } from './syncEvent.js';
import type { Telephony } from './telephony.js';

interface Due {
  readonly atMs: number;
  readonly event: SyncEvent;
}

/** What happens to trunks, routes, rows and schedules: at once, or by script, as the simulator's clock gets there. */
export class SyncEvents {
  #due: Due[] = [];
  readonly #failures: string[] = [];

  constructor(
    private readonly organisation: { readonly telephony: Telephony; readonly schedules: Schedules },
    private readonly now: () => number,
  ) {}

  /** Adds events to those that are still to come. @returns when the last of them happens. */
  schedule(script: SyncScript): number {
    const nowMs = this.now();
    this.#due.push(...script.map(({ afterSeconds, event }) => ({ atMs: nowMs + afterSeconds * 1000, event })));
    this.#due.sort((one, other) => one.atMs - other.atMs);
    return Math.max(nowMs, ...this.#due.map(({ atMs }) => atMs));
  }

  /** Lets happen what is due by now, each event at its own instant. Called before anything is looked at: no timer is needed. */
  catchUp(): void {
    while (this.#due[0] && this.#due[0].atMs <= this.now()) {
      const [next] = this.#due.splice(0, 1);
      if (next) this.#tryTo(next);
    }
  }

  /** Events of the script that could not happen, and why. */
  failures(): readonly string[] {
    return this.#failures;
  }

  /** Whoever calls the API as an event is due has nothing to do with it. */
  #tryTo({ event, atMs }: Due): void {
    try {
      this.happen(event, atMs);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.#failures.push(`${new Date(atMs).toISOString()} ${event.kind}: ${error.message}`);
    }
  }

  /** How many are still to come. */
  left(): number {
    return this.#due.length;
  }

  /** @throws RangeError where it is about something that is not there. */
  happen(event: SyncEvent, atMs = this.now()): void {
    const { telephony, schedules } = this.organisation;
    switch (event.kind) {
      case 'trunks':
        if (telephony.changeTrunks(event, event, atMs) === 0) throw new RangeError('no trunk is meant by that');
        return;
      case 'schedules':
        schedules.edit(event, atMs);
        return;
      case 'route': {
        const route = telephony.routes.find(({ id }) => id === event.id);
        if (!route) throw new RangeError(`no outbound route has the id ${event.id}`);
        const { name, classificationTypes } = route;
        const description = event.description ?? route.description;
        const { enabled = route.enabled, distribution = route.distribution, trunkBaseIds = route.trunkBaseIds } = event;
        const write = { name, classificationTypes, description, enabled, distribution, trunkBaseIds };
        telephony.writeRoute(route, write, userOf(telephony.seed, event.user), atMs);
        return;
      }
      case 'deleteRow': {
        const table = telephony.tables.find(({ rows }) => rows.has(event.key));
        if (!table) throw new RangeError(`no row has the key ${event.key}`);
        telephony.writeRow(table, event.key, null, userOf(telephony.seed, 'Data Steward'), atMs);
      }
    }
  }
}
