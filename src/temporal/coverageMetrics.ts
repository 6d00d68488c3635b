import { statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { MetricGauge, MetricMeter } from '@temporalio/common';
import type { Config } from '../config/loadConfig.js';
import { COVERAGE_FAULTS, COVERAGE_STATES, type CoverageFinding } from '../domain/coverage/coverageFinding.js';
import { coverageStandings } from '../domain/coverage/coverageStanding.js';
import { type CoverageSettings, factsAt } from '../domain/coverage/factsAt.js';
import { type CoverageJudgement, judgeCoverage } from '../domain/coverage/judgeCoverage.js';
import { isOfLongAgo, recentDays } from '../domain/coverage/recentDays.js';
import type { Warehouse } from '../warehouse/warehouse.js';
import { anyExportRuns } from './coverageInTemporal.js';

/** Where figures of coverage come from and go to. */
interface CoverageFigures {
  readonly config: CoverageSettings & Pick<Config, 'warehouse' | 'taskQueue'>;
  readonly client: Client;
  readonly warehouse: Warehouse;
  readonly meter: MetricMeter;
}

/** How often it is looked whether something is to be judged again. */
const LOOK_EVERY_MS = 30_000;
/** How often at most a warehouse that changes is judged. */
const JUDGE_EVERY_MS = 5 * 60_000;
/** How often a warehouse that does not change is: days become late by themselves. */
const JUDGE_ANYWAY_MS = 60 * 60_000;
/** How often the rows of all days are counted. Between, those of the last month and of the days that it is compared with. */
const COUNT_ALL_EVERY_MS = 24 * 60 * 60_000;
const ANSWER_WITHIN_MS = 4_000;

/**
 * Shows what coverage is as gauges, again and again until it is stopped: the same judgement as `rosterline coverage`.
 *
 * A warehouse that another process holds, or that does not answer, leaves the figures as they are;
 * `rosterline_coverage_judged_seconds` says of when they are.
 */
export async function publishCoverage(figures: CoverageFigures, stopping: AbortSignal): Promise<void> {
  const show = coverageGauges(figures.meter);
  const judge = new Judge(figures);
  while (!stopping.aborted) {
    const judged = await judge.whenDue(Date.now()).catch(() => null);
    if (judged) show(judged, Date.now());
    await sleep(LOOK_EVERY_MS, undefined, { signal: stopping, ref: false }).catch(() => undefined);
  }
}

/** Judges when it is worth it. */
class Judge {
  readonly #figures: CoverageFigures;
  #judgedMs = Number.NEGATIVE_INFINITY;
  #countedAllMs = Number.NEGATIVE_INFINITY;
  #changedMs: number | null = null;
  /** Days of long ago that had fallen when all rows were counted last. */
  #longFallen: readonly CoverageFinding[] = [];

  constructor(figures: CoverageFigures) {
    this.#figures = figures;
  }

  async whenDue(nowMs: number): Promise<Pick<CoverageJudgement, 'units' | 'findings'> | null> {
    const { config, client, warehouse } = this.#figures;
    const age = nowMs - this.#judgedMs;
    const isChanged = config.warehouse.kind !== 'duckdb' || changedMs(config.warehouse.path) !== this.#changedMs;
    if (age < JUDGE_EVERY_MS || (!isChanged && age < JUDGE_ANYWAY_MS)) return null;

    const recent = recentDays(nowMs, config.coverage);
    const countsAll = nowMs - this.#countedAllMs >= COUNT_ALL_EVERY_MS;
    const exportsRun = await client
      .withDeadline(Date.now() + ANSWER_WITHIN_MS, () => anyExportRuns(client, config.taskQueue))
      .catch(() => false);
    const covered = await warehouse.coveredDays(countsAll ? null : recent.countedFrom);
    const { units, findings } = judgeCoverage(factsAt(covered, config, { nowMs, exportsRun }));
    this.#judgedMs = nowMs;
    if (config.warehouse.kind === 'duckdb') this.#changedMs = changedMs(config.warehouse.path);
    if (countsAll) {
      this.#countedAllMs = nowMs;
      this.#longFallen = findings.filter((finding) => isOfLongAgo(finding, recent));
      return { units, findings };
    }
    return {
      units,
      findings: [...findings.filter((finding) => !isOfLongAgo(finding, recent)), ...this.#longFallen],
    };
  }
}

/** When the file was written last; null where it cannot be told. */
function changedMs(file: string): number | null {
  try {
    return statSync(file).mtimeMs;
  } catch {
    return null;
  }
}

/** Shows judgements as gauges. Labels are datasets, states and faults: no unit. */
function coverageGauges(
  meter: MetricMeter,
): (judged: Pick<CoverageJudgement, 'units' | 'findings'>, nowMs: number) => void {
  const gauge = (name: string, what: string): MetricGauge => meter.createGauge(name, 'float', undefined, what);
  const days = gauge('rosterline_coverage_days', 'Expected local days of all units, by state');
  const faults = gauge('rosterline_coverage_faults', 'Local days of all units that are at fault');
  const judgedAt = gauge('rosterline_coverage_judged_seconds', 'Unix time at which coverage was judged');
  return (judged, nowMs) => {
    for (const standing of coverageStandings(judged)) {
      const { dataset } = standing;
      for (const state of COVERAGE_STATES) days.set(standing.days[state], { dataset, state });
      for (const fault of COVERAGE_FAULTS) faults.set(standing.faults[fault], { dataset, fault });
    }
    judgedAt.set(nowMs / 1000);
  };
}
