import type { CampaignFact, ScheduleFact, SiteFact } from '../src/domain/sync/syncFacts.js';
import type { GatedAnswer } from '../src/domain/sync/gatedAnswer.js';
import type { ReadPage, RouteRead, RowRead, TrunkPage } from '../src/domain/sync/syncReads.js';
import type { ActivityDeps } from './deps.js';
import { type SyncCall, syncCall } from './syncCall.js';

/** What a round of the trunk sync reads, one call an attempt. Only what the policy names comes back: histories stay small. */
export function syncReadActivities(deps: ActivityDeps) {
  return {
    async readSyncSite(input: SyncCall & { siteId: string }): Promise<GatedAnswer<SiteFact>> {
      return await syncCall(deps, input, async (genesys) => (await genesys.site(input.siteId)).value);
    },

    /** The policy's routes among those on one page of a site's. */
    async readSyncRoutes(
      input: SyncCall & { siteId: string; routeIds: readonly string[]; page: number },
    ): Promise<GatedAnswer<ReadPage<readonly RouteRead[]>>> {
      return await syncCall(deps, input, async (genesys) => {
        const { items, pageCount } = (await genesys.siteRoutes(input.siteId, input.page)).value;
        return { items: items.filter(({ fact }) => input.routeIds.includes(fact.id)), pages: pageCount };
      });
    },

    /** One route, after somebody changed it. */
    async readSyncRoute(input: SyncCall & { siteId: string; routeId: string }): Promise<GatedAnswer<RouteRead>> {
      return await syncCall(
        deps,
        input,
        async (genesys) => (await genesys.outboundRoute(input.siteId, input.routeId)).value,
      );
    },

    /** Trunks of some trunk bases, among those on one page of all. */
    async readSyncTrunks(
      input: SyncCall & { trunkBases: readonly string[]; page: number },
    ): Promise<GatedAnswer<TrunkPage>> {
      return await syncCall(deps, input, async (genesys) => {
        const { items, pageCount } = (await genesys.trunks(input.page)).value;
        const ours = items.filter(({ trunkBaseId }) => input.trunkBases.includes(trunkBaseId));
        return { items: ours, pages: pageCount, readAt: deps.now().toISOString() };
      });
    },

    /** Rows of some keys, among those on one page of the table. */
    async readSyncRows(
      input: SyncCall & { tableId: string; keys: readonly string[]; page: number },
    ): Promise<GatedAnswer<ReadPage<Readonly<Record<string, RowRead>>>>> {
      return await syncCall(deps, input, async (genesys) => {
        const { items, pageCount } = (await genesys.dataTableRows(input.tableId, input.page)).value;
        const ours = items.filter(({ key }) => input.keys.includes(key));
        return { items: Object.fromEntries(ours.map(({ key, row, raw }) => [key, { row, raw }])), pages: pageCount };
      });
    },

    /** Up to a hundred campaigns by id. */
    async readSyncCampaigns(input: SyncCall & { ids: readonly string[] }): Promise<GatedAnswer<CampaignFact[]>> {
      return await syncCall(deps, input, async (genesys) =>
        (await genesys.campaigns(1, input.ids)).value.items.map(({ id, name, version, status, lineCount }) => ({
          id,
          name,
          version,
          status,
          lineCount,
        })),
      );
    },

    async readSyncSchedules(input: SyncCall & { businessUnitId: string }): Promise<GatedAnswer<ScheduleFact[]>> {
      return await syncCall(
        deps,
        input,
        async (genesys) => (await genesys.publishedSchedules(input.businessUnitId)).value,
      );
    },
  };
}
