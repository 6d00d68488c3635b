import { z } from 'zod';
import { Failure, isFailure } from '../domain/failure.js';
import { type ApiAnswer, answered } from './apiAnswer.js';
import type { CallAnswer } from './apiCall.js';
import { decoded } from './decoders.js';
import { type Endpoint, ENDPOINTS } from './endpoints.js';
import type { LaneCalls } from './laneCalls.js';
import { decodedText } from './wholeBody.js';

/**
 * Decoded bytes up to which an answer is read here. One without shifts (a status, a URL) has some hundred; a longer one can only hold
 * shifts, and is parsed by its load, piece by piece.
 */
const LONGEST_WITHOUT_SHIFTS = 64 * 1024;

export const SearchAnswer = z.object({
  status: z.enum(['Processing', 'Complete', 'Canceled', 'Error']).nullish(),
  downloadUrl: z.string().min(1).nullish(),
  result: z.object({ agentSchedules: z.array(z.unknown()).nullish() }).nullish(),
});

/** Body of an agent-schedules search: published shifts of a unit. Instants are ISO 8601 UTC, `endDate` exclusive. */
export interface SchedulesSearch {
  readonly unit: { readonly businessUnitId: string } | { readonly managementUnitId: string };
  readonly startDate: string;
  readonly endDate: string;
  /** Left out: everybody who has a shift there. */
  readonly userIds?: readonly string[];
}

/**
 * What became of a search; always HTTP 200. `inline` has the shifts in the answer's body, `url` behind a signed URL (a capability:
 * never to be logged, stored or put into a workflow history). `processing` has none, and nothing to ask for them by: Genesys would
 * tell a notification channel, so the search is made anew, for less.
 */
export type SchedulesOutcome =
  | { readonly outcome: 'inline' }
  | { readonly outcome: 'url'; readonly downloadUrl: string }
  | { readonly outcome: 'processing'; readonly status: 'Processing' | 'Canceled' | 'Error' };

/** The search for published shifts. */
export interface ScheduleSearchCalls {
  /** Published shifts that a unit has in a range. A body that holds them is landed unread, as `usersAggregates` does. */
  searchSchedules(search: SchedulesSearch): Promise<ApiAnswer<SchedulesOutcome>>;
}

export function scheduleSearchCalls({ sdk, make }: LaneCalls): ScheduleSearchCalls {
  const { workforceManagement } = sdk;
  return {
    async searchSchedules({ unit, startDate, endDate, userIds }) {
      const body = { startDate, endDate, ...(userIds ? { userIds: [...userIds] } : {}) };
      const ofBusinessUnit = 'businessUnitId' in unit;
      const endpoint = ENDPOINTS[ofBusinessUnit ? 'searchBusinessUnitSchedules' : 'searchManagementUnitSchedules'];
      const answer = await make(
        endpoint,
        () =>
          ofBusinessUnit
            ? workforceManagement.postWorkforcemanagementBusinessunitAgentschedulesSearch(unit.businessUnitId, body)
            : workforceManagement.postWorkforcemanagementManagementunitAgentschedulesSearch(
                unit.managementUnitId,
                body,
              ),
        userIds,
      );
      return answered(answer, await outcomeOf(answer, endpoint));
    },
  };
}

async function outcomeOf(answer: CallAnswer, endpoint: Endpoint): Promise<SchedulesOutcome> {
  const text = await shortText(answer);
  if (text === null) return { outcome: 'inline' };
  const { status, downloadUrl, result } = decoded(SearchAnswer, { ...answer, json: jsonOf(text) }, endpoint);
  if (status && status !== 'Complete') return { outcome: 'processing', status };
  if (downloadUrl && !result?.agentSchedules?.length) return { outcome: 'url', downloadUrl };
  if (result?.agentSchedules) return { outcome: 'inline' };
  throw new Failure(
    'Corrupt',
    `Genesys's answer to ${endpoint.method} ${endpoint.path} is complete, and has neither schedules nor a URL.`,
    { family: endpoint.family, correlationId: answer.correlationId },
  );
}

/** The text of an answer that may be without shifts; null for a longer one. */
async function shortText({ raw, encoding }: CallAnswer): Promise<string | null> {
  if (raw.byteLength > LONGEST_WITHOUT_SHIFTS) return null;
  try {
    return await decodedText(raw, encoding, LONGEST_WITHOUT_SHIFTS);
  } catch (error) {
    if (isFailure(error, 'TooLarge')) return null;
    throw error;
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
