import type { ExportWindowInput, LandedBody, UserList, UserSlice, WindowRequest } from '../src/domain/exportSteps.js';
import { halveSlice, userSlices } from '../src/domain/userSlices.js';
import type { FetchWindow } from './fetchAdherence.js';
import type { Patiently } from './patience.js';

/**
 * Brings a window's routing-status times: one query for each 100 users, landing directly.
 *
 * Users that Genesys refuses are dropped one by one; where it does not name them, the slice is halved until one user is left.
 */
export function occupancyFetcher(input: ExportWindowInput, patiently: Patiently): FetchWindow {
  let users: UserList | undefined;

  return async () => {
    users ??= await patiently((activities) =>
      activities.warehouse.listWindowUsers.executeWithOptions({ summary: `List the users of ${input.label}` }, [input]),
    );
    const fetched = new OccupancyAnswers();
    for (const slice of userSlices(users.count)) await ask(users, slice, fetched);
    return {
      requestedAt: fetched.requests[0]?.requestedAt ?? new Date().toISOString(),
      requests: fetched.requests,
      bodies: fetched.bodies,
      presentUsersOnly: users.presentUsersOnly,
      refusedUserIds: fetched.refused,
      calls: { made: fetched.calls, minimum: userSlices(users.count).length },
    };
  };

  async function ask(
    list: UserList,
    slice: UserSlice,
    fetched: OccupancyAnswers,
    refusedBefore: readonly string[] = [],
  ): Promise<void> {
    const without = [...refusedBefore];
    for (;;) {
      const answer = await patiently((activities) =>
        activities.analytics.askOccupancy.executeWithOptions(
          { summary: `Ask for users ${slice.from + 1}–${slice.to} of ${list.count}: ${input.label}` },
          [{ input, users: list.path, slice, without }],
        ),
      );
      fetched.calls += answer.calls;
      if (answer.kind === 'landed') {
        fetched.bodies.push({ landing: answer.landing, receivedAt: answer.receivedAt, calls: answer.calls });
        fetched.requests.push({
          jobId: null,
          correlationIds: [answer.correlationId],
          requestedAt: answer.requestedAt,
          users: { path: list.path, slice, without },
        });
        return;
      }
      if (answer.userIds.length === 0) {
        for (const half of halveSlice(slice)) await ask(list, half, fetched, without);
        return;
      }
      without.push(...answer.userIds);
      fetched.refused.push(...answer.userIds);
      if (without.length >= slice.to - slice.from) return;
    }
  }
}

class OccupancyAnswers {
  readonly requests: WindowRequest[] = [];
  readonly bodies: LandedBody[] = [];
  readonly refused: string[] = [];
  calls = 0;
}
