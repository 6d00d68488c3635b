import type { HandMade, TrunkHealth } from './roundDecision.js';
import type { AvailabilityFact } from './syncFacts.js';

/** What is remembered of a route. */
export interface RouteMemory {
  /** The list as the sync last left it or found it. */
  readonly trunkBases: readonly string[];
  /** Lists that were sent, without word of whether they arrived: none of them is a change by hand. */
  readonly attempts: readonly (readonly string[])[];
  /** Hash of the policy under which the sync, enabled, left the route as it wants it; null before. Only then is another list drift. */
  readonly ownedBy: string | null;
  readonly handMade: HandMade | null;
  readonly failedAtOnce: readonly string[];
}

/** What is remembered of a trunk base. Instants are ISO 8601 UTC. */
export interface TrunkMemory {
  readonly name: string;
  readonly health: TrunkHealth;
  /** Since when it is as it is: up (hold-down and healthy are one), down or unknown. */
  readonly since: string;
  /** Connected trunks by id, each with the instant of its connection as Genesys has it: another instant is another connection. */
  readonly connections: Readonly<Record<string, string | null>>;
}

/**
 * What the sync keeps from one round to the next, as JSON: carried through continue-as-new.
 *
 * Small: of the order of a kilobyte for each ten trunks, besides the availability.
 */
export interface SyncMemory {
  readonly routes: Readonly<Record<string, RouteMemory>>;
  readonly trunkBases: Readonly<Record<string, TrunkMemory>>;
  /** When each row was last written, by key, ISO 8601 UTC: only those of the last minute. */
  readonly rowsWrittenAt: Readonly<Record<string, string>>;
  /** When the first of the rows that were held back may be written; null where none was. */
  readonly rowsDueAt: string | null;
  /** Version of each schedule that the availability was taken from, by business unit and schedule id. */
  readonly schedules: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly availability: readonly AvailabilityFact[];
}

/** The memory before the first round. */
export function emptyMemory(): SyncMemory {
  return { routes: {}, trunkBases: {}, rowsWrittenAt: {}, rowsDueAt: null, schedules: {}, availability: [] };
}
