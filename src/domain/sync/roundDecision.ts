import type { MetadataRow, RouteFact, TrunkRole } from './syncFacts.js';

/** `holdDown` is healthy again, but not for long enough. `unknown` is in the policy, and Genesys shows no such trunk. */
export type TrunkHealth = 'healthy' | 'unhealthy' | 'holdDown' | 'unknown';

/** What a round decided of one trunk of one route, and why, in a telephony administrator's words. */
export interface TrunkDecision {
  readonly trunkBase: string;
  readonly name: string;
  readonly carrier: string;
  readonly health: TrunkHealth;
  /** Since when, ISO 8601 UTC, where known. */
  readonly since: string | null;
  readonly role: TrunkRole;
  readonly why: string;
}

/** What a round decided of one route. */
export interface RouteDecision {
  readonly siteId: string;
  readonly outboundRoute: string;
  readonly name: string;
  readonly agents: number;
  readonly callsWanted: number;
  readonly callsCarried: number;
  /** In the order in which they shall be tried. Never empty, but where the route is missing and was never seen. */
  readonly trunkBases: readonly string[];
  /** What the route had when the round read it. */
  readonly found: readonly string[];
  readonly trunks: readonly TrunkDecision[];
  /** Whether a trunk in failover leaves, or joins in its place: its write goes in the lane `failover`. */
  readonly isUrgent: boolean;
  /** Why the route stays as it is in spite of what was decided; null where it does not. */
  readonly held: 'massFailure' | 'nothingHealthy' | 'drift' | 'managedSite' | 'missing' | null;
  /** Trunk bases that turned unhealthy together, more than half of the route's, and are not back: empty where there is no such thing. */
  readonly failedAtOnce: readonly string[];
  /** The list that somebody made by hand, while it stands; null where there is none. */
  readonly handMade: HandMade | null;
  /** One sentence or two for people. */
  readonly why: string;
}

/** A list of a route that the sync did not make. */
export interface HandMade {
  readonly trunkBases: readonly string[];
  /** What the sync had left there. */
  readonly expected: readonly string[];
  /** What it would have had there when it met the list: `adopt` keeps the list for as long as that stays the same. */
  readonly decided: readonly string[];
  /** Version of the route as first found so. */
  readonly version: number;
  /** ISO 8601 UTC: when a round first saw it. */
  readonly since: string;
  readonly adopted: boolean;
}

/** A route that is not as the sync last left it. */
export interface Drift {
  readonly outboundRoute: string;
  readonly expected: readonly string[];
  readonly found: readonly string[];
  readonly version: number;
  /** ISO 8601 UTC: when a round first saw it. */
  readonly since: string;
}

/** The whole decision of a round. */
export interface RoundDecision {
  /** Interval that it is for, ISO 8601 UTC, half-open. */
  readonly from: string;
  readonly to: string;
  readonly routes: readonly RouteDecision[];
  readonly rows: readonly MetadataRow[];
  /** `lineCount` null: the campaign is left as it is, and `why` says why. */
  readonly campaigns: readonly { readonly campaign: string; readonly lineCount: number | null; readonly why: string }[];
  readonly drift: readonly Drift[];
  /** The same for the same decision: what `approve` is valid for. */
  readonly hash: string;
}

/** One difference between what is and what was decided, in the order in which it shall be written. */
export type PlannedWrite =
  | {
      readonly kind: 'route';
      readonly id: string;
      readonly siteId: string;
      readonly lane: 'failover' | 'sync';
      readonly before: RouteFact;
      readonly after: readonly string[];
      readonly why: string;
    }
  | {
      readonly kind: 'row';
      readonly id: string;
      readonly lane: 'failover' | 'sync';
      readonly before: MetadataRow | null;
      /** Whether there is a row of this key at all: else it is added. */
      readonly exists: boolean;
      readonly after: MetadataRow;
      readonly why: string;
    }
  | {
      readonly kind: 'campaign';
      readonly id: string;
      readonly lane: 'sync';
      readonly before: number | null;
      readonly after: number;
      readonly why: string;
    };

/** Writes that a round would send now, and those it holds back, each with its reason. */
export interface RoundWrites {
  /** Whether an operator approved exactly this decision. */
  readonly approved: boolean;
  readonly send: readonly PlannedWrite[];
  readonly held: readonly {
    readonly write: PlannedWrite;
    readonly because: 'observing' | 'massFailure' | 'tooMany' | 'rowWrittenLately';
  }[];
}
