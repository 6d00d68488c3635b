import type { Lane } from '../src/domain/lane.js';
import type { GatedAnswer, SyncGate } from '../src/domain/sync/gatedAnswer.js';
import { businessUnitsOf, campaignsOf, trunkBasesOf } from '../src/domain/sync/policyParts.js';
import type { SiteFact, TrunkFact } from '../src/domain/sync/syncFacts.js';
import type { SyncPolicy } from '../src/domain/sync/syncPolicy.js';
import type { KnownTruth, ReadPage, RoundReads, RowRead } from '../src/domain/sync/syncReads.js';
import { type SyncCalls, syncCallsOf } from './syncActivities.js';

/** For whom and for what a round reads. */
export interface ReadRequest {
  readonly organisationId: string;
  readonly syncId: string;
  readonly policy: SyncPolicy;
  /** Read once and kept until the policy changes. */
  readonly sites: readonly SiteFact[] | null;
  /** With it only trunks and routes are read, and this is taken for the rest. */
  readonly known: KnownTruth | null;
  readonly lane: Lane;
}

/** Campaigns that one call may name. Source: Genesys's documentation of the call. */
const NAMED_AT_ONCE = 100;

/** A gate inside `reading`, so that many calls at once need one look. */
class GateMet extends Error {
  constructor(readonly gate: SyncGate) {
    super(gate.why);
  }
}

/**
 * Reads all that a round decides by, side by side: a call each business unit and site, and one a page of trunks, rows and campaigns.
 *
 * @returns the gate that the first of the calls met, where one did: what the others brought is too old by the time it opens.
 */
export async function readTruth(request: ReadRequest): Promise<GatedAnswer<RoundReads>> {
  const reading = new Reading(request, syncCallsOf(request.lane));
  try {
    return { value: await reading.all() };
  } catch (error) {
    if (error instanceof GateMet) return { gate: error.gate };
    throw error;
  }
}

class Reading {
  /** By the clock of the worker that read the trunks: it is in the history, so that every replay decides for the same instant. */
  private readAt = '';

  constructor(
    private readonly request: ReadRequest,
    private readonly calls: SyncCalls,
  ) {}

  async all(): Promise<RoundReads> {
    const { known } = this.request;
    const parts = {
      sites: this.sites(),
      routes: this.routes(),
      trunks: this.trunks(),
      schedules: known ? Promise.resolve(known.schedules) : this.schedules(),
      rows: known ? Promise.resolve(known.rows) : this.rows(),
      campaigns: known ? Promise.resolve(known.campaigns) : this.campaigns(),
    };
    // Calls that are under way end before the round does, whatever the others met.
    await Promise.allSettled(Object.values(parts));
    const trunks = await parts.trunks;
    return {
      readAt: this.readAt,
      sites: await parts.sites,
      routes: await parts.routes,
      trunks,
      schedules: await parts.schedules,
      rows: await parts.rows,
      campaigns: await parts.campaigns,
    };
  }

  private get whose() {
    const { organisationId, syncId, lane } = this.request;
    return { organisationId, syncId, lane };
  }

  private async sites(): Promise<readonly SiteFact[]> {
    const { sites, policy } = this.request;
    if (sites) return sites;
    return await inParallel(policy.sites, async ({ site: siteId }) =>
      opened(
        await this.calls.reads.readSyncSite.executeWithOptions({ summary: `Read site ${siteId}` }, [
          { ...this.whose, siteId },
        ]),
      ),
    );
  }

  private async routes() {
    const read = await inParallel(this.request.policy.sites, async ({ site, routes }) => {
      const routeIds = routes.map(({ outboundRoute }) => outboundRoute);
      return await everyPage(async (page) =>
        opened(
          await this.calls.reads.readSyncRoutes.executeWithOptions({ summary: `Read the routes of site ${site}` }, [
            { ...this.whose, siteId: site, routeIds, page },
          ]),
        ),
      );
    });
    return read.flat(2);
  }

  private async trunks(): Promise<readonly TrunkFact[]> {
    const trunkBases = trunkBasesOf(this.request.policy);
    const pages = await everyPage(async (page) => {
      const read = opened(
        await this.calls.reads.readSyncTrunks.executeWithOptions({ summary: `Read the trunks, page ${page}` }, [
          { ...this.whose, trunkBases, page },
        ]),
      );
      if (page === 1) this.readAt = read.readAt;
      return read;
    });
    return pages.flat();
  }

  private async schedules() {
    const read = await inParallel(businessUnitsOf(this.request.policy), async (businessUnitId) =>
      opened(
        await this.calls.reads.readSyncSchedules.executeWithOptions(
          { summary: `Read the schedules of business unit ${businessUnitId}` },
          [{ ...this.whose, businessUnitId }],
        ),
      ),
    );
    return read.flat();
  }

  private async rows(): Promise<Readonly<Record<string, RowRead>>> {
    const { metadataTable: tableId } = this.request.policy;
    if (tableId === undefined) return {};
    const keys = trunkBasesOf(this.request.policy);
    const pages = await everyPage(async (page) =>
      opened(
        await this.calls.reads.readSyncRows.executeWithOptions({ summary: `Read the trunks' rows, page ${page}` }, [
          { ...this.whose, tableId, keys, page },
        ]),
      ),
    );
    return Object.assign({}, ...pages) as Record<string, RowRead>;
  }

  private async campaigns() {
    const ids = campaignsOf(this.request.policy);
    const slices = Array.from({ length: Math.ceil(ids.length / NAMED_AT_ONCE) }, (_, slice) =>
      ids.slice(slice * NAMED_AT_ONCE, (slice + 1) * NAMED_AT_ONCE),
    );
    const read = await inParallel(slices, async (slice) =>
      opened(
        await this.calls.reads.readSyncCampaigns.executeWithOptions({ summary: 'Read the campaigns' }, [
          { ...this.whose, ids: slice },
        ]),
      ),
    );
    return read.flat();
  }
}

function opened<T>(answer: GatedAnswer<T>): T {
  if ('gate' in answer) throw new GateMet(answer.gate);
  return answer.value;
}

async function everyPage<T>(read: (page: number) => Promise<ReadPage<T>>): Promise<T[]> {
  const first = await read(1);
  const others = Array.from({ length: Math.max(0, first.pages - 1) }, (_, index) => index + 2);
  const rest = await inParallel(others, async (page) => (await read(page)).items);
  return [first.items, ...rest];
}

/** All at once, and to their ends: the first failure is told when none runs any more. */
async function inParallel<T, R>(items: readonly T[], run: (item: T) => Promise<R>): Promise<R[]> {
  const ended = await Promise.allSettled(items.map(run));
  return ended.map((outcome) => {
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  });
}
