import type { CountedDay, CoveredDay } from './coverageFacts.js';
import type { CoverageFinding, FaultCause } from './coverageFinding.js';
import type { CoverageRules } from './coverageRules.js';

const DAY_MS = 86_400_000;

/** What a day has in the table that has a row, or rows, for each who was there. */
interface Attendance {
  readonly agents: number;
  readonly rows: number;
}

/** Why an answered day counts as fallen. */
export interface FallenDay {
  readonly cause: FaultCause & ('rowsGone' | 'fewerAgents' | 'fewerRows');
  readonly figures: NonNullable<CoverageFinding['figures']>;
}

/**
 * Whether answered days of one dataset of one unit have fewer rows or agents than they should.
 *
 * Two ways, the certain one first: fewer rows are there than were loaded (`rowsGone`); or agents, or rows, are below a share of the
 * median of the same weekday in the weeks before (`fewerAgents`, `fewerRows`). All earlier days that were answered count, fallen ones
 * too: so that a unit which shrank for good is told of for some weeks and then taken as it is.
 */
export class FallenDays {
  readonly #rules: CoverageRules;
  readonly #quiet: ReadonlySet<string>;
  readonly #counted: ReadonlyMap<string, CountedDay>;
  readonly #attendance = new Map<number, Attendance>();
  readonly #mainTable: string;

  /**
   * @param answered days with an answer whose rows were counted.
   * @param mainTable of the dataset, by which days are compared: other tables may not have been asked for.
   */
  constructor(
    answered: readonly CoveredDay[],
    counted: ReadonlyMap<string, CountedDay>,
    mainTable: string,
    rules: CoverageRules,
  ) {
    this.#rules = rules;
    this.#quiet = new Set(rules.quietDays);
    this.#counted = counted;
    this.#mainTable = mainTable;
    for (const { localDate } of answered) this.#attendance.set(dayNumber(localDate), this.#attendanceOn(localDate));
  }

  /** Null for a day that has what it should, or that there is too little to compare with. */
  judge({ localDate, rows }: CoveredDay): FallenDay | null {
    const found = Object.values(this.#counted.get(localDate)?.rows ?? {}).reduce((sum, count) => sum + count, 0);
    if (found < rows) return { cause: 'rowsGone', figures: { found, expected: rows } };
    if (this.#quiet.has(localDate)) return null;
    return this.#compared(localDate);
  }

  #compared(localDate: string): FallenDay | null {
    const { comparableWeeks, leastComparable, leastAgents, agentsShare, rowsShare } = this.#rules;
    const day = dayNumber(localDate);
    const like: Attendance[] = [];
    for (let week = 1; week <= comparableWeeks; week++) {
      const earlier = this.#attendance.get(day - 7 * week);
      if (earlier) like.push(earlier);
    }
    if (like.length < leastComparable) return null;
    const agents = median(like.map((earlier) => earlier.agents));
    if (agents < leastAgents) return null;
    const found = this.#attendanceOn(localDate);
    if (found.agents < agents * agentsShare)
      return { cause: 'fewerAgents', figures: { found: found.agents, expected: agents } };
    const rows = median(like.map((earlier) => earlier.rows));
    if (found.rows < rows * rowsShare) return { cause: 'fewerRows', figures: { found: found.rows, expected: rows } };
    return null;
  }

  #attendanceOn(localDate: string): Attendance {
    const counted = this.#counted.get(localDate);
    return { agents: counted?.agents ?? 0, rows: counted?.rows[this.#mainTable] ?? 0 };
  }
}

function dayNumber(localDate: string): number {
  return Date.parse(`${localDate}T00:00:00Z`) / DAY_MS;
}

/** The lower of the two in the middle, so that the figure is one that a day had. */
function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? 0;
}
