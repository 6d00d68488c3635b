import { z } from 'zod';
import { SyncPolicy } from './syncPolicy.js';

/** Input of `trunkSync`: the policy to sync by, or none for the configured one. */
export const TrunkSyncInput = z.object({ policy: SyncPolicy.optional() }).optional();
export type TrunkSyncInput = z.input<typeof TrunkSyncInput>;

/** What update `pause` takes. */
export const PauseRequest = z.object({ reason: z.string().max(500).optional() }).optional();

/** What update `enable` takes; a hash that is not the running policy's is refused. */
export const EnableRequest = z.object({ policyHash: z.string().min(1).optional() }).optional();

/** What update `approve` takes. */
export const ApproveRequest = z.object({ round: z.number().int().positive() });

/** What update `setPolicy` takes. */
export const SetPolicyRequest = z.object({ policy: SyncPolicy });
