import { z } from 'zod';
import { ExternalId } from '../exportWindow.js';

const Share = z.number().positive().max(1000);

/** One trunk base of a route, in order of preference. */
export const PolicyTrunk = z.strictObject({
  trunkBase: ExternalId,
  carrier: z.string().trim().min(1).max(64),
  /** Calls that it carries at once. */
  maxCalls: z.number().int().positive().max(100_000),
});
export type PolicyTrunk = z.infer<typeof PolicyTrunk>;

/** One outbound route of a site, and the trunk bases that may carry it. */
export const PolicyRoute = z.strictObject({
  outboundRoute: ExternalId,
  /** Calls wanted for each agent who is scheduled. */
  callsPerAgent: Share,
  minimumTrunks: z.number().int().min(1).max(100).default(1),
  trunks: z.array(PolicyTrunk).min(1).max(100),
});
export type PolicyRoute = z.infer<typeof PolicyRoute>;

/** One campaign whose line count follows the agents of its site. */
export const PolicyCampaign = z.strictObject({ campaign: ExternalId, linesPerAgent: Share });
export type PolicyCampaign = z.infer<typeof PolicyCampaign>;

/** One site, the business unit whose agents decide how many calls it makes, and what is routed there. */
export const PolicySite = z.strictObject({
  site: ExternalId,
  businessUnit: ExternalId,
  /** Absent: all of the business unit. */
  managementUnits: z.array(ExternalId).min(1).max(200).optional(),
  /** Either these, or `activityCodes`. (Default: OnQueueWork) */
  activityCategories: z.array(z.string().min(1).max(64)).min(1).max(20).optional(),
  activityCodes: z.array(ExternalId).min(1).max(200).optional(),
  routes: z.array(PolicyRoute).min(1).max(50),
  campaigns: z.array(PolicyCampaign).max(50).default([]),
});
export type PolicySite = z.infer<typeof PolicySite>;

/** What a route does when somebody changed it by hand. */
export const ON_DRIFT = ['report', 'adopt', 'restore'] as const;

/** Which trunks carry which routes for how many agents, and how the sync behaves: `sync:` in the configuration. */
export const SyncPolicy = z
  .strictObject({
    /** Availability is decided for intervals of so many minutes, counted from the hour. */
    intervalMinutes: z.union([z.literal(5), z.literal(10), z.literal(15), z.literal(30), z.literal(60)]).default(15),
    /** The timer's round. */
    everyMinutes: z.number().min(1).max(60).default(5),
    /** From the first schedule change to the round that heeds it. */
    debounceSeconds: z.number().min(0).max(300).default(10),
    /** A trunk back from failover waits so long before it carries calls again. */
    holdDownSeconds: z.number().min(0).max(86_400).default(120),
    maxWritesPerRound: z.number().int().min(1).max(1000).default(60),
    /** Architect data table of the trunks' metadata. Absent: none is written. */
    metadataTable: ExternalId.optional(),
    onDrift: z.enum(ON_DRIFT).default('report'),
    sites: z.array(PolicySite).min(1).max(50),
  })
  .superRefine(refuseContradictions);
export type SyncPolicy = z.infer<typeof SyncPolicy>;

function refuseContradictions(policy: { sites: readonly PolicySite[] }, context: z.RefinementCtx): void {
  const refuse = (path: (string | number)[], message: string): void => {
    context.addIssue({ code: 'custom', path: ['sites', ...path], message });
  };
  const routes = new Set<string>();
  const campaigns = new Set<string>();
  const sites = new Set<string>();
  const carriers = new Map<string, string>();
  policy.sites.forEach((site, at) => {
    if (sites.has(site.site))
      refuse([at, 'site'], `site ${site.site} is named twice: give it one entry with all its routes`);
    sites.add(site.site);
    if (site.activityCategories && site.activityCodes)
      refuse([at, 'activityCodes'], 'give activityCategories or activityCodes, not both');
    site.routes.forEach((route, r) => {
      const path = [at, 'routes', r];
      if (routes.has(route.outboundRoute))
        refuse(
          [...path, 'outboundRoute'],
          `route ${route.outboundRoute} is named twice: two entries would write it in turns`,
        );
      routes.add(route.outboundRoute);
      if (route.minimumTrunks > route.trunks.length)
        refuse(
          [...path, 'minimumTrunks'],
          `${route.minimumTrunks} is more than the ${route.trunks.length} trunks listed`,
        );
      const seen = new Set<string>();
      route.trunks.forEach((trunk, t) => {
        if (seen.has(trunk.trunkBase))
          refuse([...path, 'trunks', t, 'trunkBase'], `trunk base ${trunk.trunkBase} is listed twice in this route`);
        seen.add(trunk.trunkBase);
        const carrier = carriers.get(trunk.trunkBase) ?? trunk.carrier;
        if (carrier !== trunk.carrier)
          refuse([...path, 'trunks', t, 'carrier'], `trunk base ${trunk.trunkBase} is ${carrier}'s in another route`);
        carriers.set(trunk.trunkBase, carrier);
      });
    });
    site.campaigns.forEach(({ campaign }, c) => {
      if (campaigns.has(campaign)) refuse([at, 'campaigns', c, 'campaign'], `campaign ${campaign} is named twice`);
      campaigns.add(campaign);
    });
  });
}
