import { enabledPolicy, lastSealedRound, sealEnabled, sealRound } from '../src/custody/roundSeals.js';
import { Failure } from '../src/domain/failure.js';
import type { RoundSeal } from '../src/domain/sync/roundSeal.js';
import type { SyncPolicy } from '../src/domain/sync/syncPolicy.js';
import type { ActivityDeps } from './deps.js';
import { step } from './step.js';
import type { OfSync } from './syncCall.js';

/** What a sync that begins, or begins anew, starts from. */
export interface SyncBeginning {
  readonly organisationId: string;
  readonly policy: SyncPolicy;
  /** Number of the last round that is sealed; 0 where there is none. */
  readonly round: number;
  /** Hash of the policy that was enabled last; null where none was. */
  readonly enabledHash: string | null;
}

/** Activities of the trunk sync that touch no API: where it starts from, and what it seals. */
export function syncBeginActivities(deps: ActivityDeps) {
  return {
    /**
     * Resolves the policy (the input's, else the configured one) and what earlier runs left in the object store.
     *
     * @throws Failure `InvalidInput` where there is no policy at all.
     */
    async beginSync(input: OfSync & { policy: SyncPolicy | null }): Promise<SyncBeginning> {
      return await step(deps, { organisationId: input.organisationId, exportId: input.syncId }, async () => {
        const policy = input.policy ?? deps.syncPolicy;
        if (!policy)
          throw new Failure(
            'InvalidInput',
            'there is no policy to sync by; put one under "sync:" in rosterline.yaml ("rosterline sync init" writes a first one) and restart the worker, or start the sync with one',
          );
        const enabled = await enabledPolicy(deps.objects);
        return {
          organisationId: deps.organisation.id,
          policy,
          round: await lastSealedRound(deps.objects),
          enabledHash: enabled?.organisationId === deps.organisation.id ? enabled.policyHash : null,
        };
      });
    },

    /** Seals that a policy may write, so that it still may after the sync was stopped and started. */
    async sealSyncEnabled(input: OfSync & { policy: SyncPolicy; policyHash: string; at: string }): Promise<null> {
      return await step(deps, { organisationId: input.organisationId, exportId: input.syncId }, async () => {
        const { policy, policyHash, at } = input;
        const { id: organisationId } = deps.organisation;
        await sealEnabled(deps.objects, { v: 1, kind: 'syncEnabled', organisationId, policyHash, at, policy });
        return null;
      });
    },

    /** Seals a round and binds it to the organisation's chain. Twice is the same as once. */
    async sealSyncRound(input: OfSync & { seal: RoundSeal }): Promise<{ path: string; head: string }> {
      return await step(deps, { organisationId: input.organisationId, exportId: input.syncId }, async () => {
        const { path, sha256 } = await sealRound(deps.objects, input.seal);
        return { path, head: sha256 };
      });
    },
  };
}
