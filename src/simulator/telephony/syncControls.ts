import type { SimulatorContext } from '../simulatorContext.js';
import type { DataTableRow } from './dataTables.js';
import { SyncEvent, type SyncEventInput, SyncScript, type SyncScriptInput } from './syncEvent.js';
import type { AcceptedWrite } from './telephony.js';
import { isInFailover } from './trunks.js';
import type { AgentSchedule, ListedSchedule } from '../schedules/schedules.js';
import { weekAt } from '../schedules/scheduleWeeks.js';

/** What telephony a simulated organisation has now. */
export interface SyncFactsNow {
  readonly sites: readonly { readonly id: string; readonly name: string; readonly managed: boolean }[];
  readonly routes: readonly {
    readonly id: string;
    readonly siteId: string;
    readonly name: string;
    readonly version: number;
    readonly trunkBaseIds: readonly string[];
  }[];
  readonly trunkBases: readonly {
    readonly id: string;
    readonly name: string;
    readonly carrier: string;
    readonly siteId: string;
    readonly trunkIds: readonly string[];
    readonly inFailover: boolean;
  }[];
  /** The table of trunks' metadata; empty where there is none. */
  readonly tableId: string;
  readonly campaigns: readonly {
    readonly id: string;
    readonly siteId: string;
    readonly name: string;
    readonly status: string;
    readonly outboundLineCount: number;
  }[];
  /** Rows of the table of trunks' metadata, by key. */
  readonly rows: Readonly<Record<string, DataTableRow>>;
  /** Writes refused because a trunk that they are about is in failover, and how many of them came too early. */
  readonly failoverWrites: { readonly refused: number; readonly tooEarly: number };
  /** Events of the script that are still to come. */
  readonly eventsLeft: number;
  /** Events of the script that could not happen, and why. */
  readonly eventsFailed: readonly string[];
}

/** The simulator's switches for everything that a trunk sync reads and writes. */
export interface SyncControls {
  /** Everything as it is now. */
  facts(): SyncFactsNow;
  /** Every write that was accepted since the start or `forgetWrites`, in order; by clients and by hand. */
  writes(): readonly AcceptedWrite[];
  forgetWrites(): void;
  /** Lets something happen now. @throws ZodError, or RangeError where it is about something that is not there. */
  happen(event: SyncEventInput): void;
  /** Lets things happen as time goes by. @returns when the last one does, in milliseconds since the epoch. */
  run(script: SyncScriptInput): number;
  /** The schedules of the week that an instant falls into (by default now), drafts too. */
  schedules(businessUnitId: string, atMs?: number): readonly ListedSchedule[];
  /** The published shifts of an interval (milliseconds since the epoch), by agent: the truth that the search must show. */
  shifts(businessUnitId: string, startMs: number, endMs: number): readonly AgentSchedule[];
}

/** Builds the switches. */
export function syncControls({
  telephony,
  schedules,
  failoverWrites,
  syncEvents,
  now,
}: SimulatorContext): SyncControls {
  return {
    facts: () => {
      syncEvents.catchUp();
      return factsOf();
    },
    writes: () => [...telephony.writes],
    forgetWrites: () => {
      telephony.writes.length = 0;
    },
    happen: (event) => {
      syncEvents.catchUp();
      syncEvents.happen(SyncEvent.parse(event));
    },
    run: (script) => syncEvents.schedule(SyncScript.parse(script)),
    schedules: (businessUnitId, atMs = now()) => {
      syncEvents.catchUp();
      const weeks = schedules.weeks(businessUnitId);
      return weeks ? schedules.ofWeek(businessUnitId, weekAt(weeks, atMs / 1000)) : [];
    },
    shifts: (businessUnitId, startMs, endMs) => {
      syncEvents.catchUp();
      return schedules.published(businessUnitId, startMs / 1000, endMs / 1000);
    },
  };

  function factsOf(): SyncFactsNow {
    const [table] = telephony.tables;
    return {
      sites: telephony.sites,
      routes: telephony.routes.map(({ id, siteId, name, version, trunkBaseIds }) => ({
        id,
        siteId,
        name,
        version,
        trunkBaseIds: [...trunkBaseIds],
      })),
      trunkBases: telephony.trunkBases.map((base) => {
        const trunks = telephony.trunks.filter((trunk) => trunk.base === base);
        return { ...base, trunkIds: trunks.map(({ id }) => id), inFailover: trunks.every(isInFailover) };
      }),
      tableId: table?.id ?? '',
      campaigns: telephony.campaigns.map(({ id, siteId, name, status, outboundLineCount }) => ({
        id,
        siteId,
        name,
        status,
        outboundLineCount,
      })),
      rows: Object.fromEntries(table?.rows ?? []),
      failoverWrites: { refused: failoverWrites.refused, tooEarly: failoverWrites.tooEarly },
      eventsLeft: syncEvents.left(),
      eventsFailed: syncEvents.failures(),
    };
  }
}
