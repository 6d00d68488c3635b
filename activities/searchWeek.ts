import { Failure, isFailure } from '../src/domain/failure.js';
import type { SealedLanding, SealedRequest } from '../src/domain/seal.js';
import { ENDPOINTS } from '../src/genesys/endpoints.js';
import type { GenesysClient } from '../src/genesys/genesysClient.js';
import type { ActivityDeps } from './deps.js';
import { type LandedSchedules, landSchedules } from './landSchedules.js';
import type { Beat } from './step.js';
import type { UnitFacts } from './unitFacts.js';

/** A range that Genesys refuses as too long is halved down to this. */
const SHORTEST_MS = 86_400_000;

/** One answered search, as it is sealed. */
export interface AnsweredSearch {
  readonly request: SealedRequest;
  readonly landing: SealedLanding;
}

/** What a search is made through. */
export interface SearchMeans {
  readonly deps: Pick<ActivityDeps, 'objects' | 'now'>;
  readonly genesys: GenesysClient;
  readonly units: UnitFacts;
  readonly beat: Pick<Beat<{ v: 1; bytes: number }>, 'say' | 'signal'>;
}

/** Whose shifts, of when (milliseconds since the epoch, half-open), and where what is under way is kept. */
export interface WeekSearch {
  readonly businessUnitId: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly spools: string;
}

/**
 * Searches a business unit's published shifts and lands what comes: one call.
 *
 * Where Genesys is still working on the answer (`Processing`) there is nothing to poll, so less is asked for: half of the users, and
 * half of those again; who they are is a call for each management unit. How many worked is remembered for the next search. A range that
 * is refused as too long is halved.
 *
 * @throws Failure `Transient` where Genesys is still working on a single user's shifts.
 */
export async function searchWeek(means: SearchMeans, search: WeekSearch): Promise<AnsweredSearch[]> {
  const { units, genesys } = means;
  const atOnce = units.usersAtOnce(search.businessUnitId);
  if (atOnce === null) return await answersFor(means, search, null);
  const users = await units.businessUnitUsers(genesys, search.businessUnitId);
  const starts = Array.from({ length: Math.ceil(users.length / atOnce) }, (_, index) => index * atOnce);
  return await oneByOne(starts, (from) => answersFor(means, search, users.slice(from, from + atOnce)));
}

/** @param users null: everybody. */
async function answersFor(
  means: SearchMeans,
  search: WeekSearch,
  users: readonly string[] | null,
): Promise<AnsweredSearch[]> {
  const { deps, genesys, units, beat } = means;
  const { businessUnitId, fromMs, toMs, spools } = search;
  const unit = { businessUnitId };
  const range = { startDate: isoOf(fromMs), endDate: isoOf(toMs) };
  const body = users === null ? range : { ...range, userIds: users };
  const found = await foundBy(() => landSchedules(deps, genesys, { unit, ...body }, spools, beat));
  if (found === 'tooLong') {
    const middleMs = Math.floor((fromMs + toMs) / 2);
    const halves = [
      { ...search, toMs: middleMs },
      { ...search, fromMs: middleMs },
    ];
    if (toMs - fromMs > SHORTEST_MS) return await oneByOne(halves, (half) => answersFor(means, half, users));
  } else if (found.kind === 'landed') return [answered(businessUnitId, body, found)];

  const everybody = users ?? (await units.businessUnitUsers(genesys, businessUnitId));
  const half = Math.ceil(everybody.length / 2);
  if (half === everybody.length)
    throw new Failure(
      'Transient',
      `Genesys has no answer yet to a search for the shifts from ${range.startDate} to ${range.endDate}, though it was for one user, and there is nothing to ask for it by. Nothing was lost; it is searched again.`,
    );
  units.askAtOnce(businessUnitId, half);
  const halves = [everybody.slice(0, half), everybody.slice(half)];
  return await oneByOne(halves, (some) => answersFor(means, search, some));
}

/** A signed URL that expired under way is asked for once more. */
async function foundBy(search: () => Promise<LandedSchedules>): Promise<LandedSchedules | 'tooLong'> {
  try {
    return await search().catch((error: unknown) => {
      if (isFailure(error, 'Expired')) return search();
      throw error;
    });
  } catch (error) {
    if (isFailure(error, 'TooLarge')) return 'tooLong';
    throw error;
  }
}

async function oneByOne<T>(
  items: readonly T[],
  search: (item: T) => Promise<AnsweredSearch[]>,
): Promise<AnsweredSearch[]> {
  const answers: AnsweredSearch[] = [];
  for (const item of items) answers.push(...(await search(item)));
  return answers;
}

function answered(
  businessUnitId: string,
  body: object,
  { landing, receivedAt, requestedAt, correlationId }: Extract<LandedSchedules, { kind: 'landed' }>,
): AnsweredSearch {
  const { method, path } = ENDPOINTS.searchBusinessUnitSchedules;
  return {
    request: {
      method,
      path: path.replace('{businessUnitId}', businessUnitId),
      body,
      jobId: null,
      correlationIds: [correlationId],
      requestedAt,
    },
    landing: { ...landing, receivedAt },
  };
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString();
}
