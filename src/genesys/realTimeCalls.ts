import { z } from 'zod';
import { isFailure } from '../domain/failure.js';
import { AdherenceFacts, adherenceEvent } from '../domain/live/adherenceFacts.js';
import type { RoutingStatusEvent } from '../domain/live/liveEvent.js';
import type { RealTimeReads } from '../domain/live/realTimeReads.js';
import { USERS_A_CALL } from '../domain/live/realTimeReads.js';
import { decoded } from './decoders.js';
import { ENDPOINTS } from './endpoints.js';
import type { LaneCalls } from './laneCalls.js';

/** How users are at this moment. */
export type RealTimeCalls = RealTimeReads;

const id = z.string().min(1);

export const RealTimeAdherenceAnswer = z.array(
  AdherenceFacts.extend({
    user: z.object({ id }),
    managementUnit: z.object({ id }).nullish(),
    timeOfAdherenceChange: z.iso.datetime({ offset: true }).nullish(),
  }),
);

const Status = z.object({ status: z.string().nullish(), startTime: z.iso.datetime({ offset: true }).nullish() });

export const UsersWithStatusAnswer = z.object({
  entities: z.array(z.object({ id, state: z.string().nullish(), routingStatus: Status.nullish() })),
});

export function realTimeCalls({ sdk, make }: LaneCalls): RealTimeCalls {
  const { users, workforceManagement } = sdk;

  const statusOf = async (userId: string): Promise<RoutingStatusEvent | null> => {
    const endpoint = ENDPOINTS.routingStatus;
    try {
      const answer = await make(endpoint, () => users.getUserRoutingstatus(userId), [userId]);
      return routingStatus(userId, decoded(Status, answer, endpoint));
    } catch (error) {
      // A user who is no longer there has no status.
      if (isFailure(error, 'InvalidInput') && error.facts.status === 404) return null;
      throw error;
    }
  };

  return {
    async adherenceOf(userIds) {
      if (userIds.length === 0) return [];
      const endpoint = ENDPOINTS.realTimeAdherence;
      const answer = await make(
        endpoint,
        () => workforceManagement.getWorkforcemanagementAdherence([...userIds]),
        userIds,
      );
      return decoded(RealTimeAdherenceAnswer, answer, endpoint).flatMap((one) => {
        const whose = { userId: one.user.id, managementUnitId: one.managementUnit?.id ?? null };
        return adherenceEvent(one, { ...whose, changedAt: one.timeOfAdherenceChange }) ?? [];
      });
    },

    async routingStatusesOf(userIds, signal) {
      if (userIds.length === 0) return [];
      const endpoint = ENDPOINTS.users;
      const asked = { id: [...userIds], expand: ['routingStatus'], pageSize: USERS_A_CALL };
      const answer = await make(endpoint, () => users.getUsers(asked), userIds);
      const { entities } = decoded(UsersWithStatusAnswer, answer, endpoint);
      const found: RoutingStatusEvent[] = [];
      for (const user of entities) {
        signal?.throwIfAborted();
        // What is to be expanded is not guaranteed to come: then the user is asked for alone.
        const told = routingStatus(user.id, user.routingStatus ?? {});
        const isActive = user.state == null || user.state === 'active';
        const status = told ?? (isActive ? await statusOf(user.id) : null);
        if (status !== null) found.push(status);
      }
      return found;
    },
  };
}

/** Null where Genesys does not say what the status is or since when. */
function routingStatus(userId: string, { status, startTime }: z.infer<typeof Status>): RoutingStatusEvent | null {
  if (!status || startTime == null) return null;
  return { kind: 'routingStatus', userId, status, atMs: Date.parse(startTime) };
}
