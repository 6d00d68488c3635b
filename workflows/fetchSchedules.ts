import { ApplicationFailure, sleep } from '@temporalio/workflow';
import type {
  ExportWindowInput,
  FetchedWindow,
  LandedBody,
  ListedSchedule,
  ScheduleList,
  UserSlice,
  WindowRequest,
} from '../src/domain/exportSteps.js';
import type { FailureName } from '../src/domain/failure.js';
import { halveSlice, userSlices } from '../src/domain/userSlices.js';
import { wholeDays } from '../src/domain/wholeDays.js';
import { everyStep } from './everyStep.js';
import { failedWith } from './failedWith.js';
import type { FetchWindow } from './fetchAdherence.js';
import type { KeptSteps } from './keptSteps.js';
import type { Patiently } from './patience.js';

/** Readings of a window of which none saw the same schedules before and after. */
const MAX_READINGS = 5;
/** Searches that one reading may repeat because the URL of the answer did not work. */
const MAX_EXPIRED_URLS = 5;
/** How long Genesys is given for a search that it is still working on, before it is asked once more. */
const PROCESSING_SECONDS = 3;

type SearchedUsers = { readonly path: string; readonly slice: UserSlice } | null;

/**
 * Brings a window's published shifts: the versions of its schedules, one search, the versions once more; all of it again where they
 * moved meanwhile, because nothing in an answer says which version it is of.
 *
 * Where Genesys only says that it is working on it, it is asked once more, and then for less: a busy moment must not cost the
 * window's halves. First for fewer days: the window is
 * `TooLarge`, and the export halves it, which leaves nobody out. A window of one day is asked for in slices of users, which names those
 * that we know of: present users, and those that its adherence names.
 */
export function schedulesFetcher(input: ExportWindowInput, patiently: Patiently, kept: KeptSteps): FetchWindow {
  let lookups = 0;
  let searches = 0;
  return async () => {
    const made = new Calls();
    let before = await listed(made);
    for (let reading = 1; ; reading++) {
      const found = await searched(made);
      const after = await listed(made);
      if (sameVersions(before, after)) return fetchedWindow(made, found, after);
      before = after;
      if (reading === MAX_READINGS)
        throw failure(
          'Conflict',
          `${input.label}: its schedules were edited during each of ${MAX_READINGS} readings; start the export again to fill it`,
        );
    }
  };

  async function listed(made: Calls): Promise<ScheduleList[]> {
    const weekDates = input.window.weekDates ?? [];
    const lookup = ++lookups;
    const lists = await everyStep(
      weekDates.map((weekDate) =>
        kept.once(`list ${lookup} of ${weekDate}`, () =>
          patiently((activities) =>
            activities.reads.listSchedules.executeWithOptions(
              { summary: `List the published schedules of the week of ${weekDate}: ${input.label}` },
              [{ input, weekDate }],
            ),
          ),
        ),
      ),
    );
    lists.forEach(({ value, isKept }, at) => {
      made.add({ ...value, calls: isKept ? 0 : value.calls }, null, weekDates[at]);
    });
    return lists.map(({ value }) => value);
  }

  async function searched(made: Calls): Promise<FoundShifts> {
    const whole = await search(null, made);
    if (whole) return { bodies: [whole], presentUsersOnly: [], minimum: 1 };
    if (wholeDays(input.window) > 1)
      throw failure('TooLarge', `${input.label}: Genesys does not answer the search itself, and nothing can be polled`);
    const users = await patiently((activities) =>
      activities.warehouse.listWindowUsers.executeWithOptions({ summary: `List the users of ${input.label}` }, [input]),
    );
    const bodies: LandedBody[] = [];
    for (const slice of userSlices(users.count)) bodies.push(...(await ofSlice({ path: users.path, slice }, made)));
    return { bodies, presentUsersOnly: users.presentUsersOnly, minimum: userSlices(users.count).length };
  }

  async function ofSlice(users: NonNullable<SearchedUsers>, made: Calls): Promise<LandedBody[]> {
    const body = await search(users, made);
    if (body) return [body];
    const halves = halveSlice(users.slice);
    if (halves.length === 0)
      throw failure('TooLarge', `${input.label}: Genesys does not answer the search for one day of one user`);
    const bodies: LandedBody[] = [];
    for (const slice of halves) bodies.push(...(await ofSlice({ ...users, slice }, made)));
    return bodies;
  }

  /** The answer, landed; null where Genesys was still working on it, twice where nothing smaller is left to ask for soon. */
  async function search(users: SearchedUsers, made: Calls): Promise<LandedBody | null> {
    const whom = users ? `users ${users.slice.from + 1}–${users.slice.to}` : 'the shifts';
    const isSmallest = users === null || users.slice.to - users.slice.from === 1;
    let expired = 0;
    for (let isLast = !isSmallest; ; ) {
      try {
        const { value, isKept } = await kept.once(`search ${++searches}`, () =>
          patiently((activities) =>
            activities.searches.searchSchedules.executeWithOptions({ summary: `Search ${whom}: ${input.label}` }, [
              { input, users },
            ]),
          ),
        );
        const answer = isKept ? { ...value, calls: 0 } : value;
        if (answer.kind === 'landed') {
          made.add(answer, users);
          return { landing: answer.landing, receivedAt: answer.receivedAt, calls: answer.calls };
        }
        made.count += answer.calls;
        if (isLast) return null;
        isLast = true;
        await sleep(`${PROCESSING_SECONDS} seconds`, { summary: 'Genesys is working on it; it is asked once more' });
      } catch (error) {
        if (!failedWith(error, 'Expired') || ++expired > MAX_EXPIRED_URLS) throw error;
      }
    }
  }

  function fetchedWindow(made: Calls, found: FoundShifts, lists: readonly ScheduleList[]): FetchedWindow {
    const schedules = new Map(lists.flatMap((list) => list.schedules.map((schedule) => [schedule.id, schedule])));
    return {
      // Of what was found in the last reading, the oldest.
      requestedAt: found.bodies.length > 0 ? made.searchedSince(found.bodies.length) : made.startedAt(),
      requests: made.requests,
      bodies: found.bodies,
      published: {
        schedules: [...schedules.values()],
        lists: lists.map(({ landing, receivedAt, calls }) => ({ landing, receivedAt, calls })),
      },
      presentUsersOnly: found.presentUsersOnly,
      refusedUserIds: [],
      calls: { made: made.count, minimum: found.minimum + 2 * lists.length },
    };
  }
}

interface FoundShifts {
  readonly bodies: readonly LandedBody[];
  readonly presentUsersOnly: readonly string[];
  /** Fewest calls that could have brought it. */
  readonly minimum: number;
}

/** The calls behind a window, in order. */
class Calls {
  readonly requests: WindowRequest[] = [];
  count = 0;

  add(
    answer: { readonly requestedAt: string; readonly correlationId: string; readonly calls: number },
    users: SearchedUsers,
    listedWeek?: string,
  ): void {
    this.count += answer.calls;
    this.requests.push({
      jobId: null,
      correlationIds: [answer.correlationId],
      requestedAt: answer.requestedAt,
      users: users ? { ...users, without: [] } : null,
      ...(listedWeek === undefined ? {} : { listedWeek }),
    });
  }

  startedAt(): string {
    return this.requests[0]?.requestedAt ?? new Date().toISOString();
  }

  /** When the first of the last so many searches was asked. */
  searchedSince(searches: number): string {
    const asked = this.requests.filter(({ listedWeek }) => listedWeek === undefined).slice(-searches);
    return asked[0]?.requestedAt ?? this.startedAt();
  }
}

function sameVersions(before: readonly ScheduleList[], after: readonly ScheduleList[]): boolean {
  return versionsText(before) === versionsText(after);
}

function versionsText(lists: readonly ScheduleList[]): string {
  const name = ({ id, version }: ListedSchedule): string => `${id} ${version}`;
  return [...new Set(lists.flatMap(({ schedules }) => schedules.map(name)))].sort().join('\n');
}

function failure(type: FailureName, message: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(message, type);
}
