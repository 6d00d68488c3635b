import { isFailure } from '../src/domain/failure.js';
import type { GatedAnswer } from '../src/domain/sync/gatedAnswer.js';
import type { MetadataRow } from '../src/domain/sync/syncFacts.js';
import type { RouteRead, RowRead } from '../src/domain/sync/syncReads.js';
import type { WriteAnswer } from '../src/domain/sync/writeAnswers.js';
import type { ActivityDeps } from './deps.js';
import { type SyncCall, syncCall } from './syncCall.js';

/** What a round of the trunk sync writes, one call an attempt. A conflict is an answer: the round reads and decides again. */
export function syncWriteActivities(deps: ActivityDeps) {
  return {
    /** Replaces a route's trunk bases; every other field goes back as it was read, its version too. */
    async writeSyncRoute(
      input: SyncCall & { siteId: string; raw: RouteRead['raw']; trunkBaseIds: readonly string[] },
    ): Promise<GatedAnswer<WriteAnswer>> {
      return await syncCall(deps, input, (genesys) =>
        orConflict('conflict', async () => {
          const { value, correlationId } = await genesys.putOutboundRoute(input.siteId, input.raw, input.trunkBaseIds);
          return { outcome: 'written', correlationId, read: value };
        }),
      );
    },

    /** Adds or replaces a trunk's row; columns that are not the sync's go back as they were read. */
    async writeSyncRow(
      input: SyncCall & { tableId: string; exists: boolean; row: MetadataRow; raw: RowRead['raw'] },
    ): Promise<GatedAnswer<WriteAnswer>> {
      const { tableId, exists, row, raw } = input;
      return await syncCall(deps, input, (genesys) =>
        orConflict(exists ? 'missing' : 'exists', async () => {
          const { correlationId } = exists
            ? await genesys.putDataTableRow(tableId, row, raw)
            : await genesys.addDataTableRow(tableId, row);
          return { outcome: 'written', correlationId, read: null };
        }),
      );
    },

    async writeSyncCampaign(
      input: SyncCall & { campaignId: string; lineCount: number },
    ): Promise<GatedAnswer<WriteAnswer>> {
      return await syncCall(deps, input, (genesys) =>
        orConflict('conflict', async () => {
          const change = { outboundLineCount: input.lineCount };
          const { correlationId } = await genesys.patchCampaign(input.campaignId, change);
          return { outcome: 'written', correlationId, read: null };
        }),
      );
    },
  };
}

async function orConflict(
  outcome: 'conflict' | 'missing' | 'exists',
  write: () => Promise<WriteAnswer>,
): Promise<WriteAnswer> {
  try {
    return await write();
  } catch (error) {
    if (!isFailure(error, 'Conflict')) throw error;
    return { outcome, correlationId: error.facts.correlationId ?? null, problem: error.message.slice(0, 300) };
  }
}
