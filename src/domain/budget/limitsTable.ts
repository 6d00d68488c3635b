import type { DocumentedLimit } from './budgetReports.js';
import type { GateName } from '../family.js';

/** One family as `limits` shows it: the keeper's query `limits`. */
export interface LimitsRow {
  readonly family: GateName;
  readonly documented: readonly DocumentedLimit[];
  /** What was found out; null before anything was. `windowMs` null for a token bucket or where it is not known. */
  readonly learnt: {
    readonly ratePerSecond: number | null;
    readonly windowMs: number | null;
    readonly maxJobs: number | null;
  } | null;
  /** What an operator set, which goes before what is learnt. */
  readonly set: { readonly rate: string } | null;
  /** Calls that got through, and jobs under way. */
  readonly usedNow: { readonly callsLastMinute: number; readonly jobsInFlight: number };
  /** The API's own counters, where it sends them. */
  readonly counters: { readonly count: number; readonly allowed: number; readonly endsAt: string } | null;
  readonly gateUntil: string | null;
  readonly refusedLastHour: number;
  readonly pacedBy: 'counters' | 'queue' | 'client' | 'nothing';
  /** In words: what bounds the family now and why. */
  readonly why: string;
}

/** The keeper's query `limits`. */
export interface LimitsTable {
  readonly v: 1;
  readonly families: readonly LimitsRow[];
  /** What the server cannot do, said once each: no rates on queues, priorities ignored. */
  readonly notes: readonly string[];
}
