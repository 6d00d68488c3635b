import type { RoundDecision, RoundWrites } from './roundDecision.js';

/** What update `plan` answers: the decision of now, and what would be written for it if the policy were enabled. */
export interface SyncPlan {
  readonly decision: RoundDecision;
  readonly writes: RoundWrites;
  /** Whether a round would write them. */
  readonly enabled: boolean;
  readonly policyHash: string;
}
