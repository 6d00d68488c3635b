import { addDays } from '../calendar.js';
import type { LocalDate } from '../exportWindow.js';
import type { CoverageFinding } from './coverageFinding.js';
import type { CoverageRules } from './coverageRules.js';

/** Days whose rows are counted by whoever judges coverage often. */
export interface RecentDays {
  /** First day that is judged by its rows. */
  readonly from: LocalDate;
  /** First day whose rows are counted: the days from `from` on are compared with those before. */
  readonly countedFrom: LocalDate;
}

const RECENT_DAYS = 31;

/** The last month, and the days that it is compared with. */
export function recentDays(nowMs: number, { comparableWeeks }: Pick<CoverageRules, 'comparableWeeks'>): RecentDays {
  const from = addDays(new Date(nowMs).toISOString().slice(0, 10), -RECENT_DAYS);
  return { from, countedFrom: addDays(from, -7 * comparableWeeks) };
}

/** Whether a finding goes by rows of a day before the recent ones, which are not all counted. */
export function isOfLongAgo({ figures, from }: CoverageFinding, recent: RecentDays): boolean {
  return figures !== null && from < recent.from;
}
