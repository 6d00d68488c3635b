/**
 * The numbers of the model. Source of the values: `docs/decisions`, the budget's record; `npm run bench model` shows what a change does.
 */

/** Share of a measured rate that is left unused: it covers late dispatch, and calls that leave a little early or late. */
export const MARGIN = 0.02;
/** The same where refusals date the window, so that its calls were counted. */
export const DATED_MARGIN_CALLS = 3;
export const LEAST_DATED_MARGIN = 0.01;
export const LARGEST_DATED_MARGIN = 0.03;

/** Accepted calls that pay for one refused one. */
export const CALLS_PER_REFUSAL = 200;
/** The same where jobs are limited: one more or one fewer is a large step, and a refusal costs a second. */
export const JOBS_PER_REFUSAL = 125;
/** Refusals that may be saved up, and owed. */
export const CREDIT_BOUND = 2;

/** First step of a raise; doubled when it held, a quarter when it did not. */
export const FIRST_STEP = 0.06;
export const LEAST_STEP = 0.03;
export const LARGEST_STEP = 0.5;
/** Longest time between two tries, in dwells. */
export const LARGEST_GAP = 4;

/** A rate has to hold this long before it counts as proven: at least, and beyond the window. */
export const LEAST_DWELL_MS = 15_000;
export const DWELL_OVER_MS = 3_000;
/** What a window is taken for while nothing is known of it. */
export const GUESSED_WINDOW_MS = 30_000;

/** Calls a second while learning, and the least that counts as "not bounded"; what was seen before a refusal if that was faster. */
export const LEARNING_PER_SECOND = 10;
export const MOST_PER_SECOND = 1_000;
/** A call an eleven days: a rate is never 0, or nothing would show that the limit was lifted. */
export const LEAST_PER_SECOND = 1e-6;
/** Calls a second of those that try whether a gate whose instant is a guess has opened. */
export const CANARY_PER_SECOND = 0.5;

/** Share of the rate that ordinary calls keep, however many urgent ones there are. */
export const ORDINARY_SHARE = 0.25;

/** First wait where nothing says how long, its growth, and the longest. */
export const FIRST_WAIT_MS = 4_000;
export const WAIT_GROWTH = 1.5;
export const LONGEST_GUESSED_WAIT_MS = 1_800_000;
/** Longest that a gate stays closed beyond what a refusal named, so that there is room again. */
export const LONGEST_ROOM_MS = 2_000;
/** Longest told wait that is believed. */
export const LONGEST_TOLD_MS = 31 * 86_400_000;

/** A call counts as one of the open gate this much before its instant: workers' clocks differ. */
export const CLOCK_SLACK_MS = 300;
/** How long after a refusal the workers' tallies of what went before are waited for. */
export const SETTLE_MS = 1_500;
/** A new rate is in force on the task queue after 0.5 to 3 s. */
export const RATE_ARRIVES_MS = 3_500;

/** Time between two tallies: while calls are paced, at most; while jobs are counted. */
export const LONGEST_TALLY_MS = 60_000;
export const LEAST_TALLY_MS = 2_000;
export const JOBS_TALLY_MS = 2_000;
