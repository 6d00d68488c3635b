/** One trunk as Genesys shows it. Instants are ISO 8601 UTC. Several trunks (one an edge) share a trunk base. */
export interface TrunkFact {
  readonly id: string;
  readonly trunkBaseId: string;
  readonly name: string;
  readonly state: 'active' | 'inactive' | 'deleted' | null;
  /** Configuration, not health. */
  readonly inService: boolean | null;
  readonly enabled: boolean | null;
  readonly connected: boolean | null;
  readonly connectedAt: string | null;
  /** Whether `options` says anything. */
  readonly optionsEnabled: boolean;
  readonly options: readonly { readonly proxy: string | null; readonly up: boolean; readonly at: string | null }[];
}

/** An outbound route of a site; `trunkBaseIds` in the order in which they are tried. */
export interface RouteFact {
  readonly id: string;
  readonly siteId: string;
  readonly name: string;
  readonly version: number;
  readonly enabled: boolean;
  readonly distribution: 'SEQUENTIAL' | 'RANDOM' | null;
  readonly trunkBaseIds: readonly string[];
}

export interface SiteFact {
  readonly id: string;
  readonly name: string;
  /** Genesys's own: its routes cannot be written by API. */
  readonly managed: boolean;
}

/** A published schedule: its version moves whenever it is edited. `weekDate` is a local date of the business unit. */
export interface ScheduleFact {
  readonly businessUnitId: string;
  readonly id: string;
  readonly weekDate: string;
  readonly weekCount: number;
  readonly version: number;
}

/**
 * How many agents are scheduled on what the site counts, in each interval of a week.
 *
 * `agents[n]` is for the interval that begins `n × intervalMinutes` after `from` (ISO 8601 UTC). An agent counts once, however many
 * units or activities say so.
 */
export interface AvailabilityFact {
  readonly siteId: string;
  readonly scheduleId: string;
  readonly scheduleVersion: number;
  readonly from: string;
  readonly intervalMinutes: number;
  readonly agents: readonly number[];
  /** SHA-256 of the landed snapshot. */
  readonly landing: string;
}

/** What a trunk's row of the data table says, every column as text or number as the table has it. */
export interface MetadataRow {
  /** Trunk base id. */
  readonly key: string;
  readonly carrier: string;
  readonly schedule_id: string;
  readonly schedule_version: number;
  readonly agents_available: number;
  readonly calls_wanted: number;
  readonly role: TrunkRole;
  readonly effective_from: string;
  readonly effective_to: string;
  readonly content_hash: string;
}

/** `primary` carries calls, `standby` could, `failover` is out for its health (or waits for its hold-down). */
export const TRUNK_ROLES = ['primary', 'standby', 'failover'] as const;
export type TrunkRole = (typeof TRUNK_ROLES)[number];

export interface CampaignFact {
  readonly id: string;
  readonly name: string;
  readonly version: number;
  readonly status: string;
  readonly lineCount: number | null;
}

/** Everything that one round read: the whole input of its decision besides the policy, the memory and the time. */
export interface SyncTruth {
  readonly readAt: string;
  readonly sites: readonly SiteFact[];
  readonly routes: readonly RouteFact[];
  readonly trunks: readonly TrunkFact[];
  readonly schedules: readonly ScheduleFact[];
  readonly availability: readonly AvailabilityFact[];
  /** Rows by key, decoded leniently: a row that is not readable is `null`, and is written anew. */
  readonly rows: Readonly<Record<string, MetadataRow | null>>;
  readonly campaigns: readonly CampaignFact[];
}
