import type { AgentsNow } from './agentsAt.js';
import type { Healths } from './chooseTrunks.js';
import type { SyncTruth } from './syncFacts.js';
import type { SyncMemory } from './syncMemory.js';
import type { PolicyRoute, PolicySite, SyncPolicy } from './syncPolicy.js';

/** What one route is decided from. */
export interface RouteQuestion {
  readonly policy: SyncPolicy;
  readonly policyHash: string;
  readonly site: PolicySite;
  readonly route: PolicyRoute;
  readonly truth: SyncTruth;
  readonly memory: SyncMemory;
  readonly healths: Healths;
  readonly agents: AgentsNow;
  readonly nowMs: number;
}
