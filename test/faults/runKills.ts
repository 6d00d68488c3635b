import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from '../../src/simulator/data/seededRandom.js';
import { startExportRig } from '../support/exportRig.js';
import type { Check } from './checks.js';
import { checksAfterKills, killedExport } from './killedExport.js';
import { AWAY_MS } from './outages.js';
import { OwnTemporal } from './ownTemporal.js';
import { resultThrough } from './resultThrough.js';
import { SupervisedWorker } from './supervisedWorker.js';

/** What a kill is expected to cost, at least, in seconds: a heartbeat's timeout. Kills are spread over a run that is longer by so much. */
const SECONDS_A_KILL = 4;

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
  const exported = killedExport(plan);
  const rig = await startExportRig('kills', exported.organisation, { address: temporal.address, directory });
  const worker = new SupervisedWorker(() => rig.startWorker());
  let ok = false;
  try {
    await worker.ready();
    const startedAtMs = Date.now();
    await rig.start(exported.request, 'kills');
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
    const struck = { kills: worker.kills, outages: temporal.outages };
    const kills = { worker: struck.kills.length, server: struck.outages.length };
    const checks = [
      killsCheck(plan, kills),
      ...(await checksAfterKills(rig, exported, result, struck, { kills: kills.worker + kills.server })),
    ];
    ok = checks.every((one) => one.ok);
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

function killsCheck(plan: KillsPlan, { worker, server }: KillsReport['kills']): Check {
  return {
    name: 'kills',
    ok: worker === plan.workerKills && server === plan.serverKills,
    found: `worker ${worker} of ${plan.workerKills}, server ${server} of ${plan.serverKills}`,
  };
}

async function calmly(plan: KillsPlan, say: (line: string) => void): Promise<number> {
  const { organisation, request } = killedExport(plan);
  const directory = await mkdtemp(join(tmpdir(), 'rosterline-calm-'));
  const temporal = await OwnTemporal.start(directory);
  const rig = await startExportRig('calm', organisation, { address: temporal.address, directory });
  try {
    await rig.startWorker();
    const startedAtMs = Date.now();
    await rig.export(request, 'calm');
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
