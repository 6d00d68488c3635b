import { z } from 'zod';
import type { CampaignFact } from '../domain/sync/syncFacts.js';
import { type ApiAnswer, answered } from './apiAnswer.js';
import { decoded } from './decoders.js';
import { ENDPOINTS } from './endpoints.js';
import type { LaneCalls } from './laneCalls.js';
import { LARGEST_PAGE, type Page, pageAnswer, pageOf } from './page.js';

/** A campaign, and the site that its calls leave by, where it names one. */
export interface Campaign extends CampaignFact {
  readonly siteId: string | null;
}

/** Outbound campaigns. */
export interface OutboundCalls {
  /** A page of all campaigns, or of up to 100 that are named. */
  campaigns(pageNumber: number, ids?: readonly string[]): Promise<ApiAnswer<Page<Campaign>>>;
  /** Genesys answers without a body, and without asking for a version. */
  patchCampaign(campaignId: string, change: { outboundLineCount: number }): Promise<ApiAnswer<null>>;
}

export const CampaignAnswer = z.object({
  id: z.string().min(1),
  name: z.string(),
  version: z.number().int(),
  campaignStatus: z.string().nullish(),
  outboundLineCount: z.number().int().nullish(),
  site: z.object({ id: z.string().min(1) }).nullish(),
});

export function outboundCalls({ sdk, make }: LaneCalls): OutboundCalls {
  const { outbound } = sdk;
  return {
    async campaigns(pageNumber, ids) {
      const endpoint = ENDPOINTS.campaigns;
      const named = ids === undefined ? {} : { id: [...ids] };
      const answer = await make(endpoint, () =>
        outbound.getOutboundCampaigns({ pageNumber, pageSize: LARGEST_PAGE, ...named }),
      );
      const list = decoded(pageAnswer(CampaignAnswer), answer, endpoint);
      return answered(answer, pageOf(list, pageNumber, campaign));
    },

    async patchCampaign(campaignId, { outboundLineCount }) {
      const answer = await make(ENDPOINTS.patchCampaign, () =>
        outbound.patchOutboundCampaign(campaignId, { outboundLineCount }),
      );
      return answered(answer, null);
    },
  };
}

function campaign({
  id,
  name,
  version,
  campaignStatus,
  outboundLineCount,
  site,
}: z.infer<typeof CampaignAnswer>): Campaign {
  return {
    id,
    name,
    version,
    status: campaignStatus ?? 'unknown',
    lineCount: outboundLineCount ?? null,
    siteId: site?.id ?? null,
  };
}
