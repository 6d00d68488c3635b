import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { ApiError } from '../api/apiError.js';
import { isoSeconds } from '../data/zoneDays.js';
import { seededUuid } from '../data/seededRandom.js';
import type { SimulatorContext } from '../simulatorContext.js';
import type { Campaign } from './campaigns.js';
import { type PageQuery, pageOf } from './pageOf.js';

const CAMPAIGNS = '/api/v2/outbound/campaigns';

const CampaignBody = z.object({
  name: z.string().min(1),
  contactList: z.object({ id: z.string() }),
  dialingMode: z.string(),
  phoneColumns: z.array(z.unknown()).min(1),
  callerName: z.string(),
  callerAddress: z.string(),
  outboundLineCount: z.number().int().nonnegative().nullish(),
  abandonRate: z.number().nullish(),
  version: z.number().int(),
});
const PatchBody = z.object({
  outboundLineCount: z.number().int().nonnegative().nullish(),
  abandonRate: z.number().nullish(),
});

interface CampaignCall {
  Params: { campaignId: string };
}

/**
 * Outbound campaigns. A PUT wants the current version and a campaign that does not run; a PATCH wants neither, and takes the line
 * count and few other fields alone.
 */
export function campaignRoutes(api: FastifyInstance, { telephony, organisation, now }: SimulatorContext): void {
  const { seed } = telephony;

  api.get<{ Querystring: PageQuery & { id?: string | string[]; name?: string } }>(CAMPAIGNS, ({ query }) => {
    const ids = query.id === undefined ? null : [query.id].flat().flatMap((text) => text.split(','));
    if (ids && ids.length > 100) throw new ApiError(400, 'bad.request', 'At most 100 ids can be given');
    const chosen = telephony.campaigns.filter(
      (campaign) => (ids?.includes(campaign.id) ?? true) && (query.name === undefined || campaign.name === query.name),
    );
    return pageOf(chosen, query, CAMPAIGNS, campaignBody);
  });
  api.get<CampaignCall>(`${CAMPAIGNS}/:campaignId`, ({ params }) => campaignBody(campaignOf(params.campaignId)));

  api.put<CampaignCall>(`${CAMPAIGNS}/:campaignId`, (request) => {
    const campaign = campaignOf(request.params.campaignId);
    const body = CampaignBody.safeParse(request.body);
    if (!body.success) throw fieldsMissing(body.error);
    if (statusOf(campaign) !== 'off')
      throw new ApiError(409, 'invalid.update.campaign.active', 'An active campaign cannot be changed');
    if (body.data.version !== campaign.version)
      throw new ApiError(409, 'invalid.update.wrong.version', 'The version is not that of the most recent update');
    const { name, dialingMode, callerName, callerAddress, outboundLineCount, abandonRate } = body.data;
    const change = { name, dialingMode, callerName, callerAddress };
    const numbers = { outboundLineCount: outboundLineCount ?? 0, abandonRate: abandonRate ?? 0 };
    telephony.writeCampaign(campaign, { ...change, ...numbers }, { kind: 'client', id: request.clientId });
    return campaignBody(campaign);
  });
  api.patch<CampaignCall>(`${CAMPAIGNS}/:campaignId`, (request, reply) => {
    const campaign = campaignOf(request.params.campaignId);
    const body = PatchBody.safeParse(request.body);
    if (!body.success) throw fieldsMissing(body.error);
    const { outboundLineCount, abandonRate } = body.data;
    const change = {
      outboundLineCount: outboundLineCount ?? campaign.outboundLineCount,
      abandonRate: abandonRate ?? campaign.abandonRate,
    };
    telephony.writeCampaign(campaign, change, { kind: 'client', id: request.clientId });
    return reply.code(204).send();
  });
  api.post<CampaignCall>(`${CAMPAIGNS}/:campaignId/start`, (request, reply) => {
    const campaign = campaignOf(request.params.campaignId);
    if (statusOf(campaign) !== 'off') throw badTransition(campaign);
    campaign.status = 'on';
    return reply.code(204).send();
  });
  api.post<CampaignCall>(`${CAMPAIGNS}/:campaignId/stop`, (request, reply) => {
    const campaign = campaignOf(request.params.campaignId);
    if (statusOf(campaign) !== 'on') throw badTransition(campaign);
    campaign.status = 'stopping';
    campaign.offFromMs = now() + telephony.settings.campaignStopSeconds * 1000;
    return reply.code(204).send();
  });

  function campaignOf(id: string): Campaign {
    const campaign = telephony.campaigns.find((known) => known.id === id);
    if (!campaign) throw new ApiError(404, 'not.found', `The campaign ${id} was not found`);
    return campaign;
  }

  function statusOf(campaign: Campaign): Campaign['status'] {
    if (campaign.status === 'stopping' && campaign.offFromMs <= now()) campaign.status = 'off';
    return campaign.status;
  }

  function badTransition(campaign: Campaign): ApiError {
    return new ApiError(400, 'invalid.update.bad.status.transition', `The campaign is ${statusOf(campaign)}`);
  }

  function campaignBody(campaign: Campaign) {
    const { id, name, siteId, version, outboundLineCount, dialingMode, callerName, callerAddress } = campaign;
    return {
      id,
      name,
      dateCreated: isoSeconds(1_700_000_000),
      dateModified: new Date(campaign.modifiedAtMs).toISOString(),
      version,
      contactList: { id: seededUuid(seed, 'contact list', id), name: `${name} contacts` },
      ...(dialingMode === 'agentless' ? {} : { queue: { id: seededUuid(seed, 'queue', id), name: `${name} queue` } }),
      dialingMode,
      site: { id: siteId, selfUri: `/api/v2/telephony/providers/edges/sites/${siteId}` },
      campaignStatus: statusOf(campaign),
      phoneColumns: [{ columnName: 'mobile', type: 'cell' }],
      abandonRate: campaign.abandonRate,
      callerName,
      callerAddress,
      outboundLineCount,
      alwaysRunning: false,
      noAnswerTimeout: 30,
      priority: 3,
      division: { id: organisation.divisionId, name: 'Home' },
      selfUri: `${CAMPAIGNS}/${id}`,
    };
  }
}

function fieldsMissing(error: z.ZodError): ApiError {
  const fields = error.issues.map((issue) => issue.path.join('.') || 'body').join(', ');
  return new ApiError(400, 'bad.request', `Fields are missing or wrong: ${fields}`);
}
