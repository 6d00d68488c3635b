import { z } from 'zod';
import { ExternalId } from '../exportWindow.js';
import type { Drift, RouteDecision } from './roundDecision.js';

/** Which listener says it: one that another has taken over from is not heeded. Left out by whoever is no listener. */
const TakeOver = z.number().int().nonnegative().optional();

/** Signal `scheduleChanged`: a hint; the round reads the truth. */
export const ScheduleChanged = z.object({
  businessUnitId: ExternalId,
  weekDate: z.iso.date().optional(),
  scheduleId: ExternalId.optional(),
  version: z.number().int().nonnegative().optional(),
  takeOver: TakeOver,
});
export type ScheduleChanged = z.infer<typeof ScheduleChanged>;

/** Signal `trunkChanged`: a hint; the round reads the truth. */
export const TrunkChanged = z.object({
  trunkId: ExternalId,
  trunkBaseId: ExternalId.optional(),
  connected: z.boolean().optional(),
  at: z.iso.datetime({ offset: true }).optional(),
  takeOver: TakeOver,
});
export type TrunkChanged = z.infer<typeof TrunkChanged>;

/** Signal `syncNow`. */
export const SyncNow = z.object({ reason: z.string().max(500).optional() });
export type SyncNow = z.infer<typeof SyncNow>;

/** What query `state` answers, and `sync status --json` prints. Instants are ISO 8601 UTC. */
export interface SyncState {
  readonly round: number;
  /** When the last round ended; null before the first. */
  readonly at: string | null;
  readonly enabled: boolean;
  readonly routes: readonly {
    readonly outboundRoute: string;
    readonly trunkBases: readonly string[];
    readonly why: string;
  }[];
  /** Writes that the last round made. */
  readonly writes: number;
  readonly drift: readonly Drift[];
  /** Until when the round that is under way waits for the API; null where it does not. */
  readonly throttledUntil: string | null;
  readonly paused: { readonly since: string; readonly reason: string | null } | null;
  /** Routes that wait for `approve`, and writes that were held back. */
  readonly needsApproval: number | null;
  readonly heldWrites: number;
  readonly policyHash: string | null;
  /** What the next round waits for, in words. */
  readonly next: string;
  /** What went wrong in the last round, in words, or null. */
  readonly problem: string | null;
  /** Signals that could not be read, since the start. */
  readonly unreadableSignals: number;
  /** The listener that said something last; null where none has. */
  readonly takeOver: number | null;
  /** Signals of listeners that another had taken over from: dropped, since the start. */
  readonly staleSignals: number;
}

/** What a round did: what query `lastRound` answers and what its seal binds. */
export interface RoundRecord {
  readonly round: number;
  readonly startedAt: string;
  readonly endedAt: string;
  /** Why there was a round: `timer`, or what signals said, counted. */
  readonly causes: Readonly<Record<string, number>>;
  readonly policyHash: string;
  readonly decisionHash: string;
  readonly enabled: boolean;
  readonly routes: readonly RouteDecision[];
  readonly drift: readonly Drift[];
  readonly writes: readonly WrittenWrite[];
  readonly heldWrites: readonly { readonly kind: string; readonly id: string; readonly because: string }[];
  /** Path of its seal, or null where it decided nothing new. */
  readonly seal: string | null;
}

/** One write as it was made, or why it was not. `before` and `after` are what was there and what was put. */
export interface WrittenWrite {
  readonly kind: 'route' | 'row' | 'campaign';
  readonly id: string;
  readonly outcome: 'written' | 'alreadySo' | 'conflict' | 'failed';
  readonly before: unknown;
  readonly after: unknown;
  readonly at: string;
  readonly why: string;
  readonly problem: string | null;
  readonly correlationId: string | null;
}
