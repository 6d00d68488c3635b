import { Failure } from '../domain/failure.js';
import { type ApiAnswer, answered } from './apiAnswer.js';
import { ENDPOINTS } from './endpoints.js';
import type { LaneCalls } from './laneCalls.js';

/** Users that one users-aggregates query may name. Source: Genesys's page on the query. */
const MOST_USERS_A_QUERY = 100;

/** Body of `POST /api/v2/analytics/users/aggregates/query` for routing-status times. */
export interface UsersAggregatesRequest {
  readonly startAt: string;
  readonly endAt: string;
  readonly granularity: 'PT30M' | 'PT15M';
  readonly timeZone: string;
  readonly userIds: readonly string[];
}

/** Queries of what users did. */
export interface AggregatesCalls {
  /** @throws Failure `InvalidInput` with `facts.refusedIds` where Genesys named user ids that it refuses. */
  usersAggregates(request: UsersAggregatesRequest): Promise<ApiAnswer<null>>;
}

export function aggregatesCalls({ sdk, make }: LaneCalls): AggregatesCalls {
  const { analytics } = sdk;
  return {
    async usersAggregates({ startAt, endAt, granularity, timeZone, userIds }) {
      const endpoint = ENDPOINTS.usersAggregates;
      if (userIds.length < 1 || userIds.length > MOST_USERS_A_QUERY) {
        throw new Failure(
          'InvalidInput',
          `A users-aggregates query names 1 to ${MOST_USERS_A_QUERY} users; this one has ${userIds.length}. Nothing was sent.`,
        );
      }
      const query = {
        interval: `${startAt}/${endAt}`,
        granularity,
        timeZone,
        groupBy: ['userId'],
        metrics: ['tAgentRoutingStatus'],
        filter: { type: 'or', predicates: userIds.map((value) => ({ dimension: 'userId', value })) },
      };
      const answer = await make(endpoint, () => analytics.postAnalyticsUsersAggregatesQuery(query), userIds);
      return answered(answer, null);
    },
  };
}
