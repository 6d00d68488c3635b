import { schedulesSearch } from '../src/datasets/schedules.js';
import type { ExportWindowInput, ScheduleList, SearchedSchedules, UserSlice } from '../src/domain/exportSteps.js';
import { windowId } from '../src/domain/exportWindow.js';
import type { ActivityDeps } from './deps.js';
import { landSchedules } from './landSchedules.js';
import { usersOfSlice } from './occupancyQuery.js';
import { step } from './step.js';

/** Activities that bring a window's published schedules. */
export function scheduleSearchActivities(deps: ActivityDeps) {
  return {
    /** Lists the published schedules of one week of the business unit, with their versions, and lands the answer. One API call. */
    async listSchedules({ input, weekDate }: { input: ExportWindowInput; weekDate: string }): Promise<ScheduleList> {
      return await step(deps, input, async () => {
        const requestedAt = deps.now().toISOString();
        const answer = await deps.genesys.inLane(input.lane).publishedSchedules(input.window.businessUnitId, weekDate);
        return {
          schedules: answer.value.map(({ id, version }) => ({ id, version })),
          landing: await deps.objects.landBytes(answer.raw, answer.encoding),
          receivedAt: answer.receivedAt,
          requestedAt,
          correlationId: answer.correlationId,
          calls: 1,
        };
      });
    },

    /**
     * Searches a window's published shifts, of everybody or of one slice of a list of users, and lands what comes of it. One API call,
     * and a download where the answer is behind a URL.
     */
    async searchSchedules(asked: {
      input: ExportWindowInput;
      users: { path: string; slice: UserSlice } | null;
    }): Promise<SearchedSchedules> {
      const { input, users } = asked;
      return await step<SearchedSchedules, { v: 1; bytes: number }>(deps, input, async (beat) => {
        const userIds = users ? await usersOfSlice(deps.objects, users.path, users.slice, []) : undefined;
        const search = schedulesSearch(input.window, userIds);
        return await landSchedules(deps, deps.genesys.inLane(input.lane), search, windowId(input.window), beat);
      });
    },
  };
}
