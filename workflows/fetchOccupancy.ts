import type { ExportWindowInput, LandedBody, UserList, UserSlice, WindowRequest } from '../src/domain/exportSteps.js';
import { halveSlice, userSlices } from '../src/domain/userSlices.js';
import type { FetchWindow } from './fetchAdherence.js';
import type { KeptSteps } from './keptSteps.js';
import type { Patiently } from './patience.js';

/**
 * Brings a window's routing-status times: one query for each 100 users, landing directly.
 *
 * Users that Genesys refuses are dropped one by one; where it does not name them, the slice is halved until one user is left.
 */
export function occupancyFetcher(input: ExportWindowInput, patiently: Patiently, kept: KeptSteps): FetchWindow {
  let users: UserList | undefined;

  return async (corrupt) => {
    users ??= (
      await kept.once('users', () =>
        patiently((activities) =>
          activities.warehouse.listWindowUsers.executeWithOptions({ summary: `List the users of ${input.label}` }, [
            input,
          ]),
        ),
      )
    ).value;
    const again = corrupt === null ? '' : ', again';
    const fetched = new OccupancyAnswers();
    for (const slice of userSlices(users.count)) await ask({ users, slice, again }, fetched);
    return {
      requestedAt: fetched.requests[0]?.requestedAt ?? new Date().toISOString(),
      requests: fetched.requests,
      bodies: fetched.bodies,
      presentUsersOnly: users.presentUsersOnly,
      refusedUserIds: fetched.refused,
      calls: { made: fetched.calls, minimum: userSlices(users.count).length },
    };
  };

  async function ask(asked: Asked, fetched: OccupancyAnswers, refusedBefore: readonly string[] = []): Promise<void> {
    const { users: list, slice, again } = asked;
    const without = [...refusedBefore];
    for (;;) {
      const { value: answer, isKept } = await kept.once(
        `users ${slice.from} to ${slice.to} without ${without.length}${again}`,
        () =>
          patiently((activities) =>
            activities.analytics.askOccupancy.executeWithOptions(
              { summary: `Ask for users ${slice.from + 1}–${slice.to} of ${list.count}: ${input.label}` },
              [{ input, users: list.path, slice, without }],
            ),
          ),
      );
      if (!isKept) fetched.calls += answer.calls;
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
        for (const half of halveSlice(slice)) await ask({ ...asked, slice: half }, fetched, without);
        return;
      }
      without.push(...answer.userIds);
      fetched.refused.push(...answer.userIds);
      if (without.length >= slice.to - slice.from) return;
    }
  }
}

/** Whom to ask for; `again` tells a second asking after a corrupt answer from the first. */
interface Asked {
  readonly users: UserList;
  readonly slice: UserSlice;
  readonly again: string;
}

class OccupancyAnswers {
  readonly requests: WindowRequest[] = [];
  readonly bodies: LandedBody[] = [];
  readonly refused: string[] = [];
  calls = 0;
}
