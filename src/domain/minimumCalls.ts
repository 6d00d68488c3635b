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
}

/** API calls that an export cannot do without, by what they are for. */
export interface CallCount {
  readonly structure: number;
  readonly adherence: number;
  readonly occupancy: number;
  readonly total: number;
}

/**
 * The fewest API calls with which a plan can be carried out.
 *
 * The structure once: the business units, the management units, the users of each unit chosen and the activity codes of each
 * business unit concerned. For an adherence window one POST and one successful poll. For an occupancy window one POST for each
 * 100 users. Not counted, because no export causes them: the token, and `organizations/me`, which a worker reads when it starts.
 * Downloads are not API calls.
 */
export function minimumCalls(facts: CallFacts): CallCount {
  const structure = 1 + 1 + facts.managementUnits + facts.businessUnits;
  const adherence = 2 * facts.adherenceWindows;
  const occupancy = facts.occupancyWindowUsers.reduce((calls, users) => calls + Math.ceil(users / USERS_A_QUERY), 0);
  return { structure, adherence, occupancy, total: structure + adherence + occupancy };
}
