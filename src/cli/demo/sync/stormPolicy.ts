import { SyncPolicy } from '../../../domain/sync/syncPolicy.js';

/** What a policy of the simulated organisation is made of. */
export interface StormTelephony {
  readonly sites: readonly { readonly id: string; readonly managed: boolean }[];
  readonly routes: readonly {
    readonly id: string;
    readonly siteId: string;
    readonly trunkBaseIds: readonly string[];
  }[];
  readonly trunkBases: readonly { readonly id: string; readonly name: string; readonly carrier: string }[];
  readonly tableId: string;
  readonly campaigns: readonly { readonly id: string; readonly siteId: string }[];
}

/** Calls that a trunk of the simulated organisation carries: few, so that some forty agents need several trunks. */
const MAX_CALLS = 8;

/**
 * The policy of a storm: the simulated organisation's route for campaigns over all its trunks, its table and its campaigns.
 *
 * Carriers take turns in the order of preference, so that every carrier carries calls.
 */
export function stormPolicy(
  { sites, routes, trunkBases, tableId, campaigns }: StormTelephony,
  businessUnit: string,
  { holdDownSeconds, debounceSeconds }: { readonly holdDownSeconds: number; readonly debounceSeconds: number },
): SyncPolicy {
  const site = sites.find(({ managed }) => !managed);
  const route = routes.find(({ siteId, trunkBaseIds }) => siteId === site?.id && trunkBaseIds.length > 3);
  if (!site || !route) throw new Error('the simulated organisation has no route with trunks');
  const inTurn = [...trunkBases].sort((one, other) => numberOf(one.name) - numberOf(other.name));
  return SyncPolicy.parse({
    holdDownSeconds,
    debounceSeconds,
    metadataTable: tableId,
    sites: [
      {
        site: site.id,
        businessUnit,
        routes: [
          {
            outboundRoute: route.id,
            callsPerAgent: 1.5,
            minimumTrunks: 2,
            trunks: inTurn.map(({ id, carrier }) => ({ trunkBase: id, carrier, maxCalls: MAX_CALLS })),
          },
        ],
        campaigns: campaigns
          .filter(({ siteId }) => siteId === site.id)
          .map(({ id }) => ({ campaign: id, linesPerAgent: 1.2 })),
      },
    ],
  });
}

function numberOf(name: string): number {
  return Number(/\d+$/.exec(name)?.[0] ?? 0);
}
