import type { Config } from '../../config/loadConfig.js';
import { type CoverageStanding, coverageStandings } from '../../domain/coverage/coverageStanding.js';
import { factsAt } from '../../domain/coverage/factsAt.js';
import { judgeCoverage } from '../../domain/coverage/judgeCoverage.js';
import { isOfLongAgo, recentDays } from '../../domain/coverage/recentDays.js';
import type { LocalDate } from '../../domain/exportWindow.js';
import { readWarehouse } from '../../temporal/owner/readWarehouse.js';

/** Coverage in figures, as `rosterline coverage` judges it. */
export interface RecentCoverage {
  /** Rows of the days before this one were not counted: their lines in `coverage` alone were looked at. */
  readonly rowsSince: LocalDate;
  /** Nothing where there is no warehouse yet. */
  readonly datasets: readonly CoverageStanding[];
}

/** A watched screen looks every two seconds; days do not change as fast. */
const AGAIN_MS = 20_000;

/** Reads coverage when asked, and again only when what was read is some seconds old. */
export function coverageLook(config: Config): (exportsRun: boolean) => Promise<RecentCoverage> {
  let seen: { atMs: number; coverage: Promise<RecentCoverage> } | null = null;
  return async (exportsRun) => {
    if (seen === null || Date.now() - seen.atMs > AGAIN_MS)
      seen = { atMs: Date.now(), coverage: recentCoverage(config, exportsRun) };
    try {
      return await seen.coverage;
    } catch (error) {
      seen = null;
      throw error;
    }
  };
}

/**
 * What is there of what should be, in figures, counting the rows of the last month.
 *
 * @param exportsRun whether an export runs, so that days that were asked for may still come.
 * @throws Failure `Blocked` while another program holds the file.
 */
async function recentCoverage(config: Config, exportsRun: boolean): Promise<RecentCoverage> {
  const nowMs = Date.now();
  const recent = recentDays(nowMs, config.coverage);
  const covered = await readWarehouse(config, 'coverage', (reader) => reader.coveredDays(recent.countedFrom));
  if (covered === null) return { rowsSince: recent.from, datasets: [] };
  const { units, findings } = judgeCoverage(factsAt(covered, config, { nowMs, exportsRun }));
  const certain = findings.filter((finding) => !isOfLongAgo(finding, recent));
  return { rowsSince: recent.from, datasets: coverageStandings({ units, findings: certain }) };
}
