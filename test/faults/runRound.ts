import { appendFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HistoryExportResult } from '../../src/domain/historyExportResult.js';
import { type ExportRig, startExportRig } from '../support/exportRig.js';
import { unitIds } from '../support/exportTruth.js';
import { type Check, custodyCheck, dataChecks, historyChecks } from './checks.js';
import { endOfExport } from './endOfExport.js';
import { secondDownloads, secondJobs, type Struck, told } from './excuses.js';
import { OwnTemporal } from './ownTemporal.js';
import { drawRound, type RoundPlan } from './roundPlan.js';
import { Striker } from './striker.js';
import { isFromTheStart, type PlannedGap } from './strikes.js';
import { SupervisedWorker } from './supervisedWorker.js';

/** What a round came to. */
export interface RoundReport {
  readonly seed: number;
  readonly ok: boolean;
  /** What struck, by name, with how often. */
  readonly struck: Readonly<Record<string, number>>;
  /** Faults of the simulator that met a call, by kind, with how often. */
  readonly met: Readonly<Record<string, number>>;
  readonly seconds: number;
  readonly windows: number;
  readonly gaps: number;
  /** Why the export stood still, an operator's pause included, in the order in which it said so. */
  readonly pauses: readonly string[];
  readonly workerEndedByItself: number;
  readonly checks: readonly Check[];
  /** Kept where something failed; else null. */
  readonly directory: string | null;
}

const WORKFLOW_ID = 'campaign';
/** When a round counts as stuck. What a person must mend is tried once a minute, so a round may stand still for some. */
const ENDS_WITHIN_MINUTES = 8;
/** Calls of one family that may be under way when a worker that knew of its closed gate is killed, in all families together. */
const CALLS_UNDER_WAY = 12;

/** Runs the round of a seed: an export, all that strikes it, and what must hold afterwards. */
export async function runRound(seed: number): Promise<RoundReport> {
  const plan = drawRound(seed);
  const directory = await mkdtemp(join(tmpdir(), `rosterline-round-${seed}-`));
  writeFileSync(join(directory, 'round.json'), JSON.stringify(plan, null, 2));
  const log = (line: string) => appendFileSync(join(directory, 'round.log'), `${line}\n`);
  const temporal = await OwnTemporal.start(directory);
  const rig = await startExportRig('round', plan.organisation, { address: temporal.address, directory });
  const worker = new SupervisedWorker(() => rig.startWorker());
  const striker = new Striker({ rig, temporal, worker, workflowId: WORKFLOW_ID, log });
  const pauses: string[] = [];
  let ok = false;
  try {
    await worker.ready();
    await striker.strike(plan.strikes.filter(isFromTheStart), Date.now());
    const startedAtMs = Date.now();
    await rig.start(requestOf(plan), WORKFLOW_ID);
    const during = plan.strikes.filter((strike) => !isFromTheStart(strike));
    const striking = striker.strike(during, startedAtMs);
    const outcome = await endOfExport(rig, WORKFLOW_ID, { withinMinutes: ENDS_WITHIN_MINUTES, pauses });
    const seconds = (Date.now() - startedAtMs) / 1000;
    await striker.end();
    await striking;
    await temporal.answers();
    await worker.stop();
    const struck = { kills: worker.kills, outages: temporal.outages };
    const checks =
      'result' in outcome
        ? await check(rig, plan, outcome.result, struck, striker.struck)
        : [{ name: 'export', ok: false, found: outcome.failed }];
    ok = checks.every((one) => one.ok);
    for (const { name, ok: held, found } of checks) log(`${held ? 'ok  ' : 'FAIL'}  ${name.padEnd(34)} ${found}`);
    return {
      seed,
      ok,
      struck: counted(striker.struck),
      met: rig.simulator.counts().struck,
      seconds,
      windows: 'result' in outcome ? outcome.result.windows : 0,
      gaps: 'result' in outcome ? outcome.result.gaps.length : 0,
      pauses,
      workerEndedByItself: worker.endedByItself,
      checks,
      directory: ok ? null : directory,
    };
  } finally {
    await striker.end();
    await worker.stop();
    await rig.close();
    await temporal.stop();
    if (ok) await rm(directory, { recursive: true, force: true });
  }
}

async function check(
  rig: ExportRig,
  plan: RoundPlan,
  result: HistoryExportResult,
  struck: Struck,
  struckNames: readonly string[],
): Promise<Check[]> {
  const { jobs, downloads, insideGate, tokenLeaks, struck: met } = rig.simulator.counts();
  const met_ = (...kinds: (keyof typeof met)[]) => kinds.reduce((sum, kind) => sum + (met[kind] ?? 0), 0);
  const again = secondJobs(jobs.requests, struck).filter(({ excuse }) => excuse === null);
  const twice = secondDownloads(downloads.objects, struck).filter(({ excuse }) => excuse === null);
  // A corrupt result is fetched once more whole: with all files of its job.
  const jobsTwice = new Set(twice.map(({ object }) => object.replace(/\/.*$/, '')));
  const gapsWanted = plan.strikes.flatMap((strike) => (strike.what === 'gap' ? [strike.gap] : []));
  // Errors on purpose are met by as many jobs as it takes to find the day.
  const jobsExcused = met_('reset', 'truncatedBody', 'wrongLength', 'jobUnknown', 'jobError');
  const downloadsExcused = met_('alteredBytes', 'wrongLength', 'missingField', 'jobUnknown');
  const insideExcused = CALLS_UNDER_WAY * struck.kills.length;
  return [
    {
      name: 'strikes',
      ok: !struckNames.includes('a strike that failed'),
      found: `${struckNames.length} of ${plan.strikes.length} before the end`,
    },
    {
      name: 'export',
      ok: (result.status === 'complete') === (result.gaps.length === 0),
      found: `${result.status}, ${result.windows} windows`,
    },
    gapsCheck(rig, gapsWanted, result),
    { name: 'second jobs', ok: again.length <= jobsExcused, found: excused(again.length, jobsExcused) },
    {
      name: 'second downloads',
      ok: jobsTwice.size <= downloadsExcused,
      found: `of ${excused(jobsTwice.size, downloadsExcused)} jobs; ${told(twice)}`,
    },
    {
      name: 'calls into a closed gate',
      ok: insideGate <= insideExcused,
      found: `${insideGate}; excused by ${struck.kills.length} killed workers that knew of it: ${insideExcused}`,
    },
    { name: 'tokens sent to the download host', ok: tokenLeaks === 0, found: String(tokenLeaks) },
    ...(await dataChecks(rig, plan.organisation, plan.asked, result.gaps)),
    await custodyCheck(rig, result),
    ...(await historyChecks(rig)),
  ];
}

function excused(count: number, most: number): string {
  return `${count}; faults that were met excuse ${most}`;
}

function gapsCheck(rig: ExportRig, wanted: readonly PlannedGap[], { gaps }: HistoryExportResult): Check {
  const key = (gap: { from: string; to: string; reason: string }, unit: string) =>
    `adherence ${unit} ${gap.from}_${gap.to} ${gap.reason}`;
  const expected = wanted.map((gap) => key(gap, unitIds(rig.simulator, [gap.unit])[0] ?? '')).sort();
  const found = gaps.map((gap) => key(gap, gap.managementUnitId).replace(/^adherence/, gap.dataset)).sort();
  const same = JSON.stringify(found) === JSON.stringify(expected);
  return {
    name: 'gaps',
    ok: same,
    found: same
      ? `${found.length}, as made`
      : `expected ${JSON.stringify(expected)}, found ${JSON.stringify(gaps.slice(0, 5))}`,
  };
}

function requestOf({ asked, windowDays, maxParallelWindows }: RoundPlan) {
  const { datasets, from, to, exceptions, actuals } = asked;
  return { datasets, from, to, exceptions, actuals, windowDays, maxParallelWindows };
}

function counted(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
