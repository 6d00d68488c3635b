import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { ApiError } from '../api/apiError.js';
import { isoSeconds } from '../data/zoneDays.js';
import type { SimulatorContext } from '../simulatorContext.js';
import { type OutboundRoute, staleVersion } from './outboundRoutes.js';
import { type PageQuery, pageOf } from './pageOf.js';
import { found } from './trunkRoutes.js';

const EDGES = '/api/v2/telephony/providers/edges';

const RouteBody = z.object({
  name: z.string().min(1),
  description: z.string().nullish(),
  classificationTypes: z.array(z.string()).min(1),
  enabled: z.boolean().nullish(),
  distribution: z.enum(['SEQUENTIAL', 'RANDOM']).nullish(),
  externalTrunkBases: z.array(z.object({ id: z.string() })).nullish(),
  version: z.number().int(),
});

interface RouteCall {
  Params: { siteId: string; outboundRouteId: string };
}

/**
 * The outbound routes of sites, and their PUT: a full replacement under the current version.
 *
 * A version that is not the current one is refused as 409 and as 400 in turn. A list without trunk bases is taken, as nothing says
 * that it is not.
 */
export function outboundRouteRoutes(api: FastifyInstance, { telephony, organisation }: SimulatorContext): void {
  let stale = 0;

  api.get<{ Params: { siteId: string }; Querystring: PageQuery & { name?: string } }>(
    `${EDGES}/sites/:siteId/outboundroutes`,
    ({ params, query }) => {
      const site = found(telephony.sites, params.siteId, 'site');
      const here = telephony.routes.filter(
        (route) => route.siteId === site.id && (query.name === undefined || route.name === query.name),
      );
      return pageOf(here, query, `${EDGES}/sites/${site.id}/outboundroutes`, routeBody);
    },
  );

  api.get<RouteCall>(`${EDGES}/sites/:siteId/outboundroutes/:outboundRouteId`, ({ params }) =>
    routeBody(routeOf(params)),
  );

  api.put<RouteCall>(`${EDGES}/sites/:siteId/outboundroutes/:outboundRouteId`, (request) => {
    const route = routeOf(request.params);
    if (telephony.sites.find((site) => site.id === route.siteId)?.managed)
      // Which code it is, is a guess: the one that campaigns answer for such sites.
      throw new ApiError(400, 'managed.site.cannot.be.configured', 'A managed site cannot be configured');
    const body = readBody(request.body);
    if (body.version !== route.version) throw staleVersion(body.version, route.version, stale++ % 2 === 0 ? 409 : 400);
    const trunkBaseIds = (body.externalTrunkBases ?? []).map((base) => base.id);
    refuseBases(trunkBaseIds);
    telephony.writeRoute(
      route,
      {
        name: body.name,
        description: body.description ?? undefined,
        classificationTypes: body.classificationTypes,
        enabled: body.enabled ?? false,
        distribution: body.distribution ?? 'SEQUENTIAL',
        trunkBaseIds,
      },
      { kind: 'client', id: request.clientId },
    );
    return routeBody(route);
  });

  function routeOf({ siteId, outboundRouteId }: RouteCall['Params']): OutboundRoute {
    const site = found(telephony.sites, siteId, 'site');
    const here = telephony.routes.filter((route) => route.siteId === site.id);
    return found(here, outboundRouteId, 'outbound route');
  }

  function refuseBases(ids: readonly string[]): void {
    if (new Set(ids).size < ids.length)
      throw new ApiError(400, 'duplicate.value', 'externalTrunkBases names a trunk base twice');
    const known = telephony.knownBases();
    const unknown = ids.find((id) => !known.some((base) => base.id === id));
    // A guess, of the code and that it is refused at all.
    if (unknown !== undefined)
      throw new ApiError(400, 'bad.request', `The trunk base ${unknown} in externalTrunkBases does not exist`);
  }

  function routeBody(route: OutboundRoute) {
    const { id, name, description, version, classificationTypes, enabled, distribution } = route;
    return {
      id,
      name,
      division: { id: organisation.divisionId, name: 'Home' },
      ...(description === undefined ? {} : { description }),
      version,
      dateCreated: isoSeconds(1_700_000_000),
      dateModified: new Date(route.modifiedAtMs).toISOString(),
      ...(route.modifiedBy === undefined ? {} : { modifiedBy: route.modifiedBy }),
      state: 'active',
      classificationTypes,
      enabled,
      distribution,
      externalTrunkBases: route.trunkBaseIds.map((baseId) => ({
        id: baseId,
        name: telephony.trunkBases.find((base) => base.id === baseId)?.name,
        selfUri: `${EDGES}/trunkbasesettings/${baseId}`,
      })),
      selfUri: `${EDGES}/sites/${route.siteId}/outboundroutes/${id}`,
    };
  }
}

function readBody(body: unknown): z.infer<typeof RouteBody> {
  const parsed = RouteBody.safeParse(body);
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.map((issue) => issue.path.join('.') || 'body').join(', ');
  throw new ApiError(400, 'required.field.missing', `Fields are missing or wrong: ${fields}`);
}
