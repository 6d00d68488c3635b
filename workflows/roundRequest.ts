import type { RoundDecision, RoundWrites } from '../src/domain/sync/roundDecision.js';
import type { RoundInputs } from '../src/domain/sync/roundSeal.js';
import type { SyncGate } from '../src/domain/sync/gatedAnswer.js';
import type { SyncMemory } from '../src/domain/sync/syncMemory.js';
import type { SyncPolicy } from '../src/domain/sync/syncPolicy.js';
import type { KnownTruth, RoundReads } from '../src/domain/sync/syncReads.js';
import type { WrittenWrite } from '../src/domain/sync/syncState.js';

/** What one round is given. */
export interface RoundRequest {
  readonly organisationId: string;
  readonly syncId: string;
  readonly policy: SyncPolicy;
  readonly memory: SyncMemory;
  readonly reads: RoundReads;
  /** The time that the whole round is decided for, milliseconds since the epoch. */
  readonly nowMs: number;
  readonly enabled: boolean;
  /** Hash of the decision that an operator approved. */
  readonly approved: string | null;
  isOver(): boolean;
  gateOf(family: string): SyncGate | null;
  gateMet(gate: SyncGate): void;
}

/** What a round came to. */
export interface RoundResult {
  readonly decision: RoundDecision;
  readonly writes: RoundWrites;
  readonly written: readonly WrittenWrite[];
  readonly memory: SyncMemory;
  readonly known: KnownTruth;
  readonly inputs: RoundInputs;
  /** Whether its policy might write, as the round decided by. */
  readonly enabled: boolean;
  /** Writes that are still to be made: behind a gate, or because the round was over. */
  readonly unsent: number;
  /** Why a snapshot is missing; null where none is. */
  readonly unfinished: 'gate' | 'failure' | null;
  /** What went wrong with a snapshot, in words; null where nothing did. */
  readonly problem: string | null;
}
