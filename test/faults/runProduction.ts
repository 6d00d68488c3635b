import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HistoryExportResult } from '../../src/domain/historyExportResult.js';
import type { Check } from './checks.js';
import { endOfExport } from './endOfExport.js';
import { checksAfterKills, killedExport } from './killedExport.js';
import { drawKills, KILL_KINDS, type KillKind, type KindOfKills, lostByKind, type Mark } from './productionKills.js';
import { type ProductionSite, startProductionSite } from './productionSite.js';

/** What a run of production's profile is made of. Dates are local, `to` exclusive. */
export interface ProductionPlan {
  readonly seed: number;
  readonly workers: number;
  readonly from: string;
  readonly to: string;
  /** Between two kills, drawn by the seed. */
  readonly apartSeconds: { readonly min: number; readonly max: number };
  /** After so many kills the export is left alone; without it, they go on until its end. */
  readonly mostKills?: number;
  /** How long the export takes undisturbed, in seconds; measured first when left out. */
  readonly calmSeconds?: number | undefined;
  /** When the run counts as stuck. */
  readonly withinMinutes: number;
}

/** What a run of production's profile came to. */
export interface ProductionReport {
  readonly ok: boolean;
  readonly seed: number;
  readonly workers: number;
  readonly kills: Readonly<Record<KillKind, KindOfKills>>;
  readonly seconds: number;
  readonly calmSeconds: number;
  readonly windows: number;
  /** Why the export stood still, in the order in which it said so. */
  readonly pauses: readonly string[];
  /** Times that a worker ended without being killed and was started again: as one does that starts while a server is away. */
  readonly workersEndedByThemselves: number;
  readonly checks: readonly Check[];
  /** Kept where something failed; else null. */
  readonly directory: string | null;
}

const WORKFLOW_ID = 'production';

/**
 * Kills workers, Temporal, PostgreSQL and the S3 store (SIGKILL), one after the other, for as long as an export runs, and holds its
 * outcome to the truth.
 *
 * Each server comes back with its data after some seconds; a killed worker is started again at once.
 */
export async function runProduction(plan: ProductionPlan, say: (line: string) => void): Promise<ProductionReport> {
  const calmSeconds = plan.calmSeconds ?? (await calmly(plan, say));
  const exported = killedExport(plan);
  const site = await startProductionSite(exported, plan.workers);
  const pauses: string[] = [];
  let ok = false;
  try {
    const ended = new AbortController();
    const startedAtMs = Date.now();
    await site.rig.start(exported.request, WORKFLOW_ID);
    const striking = strike(site, plan, ended.signal, say);
    const ending = endOfExport(site.rig, WORKFLOW_ID, { withinMinutes: plan.withinMinutes, pauses });
    // A server that does not come back is an error of this run; nothing would ever end.
    const outcome = await Promise.race([ending, striking.then(() => ending)]);
    const seconds = (Date.now() - startedAtMs) / 1000;
    ended.abort();
    const marks = await striking;
    await site.answers();
    await site.rest();
    const kills = lostByKind(marks, calmSeconds);
    const checks = await checksOf(site, plan, kills, outcome);
    ok = checks.every((one) => one.ok);
    return {
      ok,
      seed: plan.seed,
      workers: plan.workers,
      kills,
      seconds,
      calmSeconds,
      windows: 'result' in outcome ? outcome.result.windows : 0,
      pauses,
      workersEndedByThemselves: sum(site.workers.map(({ endedByItself }) => endedByItself)),
      checks,
      directory: ok ? null : site.directory,
    };
  } finally {
    await site.stop(!ok);
    if (!ok) say(`kept: ${site.directory}`);
  }
}

/** Strikes as drawn until the export has ended, or it is enough. @returns how far it was at its start, at each kill, and at its end. */
async function strike(
  site: ProductionSite,
  { seed, apartSeconds, mostKills = Infinity }: ProductionPlan,
  ended: AbortSignal,
  say: (line: string) => void,
): Promise<Mark[]> {
  const startedAtMs = Date.now();
  const marks: Mark[] = [];
  const mark = async (kind: KillKind | null) => {
    marks.push({ atMs: Date.now(), sealed: await site.objects.sealsWritten(), kind });
  };
  await mark(null);
  for (const { kind, afterMs, awayMs, which } of drawKills(seed, apartSeconds)) {
    await sleep(afterMs, undefined, { signal: ended }).catch(() => undefined);
    if (ended.aborted) break;
    if (kind === 'worker') await workerOf(site, which).kill();
    else await site[kind].kill(awayMs);
    await mark(kind);
    const at = ((Date.now() - startedAtMs) / 1000).toFixed(1).padStart(6);
    say(`${at} s  ${kind} killed, ${marks.at(-1)?.sealed} windows sealed`);
    if (marks.length > mostKills) break;
  }
  if (!ended.aborted) await once(ended, 'abort');
  await mark(null);
  return marks;
}

/** One of those that are ready; any, where none is. */
function workerOf({ workers }: ProductionSite, which: number) {
  const ready = workers.filter((worker) => worker.isReady());
  const choices = ready.length === 0 ? workers : ready;
  const chosen = choices[Math.floor(which * choices.length)];
  if (chosen === undefined) throw new Error('there is no worker to kill');
  return chosen;
}

async function checksOf(
  { rig, temporal, workers, secrets }: ProductionSite,
  plan: ProductionPlan,
  kills: ProductionReport['kills'],
  outcome: { result: HistoryExportResult } | { failed: string },
): Promise<Check[]> {
  const endedAtWork = sum(workers.map((worker) => worker.endedAtWork));
  const checks = [
    {
      name: 'kills',
      ok: KILL_KINDS.every((kind) => kills[kind].kills > 0),
      found: KILL_KINDS.map((kind) => `${kind} ${kills[kind].kills}`).join(', '),
    },
    { name: 'workers that ended at their work', ok: endedAtWork === 0, found: String(endedAtWork) },
  ];
  if ('failed' in outcome) return [...checks, { name: 'export', ok: false, found: outcome.failed }];
  const struck = { kills: workers.flatMap((worker) => worker.kills), outages: temporal.outages };
  const all = sum(KILL_KINDS.map((kind) => kills[kind].kills));
  const after = { kills: all, secrets, signed: true };
  return [...checks, ...(await checksAfterKills(rig, killedExport(plan), outcome.result, struck, after))];
}

async function calmly(plan: ProductionPlan, say: (line: string) => void): Promise<number> {
  const exported = killedExport(plan);
  const site = await startProductionSite(exported, plan.workers);
  try {
    const startedAtMs = Date.now();
    await site.rig.export(exported.request, WORKFLOW_ID);
    const seconds = (Date.now() - startedAtMs) / 1000;
    say(`undisturbed, the export takes ${seconds.toFixed(1)} s`);
    return seconds;
  } finally {
    await site.stop(false);
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
