import type { CampaignFact, MetadataRow, RouteFact, ScheduleFact, SiteFact, TrunkFact } from './syncFacts.js';

/** A route as a round decides by it, and as Genesys gave it: a write echoes every field of that. */
export interface RouteRead {
  readonly fact: RouteFact;
  readonly raw: Readonly<Record<string, unknown>>;
}

/** A row of the data table, `null` where our columns cannot be read, and every column as it was given. */
export interface RowRead {
  readonly row: MetadataRow | null;
  readonly raw: Readonly<Record<string, unknown>>;
}

/** One page of a list, of which there are `pages`. */
export interface ReadPage<T> {
  readonly items: T;
  readonly pages: number;
}

/** A page of trunks. */
export interface TrunkPage extends ReadPage<readonly TrunkFact[]> {
  /** When the worker had it, ISO 8601 UTC. */
  readonly readAt: string;
}

/** What a round keeps of what it read, for rounds that look at trunks and routes alone. */
export interface KnownTruth {
  readonly readAt: string;
  readonly schedules: readonly ScheduleFact[];
  readonly rows: Readonly<Record<string, RowRead>>;
  readonly campaigns: readonly CampaignFact[];
}

/** Everything that a round read of the API, before what is kept in memory is added. */
export interface RoundReads extends KnownTruth {
  readonly sites: readonly SiteFact[];
  readonly routes: readonly RouteRead[];
  readonly trunks: readonly TrunkFact[];
}
