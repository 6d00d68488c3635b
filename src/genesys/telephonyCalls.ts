import { Failure } from '../domain/failure.js';
import type { RouteFact, SiteFact, TrunkFact } from '../domain/sync/syncFacts.js';
import { type ApiAnswer, answered } from './apiAnswer.js';
import { decoded } from './decoders.js';
import { ENDPOINTS } from './endpoints.js';
import type { LaneCalls } from './laneCalls.js';
import { LARGEST_PAGE, type Page, pageAnswer, pageOf } from './page.js';
import {
  OutboundRouteAnswer,
  routeFact,
  SiteAnswer,
  TrunkAnswer,
  TrunkBaseAnswer,
  trunkFact,
} from './telephonyAnswers.js';

/** A route with the object that Genesys gave: a write echoes every field of it. */
export interface OutboundRoute {
  readonly fact: RouteFact;
  readonly raw: Readonly<Record<string, unknown>>;
}

/** What a trunk is configured by, whatever edges it is on: what routes name. */
export interface TrunkBase {
  readonly id: string;
  readonly name: string;
  /** `EXTERNAL` for those of carriers. */
  readonly trunkType: string | null;
  readonly state: string | null;
  readonly managed: boolean;
  readonly siteId: string | null;
}

/** Sites, their outbound routes and trunks. Page numbers begin at 1; a page has up to 100 items. */
export interface TelephonyCalls {
  sites(pageNumber: number): Promise<ApiAnswer<Page<SiteFact>>>;
  site(siteId: string): Promise<ApiAnswer<SiteFact>>;
  siteRoutes(siteId: string, pageNumber?: number): Promise<ApiAnswer<Page<OutboundRoute>>>;
  outboundRoute(siteId: string, outboundRouteId: string): Promise<ApiAnswer<OutboundRoute>>;
  /**
   * Writes a route's trunk bases, in the order in which they shall be tried; every other field is sent as it was given, its version too.
   *
   * @param route as it was read: its `raw`.
   * @throws Failure `Conflict` where somebody changed it since; `InvalidInput` for an empty list, which is never sent.
   */
  putOutboundRoute(
    siteId: string,
    route: OutboundRoute['raw'],
    trunkBaseIds: readonly string[],
  ): Promise<ApiAnswer<OutboundRoute>>;
  /** Trunks to carriers (`EXTERNAL`). */
  trunks(pageNumber: number): Promise<ApiAnswer<Page<TrunkFact>>>;
  trunkBases(pageNumber: number): Promise<ApiAnswer<Page<TrunkBase>>>;
}

type OutboundRouteBody = Parameters<LaneCalls['sdk']['telephony']['putTelephonyProvidersEdgesSiteOutboundroute']>[2];

export function telephonyCalls({ sdk, make }: LaneCalls): TelephonyCalls {
  const { telephony } = sdk;
  return {
    async sites(pageNumber) {
      const endpoint = ENDPOINTS.sites;
      const answer = await make(endpoint, () =>
        telephony.getTelephonyProvidersEdgesSites({ pageNumber, pageSize: LARGEST_PAGE }),
      );
      return answered(answer, pageOf(decoded(pageAnswer(SiteAnswer), answer, endpoint), pageNumber, asIs));
    },

    async site(siteId) {
      const endpoint = ENDPOINTS.site;
      const answer = await make(endpoint, () => telephony.getTelephonyProvidersEdgesSite(siteId));
      return answered(answer, decoded(SiteAnswer, answer, endpoint));
    },

    async siteRoutes(siteId, pageNumber = 1) {
      const endpoint = ENDPOINTS.siteRoutes;
      const answer = await make(endpoint, () =>
        telephony.getTelephonyProvidersEdgesSiteOutboundroutes(siteId, { pageNumber, pageSize: LARGEST_PAGE }),
      );
      const list = decoded(pageAnswer(OutboundRouteAnswer), answer, endpoint);
      return answered(
        answer,
        pageOf(list, pageNumber, (raw) => ({ fact: routeFact(siteId, raw), raw })),
      );
    },

    async outboundRoute(siteId, outboundRouteId) {
      const endpoint = ENDPOINTS.outboundRoute;
      const answer = await make(endpoint, () =>
        telephony.getTelephonyProvidersEdgesSiteOutboundroute(siteId, outboundRouteId),
      );
      const raw = decoded(OutboundRouteAnswer, answer, endpoint);
      return answered(answer, { fact: routeFact(siteId, raw), raw });
    },

    async putOutboundRoute(siteId, route, trunkBaseIds) {
      const endpoint = ENDPOINTS.putOutboundRoute;
      const body = withTrunkBases(route, trunkBaseIds);
      const answer = await make(endpoint, () =>
        telephony.putTelephonyProvidersEdgesSiteOutboundroute(siteId, body.id, body as OutboundRouteBody),
      );
      const raw = decoded(OutboundRouteAnswer, answer, endpoint);
      return answered(answer, { fact: routeFact(siteId, raw), raw });
    },

    async trunks(pageNumber) {
      const endpoint = ENDPOINTS.trunks;
      const answer = await make(endpoint, () =>
        telephony.getTelephonyProvidersEdgesTrunks({ pageNumber, pageSize: LARGEST_PAGE, trunkType: 'EXTERNAL' }),
      );
      return answered(answer, pageOf(decoded(pageAnswer(TrunkAnswer), answer, endpoint), pageNumber, trunkFact));
    },

    async trunkBases(pageNumber) {
      const endpoint = ENDPOINTS.trunkBases;
      const answer = await make(endpoint, () =>
        telephony.getTelephonyProvidersEdgesTrunkbasesettings({ pageNumber, pageSize: LARGEST_PAGE }),
      );
      return answered(answer, pageOf(decoded(pageAnswer(TrunkBaseAnswer), answer, endpoint), pageNumber, asIs));
    },
  };
}

/** The route as it was given, with other trunk bases. */
function withTrunkBases(route: OutboundRoute['raw'], trunkBaseIds: readonly string[]): OutboundRouteAnswer {
  const given = OutboundRouteAnswer.safeParse(route);
  if (!given.success)
    throw new Failure(
      'InvalidInput',
      'An outbound route was to be written that is not as Genesys gives them. Nothing was sent.',
    );
  const { id, externalTrunkBases } = given.data;
  if (trunkBaseIds.length === 0)
    throw new Failure('InvalidInput', `Outbound route ${id} was to be left without trunk bases. Nothing was sent.`);
  const known = new Map((externalTrunkBases ?? []).map((trunkBase) => [trunkBase.id, trunkBase]));
  return { ...given.data, externalTrunkBases: trunkBaseIds.map((one) => known.get(one) ?? { id: one }) };
}

function asIs<T>(item: T): T {
  return item;
}
