import { z } from 'zod';
import type { RouteFact, SiteFact, TrunkFact } from '../domain/sync/syncFacts.js';

const id = z.string().min(1);
const text = z.string().nullish().catch(null);
const flag = z.boolean().nullish().catch(null);

/** An instant, as ISO 8601 UTC; null where there is none that can be read. */
const instant = z
  .string()
  .nullish()
  .catch(null)
  .transform((at) => (at == null || Number.isNaN(Date.parse(at)) ? null : new Date(at).toISOString()));

export const SiteAnswer = z
  .object({ id, name: z.string(), managed: z.boolean().nullish() })
  .transform((site): SiteFact => ({ id: site.id, name: site.name, managed: site.managed === true }));

/** What a route must have so that it can be decided and written; whatever else it has is kept, and is sent back. */
export const OutboundRouteAnswer = z.looseObject({
  id,
  name: z.string(),
  version: z.number().int(),
  classificationTypes: z.array(z.string()),
  externalTrunkBases: z.array(z.looseObject({ id })).nullish(),
});
export type OutboundRouteAnswer = z.infer<typeof OutboundRouteAnswer>;

const RouteSettings = z.object({
  enabled: flag,
  distribution: z.enum(['SEQUENTIAL', 'RANDOM']).nullish().catch(null),
});

export function routeFact(siteId: string, route: OutboundRouteAnswer): RouteFact {
  const { enabled, distribution } = RouteSettings.parse(route);
  return {
    id: route.id,
    siteId,
    name: route.name,
    version: route.version,
    enabled: enabled !== false,
    distribution: distribution ?? null,
    trunkBaseIds: (route.externalTrunkBases ?? []).map((trunkBase) => trunkBase.id),
  };
}

export const TrunkAnswer = z.object({
  id,
  name: z.string(),
  trunkBase: z.object({ id }).nullish(),
  state: z.enum(['active', 'inactive', 'deleted']).nullish().catch(null),
  inService: flag,
  enabled: flag,
  connectedStatus: z.object({ connected: flag, connectedStateTime: instant }).nullish().catch(null),
  optionsEnabledStatus: text,
  optionsStatus: z
    .array(z.object({ proxyAddress: text, optionState: flag, optionStateTime: instant }))
    .nullish()
    .catch(null),
});

/** Null for a trunk without a trunk base: no route can name it. */
export function trunkFact(trunk: z.infer<typeof TrunkAnswer>): TrunkFact | null {
  if (!trunk.trunkBase) return null;
  return {
    id: trunk.id,
    trunkBaseId: trunk.trunkBase.id,
    name: trunk.name,
    state: trunk.state ?? null,
    inService: trunk.inService ?? null,
    enabled: trunk.enabled ?? null,
    connected: trunk.connectedStatus?.connected ?? null,
    connectedAt: trunk.connectedStatus?.connectedStateTime ?? null,
    optionsEnabled: trunk.optionsEnabledStatus === 'ENABLED',
    // A proxy whose state is not told says nothing.
    options: (trunk.optionsStatus ?? []).flatMap(({ proxyAddress, optionState, optionStateTime }) =>
      optionState == null ? [] : [{ proxy: proxyAddress ?? null, up: optionState, at: optionStateTime }],
    ),
  };
}

export const TrunkBaseAnswer = z
  .object({ id, name: z.string(), trunkType: text, state: text, managed: flag, site: z.object({ id }).nullish() })
  .transform(({ site, managed, trunkType, state, ...trunkBase }) => ({
    ...trunkBase,
    trunkType: trunkType ?? null,
    state: state ?? null,
    managed: managed === true,
    siteId: site?.id ?? null,
  }));
