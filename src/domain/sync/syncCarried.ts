import type { Pause } from '../exportSteps.js';
import type { SyncGate } from './gatedAnswer.js';
import type { RoundSeal } from './roundSeal.js';
import type { SiteFact } from './syncFacts.js';
import { NO_HINTS, type SyncHints } from './syncHints.js';
import { emptyMemory, type SyncMemory } from './syncMemory.js';
import type { SyncPolicy } from './syncPolicy.js';
import type { KnownTruth } from './syncReads.js';
import type { RoundRecord } from './syncState.js';

/** Whose sync it is, and by which policy: known once the first step got through. */
export interface BegunSync {
  readonly organisationId: string;
  readonly policy: SyncPolicy;
  readonly policyHash: string;
}

/** All that one run of `trunkSync` hands to the next: JSON, written and read by the same workflow code or a later one. */
export interface SyncCarried {
  readonly v: 1;
  begun: BegunSync | null;
  /** Hash of the policy that may write; null where none may. */
  enabledHash: string | null;
  /** Hash of the decision that an operator approved. */
  approved: string | null;
  memory: SyncMemory;
  /** What the last full round read; null before the first, and once the policy changed. */
  known: KnownTruth | null;
  /** Read once for each policy. */
  sites: readonly SiteFact[] | null;
  round: number;
  /** What the last rounds decided, by number: what `approve` is told. */
  decided: readonly { readonly round: number; readonly hash: string }[];
  hints: SyncHints;
  gates: readonly SyncGate[];
  paused: Pause | null;
  last: RoundRecord | null;
  /** Rounds whose seals could not be written yet, oldest first. */
  unsealed: readonly RoundSeal[];
  /** What the last sealed round came to, so that one that comes to the same is not sealed again. */
  sealedHash: string | null;
  lastFullMs: number | null;
  /** Rounds in a row that failed, and when the next may begin. */
  failures: number;
  notBeforeMs: number | null;
  problem: string | null;
  unreadableSignals: number;
  /** The highest number of a listener that has said something, and how often an older one did. Not there before the first. */
  takeOver?: number;
  staleSignals?: number;
}

/** A sync that has only been started. */
export function newSync(): SyncCarried {
  return {
    v: 1,
    begun: null,
    enabledHash: null,
    approved: null,
    memory: emptyMemory(),
    known: null,
    sites: null,
    round: 0,
    decided: [],
    hints: NO_HINTS,
    gates: [],
    paused: null,
    last: null,
    unsealed: [],
    sealedHash: null,
    lastFullMs: null,
    failures: 0,
    notBeforeMs: null,
    problem: null,
    unreadableSignals: 0,
  };
}

/** Whether the policy of now may write. */
export function isEnabled({ begun, enabledHash }: Pick<SyncCarried, 'begun' | 'enabledHash'>): boolean {
  return begun !== null && begun.policyHash === enabledHash;
}

/** Notes who says something. @returns whether that is a listener that another has taken over from: then it is not heeded. */
export function isStale(carried: SyncCarried, takeOver: number | undefined): boolean {
  if (takeOver === undefined) return false;
  if (takeOver < (carried.takeOver ?? 0)) {
    carried.staleSignals = (carried.staleSignals ?? 0) + 1;
    return true;
  }
  carried.takeOver = takeOver;
  return false;
}
