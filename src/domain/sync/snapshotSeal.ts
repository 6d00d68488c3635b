import { z } from 'zod';
import { SealedLanding, SealedRequest } from '../seal.js';

const Sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/**
 * The manifest of one snapshot of a published schedule: what was asked, what came, and how many agents were counted from it.
 *
 * Stored as canonical JSON (RFC 8785) under `seals/snapshots/<first local date>/<start of its hash>.json`. Loads nothing, covers no day.
 */
export const SnapshotSeal = z.object({
  v: z.literal(1),
  kind: z.literal('snapshot'),
  organisationId: z.string(),
  /** Workflow id of the sync. */
  syncId: z.string(),
  businessUnitId: z.string(),
  scheduleId: z.string(),
  scheduleVersion: z.number(),
  timeZone: z.string(),
  requests: z.array(SealedRequest),
  landings: z.array(SealedLanding),
  intervalMinutes: z.number(),
  /** Instant of the first count, ISO 8601 UTC. */
  from: z.string(),
  sites: z.array(
    z.object({
      siteId: z.string(),
      activityCodes: z.array(z.string()),
      /** Hash of the sorted ids of the users that count; null where all do. */
      users: Sha256.nullable(),
      agents: z.array(z.number()),
    }),
  ),
});
export type SnapshotSeal = z.infer<typeof SnapshotSeal>;
