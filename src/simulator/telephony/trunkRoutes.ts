import type { FastifyInstance } from 'fastify';
import { ApiError } from '../api/apiError.js';
import { isoSeconds } from '../data/zoneDays.js';
import type { SimulatorContext } from '../simulatorContext.js';
import { type PageQuery, pageOf } from './pageOf.js';
import type { SimulatedSite } from './sites.js';
import type { Trunk, TrunkBase } from './trunks.js';

const EDGES = '/api/v2/telephony/providers/edges';
const CREATED = isoSeconds(1_700_000_000);

interface TrunkQuery extends PageQuery {
  'trunkBase.id'?: string;
  'edge.id'?: string;
  trunkType?: string;
}

/**
 * Sites, trunk bases and trunks: read only, as trunks are in the API. The trunks of phones stand in the list too, unless
 * `trunkType` leaves them out.
 */
export function trunkRoutes(api: FastifyInstance, { telephony, organisation }: SimulatorContext): void {
  const division = { id: organisation.divisionId, name: 'Home' };

  api.get<{ Querystring: PageQuery & { name?: string; managed?: string } }>(`${EDGES}/sites`, ({ query }) =>
    pageOf(
      telephony.sites.filter(
        (site) =>
          (query.name === undefined || site.name === query.name) &&
          (query.managed === undefined || site.managed === (query.managed === 'true')),
      ),
      query,
      `${EDGES}/sites`,
      siteBody,
    ),
  );
  api.get<{ Params: { siteId: string } }>(`${EDGES}/sites/:siteId`, ({ params }) =>
    siteBody(found(telephony.sites, params.siteId, 'site')),
  );

  api.get<{ Querystring: PageQuery & { name?: string } }>(`${EDGES}/trunkbasesettings`, ({ query }) =>
    pageOf(
      telephony.knownBases().filter((base) => query.name === undefined || base.name === query.name),
      query,
      `${EDGES}/trunkbasesettings`,
      baseBody,
    ),
  );
  api.get<{ Params: { trunkBaseSettingsId: string } }>(
    `${EDGES}/trunkbasesettings/:trunkBaseSettingsId`,
    ({ params }) => baseBody(found(telephony.knownBases(), params.trunkBaseSettingsId, 'trunk base')),
  );

  api.get<{ Querystring: TrunkQuery }>(`${EDGES}/trunks`, ({ query }) => {
    const external = telephony.trunks.filter(
      (trunk) =>
        trunk.state !== 'deleted' &&
        (query.trunkType === undefined || query.trunkType === 'EXTERNAL') &&
        isAmong(query['trunkBase.id'], trunk.base.id) &&
        isAmong(query['edge.id'], trunk.edgeId),
    );
    const phones =
      query['trunkBase.id'] === undefined && (query.trunkType === undefined || query.trunkType === 'PHONE')
        ? phoneTrunks(telephony.trunks).filter((edgeId) => isAmong(query['edge.id'], edgeId))
        : [];
    const bodies = [...external.map(trunkBody), ...phones.map(phoneBody)];
    return pageOf(bodies, query, `${EDGES}/trunks`, (body) => body);
  });
  api.get<{ Params: { trunkId: string } }>(`${EDGES}/trunks/:trunkId`, ({ params }) => {
    const present = telephony.trunks.filter((trunk) => trunk.state !== 'deleted');
    return trunkBody(found(present, params.trunkId, 'trunk'));
  });

  function siteBody({ id, name, managed }: SimulatedSite) {
    return {
      id,
      name,
      division,
      version: 12,
      dateCreated: CREATED,
      state: 'active',
      managed,
      mediaModel: managed ? 'Cloud' : 'Premises',
      coreSite: false,
      mediaRegions: managed ? ['ap-southeast-1'] : [],
      callerId: '+6561234567',
      selfUri: `${EDGES}/sites/${id}`,
    };
  }

  function baseBody(base: TrunkBase) {
    return {
      id: base.id,
      name: base.name,
      division,
      description: `SIP trunk of ${base.carrier}`,
      version: 5,
      dateCreated: CREATED,
      state: 'active',
      trunkMetabase: { id: 'external_sip_carrier.json', name: 'Generic BYOC Carrier' },
      properties: {
        trunk_label: { type: 'string', value: { default: '', instance: base.name } },
        trunk_enabled: { type: 'boolean', value: { default: true, instance: true } },
      },
      trunkType: 'EXTERNAL',
      managed: false,
      site: reference(`${EDGES}/sites`, base.siteId),
      selfUri: `${EDGES}/trunkbasesettings/${base.id}`,
    };
  }

  function trunkBody(trunk: Trunk) {
    const asked = trunk.options === 'up' || trunk.options === 'down';
    return {
      id: trunk.id,
      name: trunk.name,
      division,
      version: 3,
      dateCreated: CREATED,
      state: trunk.state,
      trunkType: 'EXTERNAL',
      edge: reference(EDGES, trunk.edgeId),
      trunkBase: { ...reference(`${EDGES}/trunkbasesettings`, trunk.base.id), name: trunk.base.name },
      trunkMetabase: { id: 'external_sip_carrier.json', name: 'Generic BYOC Carrier' },
      inService: trunk.inService,
      enabled: trunk.enabled,
      connectedStatus: { connected: trunk.connected, connectedStateTime: iso(trunk.connectedSinceMs) },
      optionsStatus: asked ? [optionsOf(trunk)] : [],
      registersStatus: [],
      optionsEnabledStatus: asked ? 'ENABLED' : trunk.options === 'disabled' ? 'DISABLED' : 'NOT_SUPPORTED',
      registersEnabledStatus: 'NOT_SUPPORTED',
      family: 1,
      proxyAddressList: [trunk.proxyAddress],
      selfUri: `${EDGES}/trunks/${trunk.id}`,
    };
  }

  function phoneBody(edgeId: string) {
    return {
      id: `${edgeId.slice(0, -4)}ffff`,
      name: 'WebRTC phones',
      division,
      version: 1,
      dateCreated: CREATED,
      state: 'active',
      trunkType: 'PHONE',
      edge: reference(EDGES, edgeId),
      inService: true,
      enabled: true,
      optionsEnabledStatus: 'NOT_SUPPORTED',
      registersEnabledStatus: 'NOT_SUPPORTED',
      family: 2,
      selfUri: `${EDGES}/trunks/${edgeId.slice(0, -4)}ffff`,
    };
  }
}

/** @throws ApiError 404 `not.found`. */
export function found<T extends { readonly id: string }>(all: readonly T[], id: string, what: string): T {
  const one = all.find((known) => known.id === id);
  if (!one) throw new ApiError(404, 'not.found', `The requested ${what} ${id} was not found`);
  return one;
}

function optionsOf(trunk: Trunk) {
  const isUp = trunk.options === 'up';
  return {
    proxyAddress: trunk.proxyAddress,
    optionState: isUp,
    optionStateTime: iso(trunk.optionsSinceMs),
    ...(isUp ? {} : { errorInfo: { text: 'Request Timeout', code: '408' } }),
  };
}

function phoneTrunks(trunks: readonly Trunk[]): string[] {
  return [...new Set(trunks.map((trunk) => trunk.edgeId))];
}

function isAmong(ids: string | undefined, id: string): boolean {
  return ids === undefined || ids.split(',').includes(id);
}

function reference(path: string, id: string) {
  return { id, selfUri: `${path}/${id}` };
}

function iso(atMs: number): string {
  return new Date(atMs).toISOString();
}
