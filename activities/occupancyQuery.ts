import { createHash } from 'node:crypto';
import { z } from 'zod';
import { occupancyRequest } from '../src/datasets/occupancy.js';
import { localDays } from '../src/domain/calendar.js';
import type { ExportWindowInput, OccupancyAnswer, UserList, UserSlice } from '../src/domain/exportSteps.js';
import { Failure, isFailure } from '../src/domain/failure.js';
import type { ObjectStore } from '../src/objects/objectStore.js';
import type { ActivityDeps } from './deps.js';
import { ownedWarehouse } from './ownedWarehouse.js';
import { step } from './step.js';

/** Activities of the users-aggregates query behind occupancy. */
export function occupancyQueryActivities(deps: ActivityDeps) {
  return {
    /** Writes down whom to ask for: the unit's present users, and those whom its adherence of the same days names. */
    async listWindowUsers(input: ExportWindowInput): Promise<UserList> {
      return await step(deps, input, async () => {
        const { window } = input;
        const days = localDays(window.timeZone, window.from, window.to);
        const { userIds, presentUsersOnly } = await ownedWarehouse(deps).windowUsers(window, days);
        const bytes = Buffer.from(JSON.stringify(userIds));
        const path = `users/${createHash('sha256').update(bytes).digest('hex')}.json`;
        await deps.objects.createOnce(path, bytes);
        return { path, count: userIds.length, presentUsersOnly };
      });
    },

    /**
     * Asks for one slice of the users and lands the answer. One API call.
     *
     * A refusal that names users, or that a slice of one user meets, is an answer: the workflow drops them.
     */
    async askOccupancy(asked: {
      input: ExportWindowInput;
      users: string;
      slice: UserSlice;
      without: readonly string[];
    }): Promise<OccupancyAnswer> {
      return await step(deps, asked.input, async () => {
        const userIds = await usersOfSlice(deps.objects, asked.users, asked.slice, asked.without);
        const requestedAt = deps.now().toISOString();
        try {
          const answer = await deps.genesys
            .inLane(asked.input.lane)
            .usersAggregates(occupancyRequest(asked.input.window, userIds));
          const landing = await deps.objects.landBytes(answer.raw, answer.encoding);
          return {
            kind: 'landed',
            landing,
            receivedAt: answer.receivedAt,
            requestedAt,
            correlationId: answer.correlationId,
            calls: 1,
          };
        } catch (error) {
          if (!isFailure(error, 'InvalidInput') || error.facts.refusedIds === undefined) throw error;
          const named = error.facts.refusedIds.filter((id) => userIds.includes(id));
          const refused = named.length === 0 && userIds.length === 1 ? userIds : named;
          return { kind: 'refused', userIds: refused, message: error.message, calls: 1 };
        }
      });
    },
  };
}

/** The users of a slice of a list, without those that Genesys refused. */
export async function usersOfSlice(
  objects: ObjectStore,
  path: string,
  slice: UserSlice,
  without: readonly string[],
): Promise<string[]> {
  const bytes = await objects.read(path);
  if (!bytes)
    throw new Failure('Corrupt', `${path} is missing from ${objects.location}; the window is asked for again`);
  const users = z.array(z.string()).parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
  const refused = new Set(without);
  return users.slice(slice.from, slice.to).filter((id) => !refused.has(id));
}
