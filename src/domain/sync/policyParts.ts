import type { SyncPolicy } from './syncPolicy.js';

/** Trunk bases that a policy names, each once. */
export function trunkBasesOf(policy: SyncPolicy): string[] {
  return [
    ...new Set(
      policy.sites.flatMap((site) => site.routes.flatMap((route) => route.trunks.map(({ trunkBase }) => trunkBase))),
    ),
  ];
}

/** Business units that a policy's sites go by, each once. */
export function businessUnitsOf(policy: SyncPolicy): string[] {
  return [...new Set(policy.sites.map(({ businessUnit }) => businessUnit))];
}

/** Campaigns that a policy names. */
export function campaignsOf(policy: SyncPolicy): string[] {
  return policy.sites.flatMap((site) => site.campaigns.map(({ campaign }) => campaign));
}
