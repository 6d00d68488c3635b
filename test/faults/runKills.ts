import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HistoryExportResult } from '../../src/domain/historyExportResult.js';
import { seededRandom } from '../../src/simulator/data/seededRandom.js';
import type { SimulatorOptions } from '../../src/simulator/simulatorOptions.js';
import { type ExportRig, startExportRig } from '../support/exportRig.js';
import { type Asked, type Check, custodyCheck, dataChecks, historyChecks } from './checks.js';
import { mostBytesOver, secondDownloads, secondJobs, type Struck, told } from './excuses.js';
import { OwnTemporal } from './ownTemporal.js';
import { resultThrough } from './resultThrough.js';
import { SupervisedWorker } from './supervisedWorker.js';

/** Two units whose downloads are slow enough to be met under way. */
const ORGANISATION = {
  seed: 21,
  units: [
    { name: 'Singapore', timeZone: 'Asia/Singapore', agents: 20 },
    { name: 'London', timeZone: 'Europe/London', agents: 20 },
  ],
  tokenLimitPerMinute: null,
  jobSeconds: { min: 0.2, max: 1 },
  downloadBytesPerSecond: 4_000_000,
  // Larger files, so that kills meet downloads under way.
  gzipDownloads: false,
} satisfies SimulatorOptions;
const MIB = 1024 * 1024;
/** What a kill is expected to cost, at least, in seconds: a heartbeat's timeout. Kills are spread over a run that is longer by so much. */
const SECONDS_A_KILL = 4;
/** How long a killed Temporal server stays away, milliseconds; drawn between these. */
const AWAY_MS = { min: 500, max: 6_000 };

/** What a run of kills is made of. Dates are local, `to` exclusive. */
export interface KillsPlan {
  readonly seed: number;
  readonly workerKills: number;
  readonly serverKills: number;
  readonly from: string;
  readonly to: string;
  /** How long the export takes undisturbed, in seconds; measured first when left out. */
  readonly calmSeconds?: number | undefined;
}

/** What a run of kills came to. */
export interface KillsReport {
  readonly ok: boolean;
  readonly seed: number;
  readonly kills: { readonly worker: number; readonly server: number };
  readonly seconds: number;
  readonly calmSeconds: number;
  readonly secondsLostAKill: number;
  /** Times that a worker ended without being killed, and was started again by its supervisor. */
  readonly workerEndedByItself: number;
  readonly checks: readonly Check[];
  /** Kept where something failed; else null. */
  readonly directory: string | null;
}

interface Strike {
  readonly atMs: number;
  readonly what: 'worker' | 'server';
  readonly awayMs: number;
}

/**
 * Kills worker and Temporal server (SIGKILL) at instants drawn uniformly over an export, and holds its outcome to the truth.
 *
 * The server comes back on its file after some seconds. A killed worker is started again at once; one that ended by itself, by its
 * supervisor.
 */
export async function runKills(plan: KillsPlan, say: (line: string) => void): Promise<KillsReport> {
  const calmSeconds = plan.calmSeconds ?? (await calmly(plan, say));
  const directory = await mkdtemp(join(tmpdir(), 'rosterline-kills-'));
  const temporal = await OwnTemporal.start(directory);
  const rig = await startExportRig('kills', organisationOf(plan), { address: temporal.address, directory });
  const worker = new SupervisedWorker(() => rig.startWorker());
  let ok = false;
  try {
    await worker.ready();
    const startedAtMs = Date.now();
    await rig.start(requestOf(plan), 'kills');
    const ended = new AbortController();
    const strikes = strikesOf(plan, calmSeconds);
    const striking = (async () => {
      for (const { atMs, what, awayMs } of strikes) {
        await sleep(startedAtMs + atMs - Date.now(), undefined, { signal: ended.signal }).catch(() => undefined);
        if (ended.signal.aborted) return;
        if (what === 'worker') await worker.kill();
        else await temporal.kill(awayMs);
        say(`${((Date.now() - startedAtMs) / 1000).toFixed(1).padStart(6)} s  ${what} killed`);
      }
    })();
    const result = await resultThrough(rig.client, 'kills');
    const seconds = (Date.now() - startedAtMs) / 1000;
    ended.abort();
    await striking;
    await temporal.answers();
    await worker.stop();
    const struck = { killedAtMs: worker.killedAtMs, outages: temporal.outages };
    const checks = await check(rig, plan, result, struck);
    ok = checks.every((one) => one.ok);
    const kills = { worker: struck.killedAtMs.length, server: struck.outages.length };
    return {
      ok,
      seed: plan.seed,
      kills,
      seconds,
      calmSeconds,
      secondsLostAKill: (seconds - calmSeconds) / (kills.worker + kills.server),
      workerEndedByItself: worker.endedByItself,
      checks,
      directory: ok ? null : directory,
    };
  } finally {
    await worker.stop();
    await rig.close();
    await temporal.stop();
    if (ok) await rm(directory, { recursive: true, force: true });
    else say(`kept: ${directory}`);
  }
}

async function check(rig: ExportRig, plan: KillsPlan, result: HistoryExportResult, struck: Struck): Promise<Check[]> {
  const { killedAtMs, outages } = struck;
  const { jobs, downloads, insideGate, tokenLeaks } = rig.simulator.counts();
  const again = secondJobs(jobs.requests, struck);
  const twice = secondDownloads(downloads.objects, struck);
  const over = mostBytesOver(downloads.objects);
  const unfinished = downloads.objects.filter(({ complete }) => complete === 0).length;
  return [
    {
      name: 'kills',
      ok: killedAtMs.length === plan.workerKills && outages.length === plan.serverKills,
      found: `worker ${killedAtMs.length} of ${plan.workerKills}, server ${outages.length} of ${plan.serverKills}`,
    },
    {
      name: 'export',
      ok: result.status === 'complete' && result.gaps.length === 0,
      found: `${result.status}, ${result.windows} windows, ${result.gaps.length} gaps`,
    },
    {
      name: 'objects downloaded once',
      ok: unfinished === 0 && twice.every(({ excuse }) => excuse !== null),
      found: `${downloads.objects.length - unfinished} of ${downloads.objects.length}; ${told(twice)}`,
    },
    {
      name: 'bytes over an object’s size',
      ok: over <= (killedAtMs.length + outages.length) * MIB,
      found: `${over.toLocaleString('en')} at most`,
    },
    {
      name: 'second jobs',
      ok: again.every(({ excuse }) => excuse !== null),
      found: told(again),
    },
    { name: 'calls into a closed gate', ok: insideGate === 0, found: String(insideGate) },
    { name: 'tokens sent to the download host', ok: tokenLeaks === 0, found: String(tokenLeaks) },
    ...(await dataChecks(rig, organisationOf(plan), askedOf(plan), [])),
    await custodyCheck(rig, result),
    ...(await historyChecks(rig)),
  ];
}

/** People come, go and move within the range only: whose the hours of a night between two units are, is told by the day after it. */
function organisationOf({ from, to }: KillsPlan): SimulatorOptions {
  return { ...ORGANISATION, historyStarts: from, changes: { from: shiftedBy(from, 3), to: shiftedBy(to, -3) } };
}

function shiftedBy(date: string, days: number): string {
  return new Date(Date.parse(date) + days * 86_400_000).toISOString().slice(0, 10);
}

function askedOf({ from, to }: KillsPlan): Asked {
  const managementUnits = ORGANISATION.units.map(({ name }) => name);
  return { datasets: ['adherence', 'occupancy'], exceptions: true, actuals: false, from, to, managementUnits };
}

function requestOf({ from, to }: KillsPlan) {
  return { datasets: ['adherence', 'occupancy'], from, to };
}

async function calmly(plan: KillsPlan, say: (line: string) => void): Promise<number> {
  const directory = await mkdtemp(join(tmpdir(), 'rosterline-calm-'));
  const temporal = await OwnTemporal.start(directory);
  const rig = await startExportRig('calm', organisationOf(plan), { address: temporal.address, directory });
  try {
    await rig.startWorker();
    const startedAtMs = Date.now();
    await rig.export(requestOf(plan), 'calm');
    const seconds = (Date.now() - startedAtMs) / 1000;
    say(`undisturbed, the export takes ${seconds.toFixed(1)} s`);
    return seconds;
  } finally {
    await rig.close();
    await temporal.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

function strikesOf(plan: KillsPlan, calmSeconds: number): Strike[] {
  const random = seededRandom('kills', plan.seed);
  const expectedMs = (calmSeconds + SECONDS_A_KILL * (plan.workerKills + plan.serverKills)) * 1000;
  const kinds = [
    ...Array.from({ length: plan.workerKills }, () => 'worker' as const),
    ...Array.from({ length: plan.serverKills }, () => 'server' as const),
  ];
  return kinds
    .map((what) => ({
      atMs: random.next() * expectedMs,
      what,
      awayMs: AWAY_MS.min + random.next() * (AWAY_MS.max - AWAY_MS.min),
    }))
    .sort((one, other) => one.atMs - other.atMs);
}
