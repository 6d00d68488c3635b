import type { UserSlice } from './exportSteps.js';

/** Users that one users aggregates query may name. Source: Genesys, "User aggregate query": 100 `userId` predicates. */
export const USERS_A_QUERY = 100;

/** Slices of at most 100 users that tile a list. A list of none has no slice: there is nobody to ask for. */
export function userSlices(count: number): UserSlice[] {
  const slices: UserSlice[] = [];
  for (let from = 0; from < count; from += USERS_A_QUERY)
    slices.push({ from, to: Math.min(count, from + USERS_A_QUERY) });
  return slices;
}

/** The two halves of a slice. A slice of one user has none: Genesys names that user when it refuses it alone. */
export function halveSlice(slice: UserSlice): UserSlice[] {
  const middle = Math.floor((slice.from + slice.to) / 2);
  if (middle === slice.from) return [];
  return [
    { from: slice.from, to: middle },
    { from: middle, to: slice.to },
  ];
}
