import { z } from 'zod';
import { FAMILIES, GATE_NAMES } from '../family.js';
import { LANES } from '../lane.js';

const InstantMs = z.number().int().nonnegative();
const Calls = z.number().int().nonnegative();

/** What one worker did in one family since its last tally. */
export const FamilyTally = z.strictObject({
  accepted: Calls,
  urgentCalls: Calls,
  firstSentMs: InstantMs,
  lastSentMs: InstantMs,
  slices: z.array(z.strictObject({ fromMs: InstantMs, calls: Calls })).max(64),
  jobsStarted: Calls,
  jobsEnded: Calls,
});
export type FamilyTally = z.infer<typeof FamilyTally>;

/** How far a token's window is used up: the API's own counters. */
export const TokenCounters = z.object({ count: Calls, allowed: Calls, endsMs: InstantMs });
export type TokenCounters = z.infer<typeof TokenCounters>;

/** Signal `tally`: a worker's sums, numbered so that one told twice counts once. */
export const TallyReport = z.strictObject({
  v: z.literal(1),
  /** Random, one a worker process. */
  worker: z.string().max(64),
  number: z.number().int().nonnegative(),
  atMs: InstantMs,
  families: z.partialRecord(z.enum(FAMILIES), FamilyTally),
  /** The API's own counters of its last answer, where it has them: they are the token's, so those of all workers. */
  counters: TokenCounters.nullable().default(null),
});
export type TallyReport = z.infer<typeof TallyReport>;

/** Signal `refused`: a call that Genesys refused, and what the worker made of it. */
export const RefusalReport = z.strictObject({
  v: z.literal(1),
  callId: z.string().max(64),
  worker: z.string().max(64),
  family: z.enum(FAMILIES),
  /** The gate that it closes: the family's, or that of all calls. */
  gate: z.enum(GATE_NAMES),
  lane: z.enum(LANES),
  sentMs: InstantMs,
  receivedMs: InstantMs,
  toldMs: z.number().nonnegative().nullable(),
  /** The instant until which that worker keeps the gate closed. */
  untilMs: InstantMs,
  status: z.number().int(),
  /** `limit.key` and `limit.namespace` of the error's body. */
  limitKey: z.string().max(200).nullable(),
  limitNamespace: z.string().max(200).nullable(),
  /** Whether the answer carried the API's counters. */
  announced: z.boolean(),
  jobsInFlight: Calls.nullable(),
});
export type RefusalReport = z.infer<typeof RefusalReport>;

/** A limit that Genesys's own list of limits names. */
export const DocumentedLimit = z.strictObject({
  namespace: z.string().max(200),
  key: z.string().max(200),
  value: z.number(),
});
export type DocumentedLimit = z.infer<typeof DocumentedLimit>;

/** Signal `documented`: what `organizations/limits/namespaces` said at a worker's start. */
export const DocumentedReport = z.strictObject({ v: z.literal(1), limits: z.array(DocumentedLimit).max(200) });
export type DocumentedReport = z.infer<typeof DocumentedReport>;
