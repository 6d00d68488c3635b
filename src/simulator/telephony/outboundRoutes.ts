import { ApiError } from '../api/apiError.js';
import { seededUuid } from '../data/seededRandom.js';
import type { SimulatedSite } from './sites.js';
import type { TrunkBase } from './trunks.js';

/** An outbound route of a site. What a PUT leaves out is gone afterwards: it replaces the whole. */
export interface OutboundRoute {
  readonly id: string;
  readonly siteId: string;
  name: string;
  description: string | undefined;
  classificationTypes: readonly string[];
  enabled: boolean;
  distribution: 'SEQUENTIAL' | 'RANDOM';
  trunkBaseIds: readonly string[];
  version: number;
  modifiedAtMs: number;
  /** OAuth client or user. */
  modifiedBy: string | undefined;
}

/** A route's fields that a write brings. */
export type RouteWrite = Omit<OutboundRoute, 'id' | 'siteId' | 'version' | 'modifiedAtMs' | 'modifiedBy'>;

/** The routes of each own site: one for campaigns over all of its trunk bases, one for emergencies over the first of each carrier. */
export function outboundRoutesOf(
  seed: number,
  sites: readonly SimulatedSite[],
  bases: readonly TrunkBase[],
  sinceMs: number,
): OutboundRoute[] {
  return sites.flatMap((site): OutboundRoute[] => {
    const here = bases.filter((base) => base.siteId === site.id);
    const firsts = here.filter((base, at) => here.findIndex((other) => other.carrier === base.carrier) === at);
    const common = { siteId: site.id, enabled: true, version: 1, modifiedAtMs: sinceMs, modifiedBy: undefined };
    if (site.managed)
      return [
        {
          ...common,
          id: seededUuid(seed, 'outbound route', site.name, 'default'),
          name: 'Default Outbound Route',
          description: undefined,
          classificationTypes: ['National', 'International'],
          distribution: 'RANDOM' as const,
          trunkBaseIds: [],
        },
      ];
    return [
      {
        ...common,
        id: seededUuid(seed, 'outbound route', site.name, 'campaigns'),
        name: `${site.name} campaigns`,
        description: 'Outbound campaigns; the order is that in which trunks are tried',
        classificationTypes: ['National', 'International'],
        distribution: 'SEQUENTIAL' as const,
        trunkBaseIds: here.map((base) => base.id),
      },
      {
        ...common,
        id: seededUuid(seed, 'outbound route', site.name, 'emergency'),
        name: `${site.name} emergency`,
        description: 'Emergency numbers',
        classificationTypes: ['Emergency'],
        distribution: 'SEQUENTIAL' as const,
        trunkBaseIds: firsts.map((base) => base.id),
      },
    ];
  });
}

/**
 * A write with a version that is not the current one. Both forms were seen: a 409, and a 400 whose text alone says it.
 *
 * The code of the 400 is a guess.
 */
export function staleVersion(given: number, current: number, as: 409 | 400): ApiError {
  const text = `The version of the outbound route (${given.toString()}) does not match the current version (${current.toString()})`;
  return as === 409
    ? new ApiError(409, 'general.conflict', 'The request conflicts with the current state of the resource')
    : new ApiError(400, 'bad.request', text);
}
