import type { AdherenceEvent, RoutingStatusEvent } from './liveEvent.js';

/** Users that one call may ask for. Source: `max.user.ids` of the real-time adherence query. */
export const USERS_A_CALL = 100;

/**
 * What may have been missed, read by REST: the latest of each user that Genesys knows, each with Genesys's own time.
 *
 * Users that it does not answer for are left out. Throws `Failure` as every call of the client does.
 */
export interface RealTimeReads {
  /** @param userIds at most `USERS_A_CALL` */
  adherenceOf(userIds: readonly string[], signal?: AbortSignal): Promise<readonly AdherenceEvent[]>;
  /** @param userIds at most `USERS_A_CALL` */
  routingStatusesOf(userIds: readonly string[], signal?: AbortSignal): Promise<readonly RoutingStatusEvent[]>;
}
