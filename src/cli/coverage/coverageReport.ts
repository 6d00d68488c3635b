import type { Config } from '../../config/loadConfig.js';
import { describeLocation } from '../../config/describeLocation.js';
import type { CoverageChoice } from '../../domain/coverage/coverageChoice.js';
import type { CoverageFacts } from '../../domain/coverage/coverageFacts.js';
import { factsAt } from '../../domain/coverage/factsAt.js';
import { type CoverageJudgement, judgeCoverage } from '../../domain/coverage/judgeCoverage.js';
import { Failure, isFailure } from '../../domain/failure.js';
import { connectClient } from '../../temporal/connectClient.js';
import { type CoverageInTemporal, coverageInTemporal } from '../../temporal/coverageInTemporal.js';
import { readWarehouse } from '../../temporal/owner/readWarehouse.js';
import type { CoveredDays } from '../../warehouse/coveredDays.js';
import { whenWarehouseFree } from '../whenWarehouseFree.js';

/** What `rosterline coverage` shows, and its JSON. */
export interface CoverageReport extends CoverageJudgement {
  /** Whether nothing is at fault and no night was missed. */
  readonly ok: boolean;
  readonly warehouse: string;
  /** What Temporal said; or why it could not be asked, and then only what the warehouse shows is judged. */
  readonly temporal: CoverageInTemporal | { readonly notAsked: string };
}

/** A report, and what it was judged by. */
export interface ReportedCoverage {
  readonly report: CoverageReport;
  readonly facts: CoverageFacts;
}

/** How long to look for a Temporal server. */
const CONNECT_WITHIN_MS = 3_000;

/**
 * Judges the configured warehouse, in this process, by what is there as its owner reads it.
 *
 * @param say told what is waited for.
 * @throws Failure `InvalidInput` when there is no warehouse, or a unit that was named is in none of its days; `Blocked` when
 *   another program holds it for long.
 */
export async function coverageReport(
  config: Config,
  choice: CoverageChoice,
  say: (waiting: string) => void,
): Promise<ReportedCoverage> {
  const [covered, temporal] = await Promise.all([readCovered(config, say), askTemporal(config)]);
  const facts = factsAt(covered, config, {
    nowMs: Date.now(),
    exportsRun: 'exportsRun' in temporal && temporal.exportsRun,
    only: choice,
  });
  requireKnown(facts);
  const judged = judgeCoverage(facts);
  const missed = 'missedNights' in temporal ? temporal.missedNights : [];
  const report = {
    ...judged,
    ok: judged.ok && missed.length === 0,
    warehouse: describeLocation(config.warehouse),
    temporal,
  };
  return { report, facts };
}

async function readCovered(config: Config, say: (waiting: string) => void): Promise<CoveredDays> {
  const covered = await whenWarehouseFree(
    () =>
      readWarehouse(config, 'coverage', (reader) => {
        say('reading coverage and counting rows');
        return reader.coveredDays(null);
      }),
    say,
  );
  if (covered === null)
    throw new Failure(
      'InvalidInput',
      `there is no warehouse at ${describeLocation(config.warehouse)} yet: nothing was ever loaded there. 'rosterline export start' or a nightly load makes it; or set WAREHOUSE_URL or ROSTERLINE_DATA to where it is`,
    );
  return covered;
}

/** Without Temporal the rest is judged all the same. */
async function askTemporal(config: Config): Promise<CoverageReport['temporal']> {
  try {
    const { client, connection } = await connectClient(CONNECT_WITHIN_MS);
    try {
      return await coverageInTemporal(client, config);
    } finally {
      await connection.close();
    }
  } catch (error) {
    if (isFailure(error, 'InvalidInput')) throw error;
    return { notAsked: error instanceof Error ? error.message : String(error) };
  }
}

function requireKnown({ only, units, days }: CoverageFacts): void {
  const known = new Set([...units.flatMap(({ id, name }) => [id, name]), ...days.map((day) => day.managementUnitId)]);
  const unknown = (only?.units ?? []).filter((unit) => !known.has(unit));
  if (unknown.length > 0)
    throw new Failure(
      'InvalidInput',
      `unit: the warehouse knows no ${unknown.join(', ')}; it knows ${units.map(({ name }) => name).join(', ')}`,
    );
}
