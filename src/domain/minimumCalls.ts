import { USERS_A_QUERY } from './userSlices.js';

/** What a plan comes to, in the numbers that decide how many calls it needs. */
export interface CallFacts {
  /** Management units chosen. */
  readonly managementUnits: number;
  /** Business units that they belong to. */
  readonly businessUnits: number;
  readonly adherenceWindows: number;
  /** One number an occupancy window: how many users it asks for. */
  readonly occupancyWindowUsers: readonly number[];
  /** Windows of schedules, and the weeks that they touch, each window's by itself. None unless given. */
  readonly schedules?: { readonly windows: number; readonly weeks: number } | null;
}

/** API calls that an export cannot do without, by what they are for. */
export interface CallCount {
  readonly structure: number;
  readonly adherence: number;
  readonly occupancy: number;
  readonly schedules: number;
  readonly total: number;
}

/**
 * The fewest API calls with which a plan can be carried out.
 *
 * The structure once: the business units, the management units, the users of each unit chosen and the activity codes of each
 * business unit concerned; of that the two lists of units alone, where they show that there is no window to bring. For an adherence window one POST and one successful poll. For an occupancy window one POST for each
 * 100 users. For schedules the weeks of each business unit are read, before anything is planned; a window is one search, and before and
 * after it the list of published schedules of each week that it touches. Not counted, because no export causes them: the token, and `organizations/me`, which a worker reads when it starts.
 * Downloads are not API calls.
 */
export function minimumCalls(facts: CallFacts): CallCount {
  const asked = facts.schedules ?? null;
  const windows = facts.adherenceWindows + facts.occupancyWindowUsers.length + (asked?.windows ?? 0);
  const structure = structureCalls(facts, windows);
  const adherence = 2 * facts.adherenceWindows;
  const occupancy = facts.occupancyWindowUsers.reduce((calls, users) => calls + Math.ceil(users / USERS_A_QUERY), 0);
  const schedules = asked === null ? 0 : asked.windows + 2 * asked.weeks;
  return { structure, adherence, occupancy, schedules, total: structure + adherence + occupancy + schedules };
}

/** The calls that read the structure, for a plan of so many windows; `schedules` is null where none are asked for. */
export function structureCalls(
  { managementUnits, businessUnits, schedules }: Pick<CallFacts, 'managementUnits' | 'businessUnits' | 'schedules'>,
  windows: number,
): number {
  return 1 + 1 + (schedules ? businessUnits : 0) + (windows === 0 ? 0 : managementUnits + businessUnits);
}
