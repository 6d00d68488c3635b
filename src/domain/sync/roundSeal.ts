import { z } from 'zod';
import type { RoundRecord } from './syncState.js';

const Sha256 = z.string().regex(/^[0-9a-f]{64}$/);

const SealedTrunk = z.looseObject({
  trunkBase: z.string(),
  name: z.string(),
  carrier: z.string(),
  health: z.enum(['healthy', 'unhealthy', 'holdDown', 'unknown']),
  since: z.string().nullable(),
  role: z.enum(['primary', 'standby', 'failover']),
  why: z.string(),
});

const SealedRoute = z.looseObject({
  siteId: z.string(),
  outboundRoute: z.string(),
  name: z.string(),
  agents: z.number(),
  callsWanted: z.number(),
  callsCarried: z.number(),
  trunkBases: z.array(z.string()),
  trunks: z.array(SealedTrunk),
  isUrgent: z.boolean(),
  held: z.enum(['massFailure', 'nothingHealthy', 'drift', 'managedSite', 'missing']).nullable(),
  why: z.string(),
});

const SealedDrift = z.object({
  outboundRoute: z.string(),
  expected: z.array(z.string()),
  found: z.array(z.string()),
  version: z.number(),
  since: z.string(),
});

const SealedWrite = z.object({
  kind: z.enum(['route', 'row', 'campaign']),
  id: z.string(),
  outcome: z.enum(['written', 'alreadySo', 'conflict', 'failed']),
  before: z.unknown(),
  after: z.unknown(),
  at: z.string(),
  why: z.string(),
  problem: z.string().nullable(),
  correlationId: z.string().nullable(),
});

/** What a round read, by the hash of its content in our types; snapshots of schedules by their landing. */
const RoundInputs = z.object({
  readAt: z.string(),
  hashes: z.record(z.string(), Sha256),
  snapshots: z.array(
    z.object({ siteId: z.string(), scheduleId: z.string(), scheduleVersion: z.number(), landing: z.string() }),
  ),
});
export type RoundInputs = z.infer<typeof RoundInputs>;

/**
 * The manifest of one round of the trunk sync: what it read, what it decided and why, what it wrote, before and after.
 *
 * Stored as canonical JSON (RFC 8785) under `seals/rounds/<UTC date>/<round>-<start of its hash>.json`.
 */
export const RoundSeal = z.object({
  v: z.literal(1),
  kind: z.literal('round'),
  organisationId: z.string(),
  /** Workflow id of the sync. */
  syncId: z.string(),
  round: z.number().int().positive(),
  startedAt: z.string(),
  endedAt: z.string(),
  causes: z.record(z.string(), z.number()),
  policyHash: Sha256,
  decisionHash: z.string(),
  enabled: z.boolean(),
  inputs: RoundInputs,
  routes: z.array(SealedRoute),
  drift: z.array(SealedDrift),
  writes: z.array(SealedWrite),
  heldWrites: z.array(z.object({ kind: z.string(), id: z.string(), because: z.string() })),
});
export type RoundSeal = z.infer<typeof RoundSeal>;

/** An operator let a policy write. Stored under `seals/rounds/enabled/<12 digits>.json`; the last one holds. */
export const EnabledSeal = z.object({
  v: z.literal(1),
  kind: z.literal('syncEnabled'),
  organisationId: z.string(),
  policyHash: Sha256,
  at: z.string(),
  policy: z.unknown(),
});
export type EnabledSeal = z.infer<typeof EnabledSeal>;

/** A round's record as it is sealed. */
export function roundSealOf(
  record: RoundRecord,
  inputs: RoundInputs,
  whose: { organisationId: string; syncId: string },
): RoundSeal {
  // The schema leaves out the record's own field, the path of this seal.
  return RoundSeal.parse({ v: 1, kind: 'round', ...whose, ...record, inputs });
}
