import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readRounds } from '../../src/custody/roundSeals.js';
import { verify } from '../../src/custody/verify.js';
import { openFileStore } from '../../src/objects/fileStore.js';
import { seededRandom } from '../../src/simulator/data/seededRandom.js';
import { type ExportRig, startExportRig } from '../support/exportRig.js';
import { staffed, type SyncHandle } from '../support/syncEnvironment.js';
import type { Check } from './checks.js';
import { OwnTemporal } from './ownTemporal.js';
import { happens, settled, startSync, through } from './signalledSync.js';
import { SupervisedWorker } from './supervisedWorker.js';

/** What a run of kills is made of. */
export interface SyncKillsPlan {
  readonly seed: number;
  readonly workerKills: number;
  readonly serverKills: number;
}

/** Between a signal and the kill, milliseconds: over the debounce, the reads, the writes, the seal, and a little after. */
const KILL_WITHIN_MS = 1500;
const SERVER_AWAY_MS = 1500;

/** So slowly come the answers, of some kilobytes each, that kills meet calls under way. */
const BYTES_A_SECOND = 30_000;

/**
 * Lets carriers fail and schedules change, and kills worker or Temporal server (SIGKILL) at a random instant of the round that follows;
 * each time what Genesys has must come to be what a plan of then would write nothing to, by the signals alone.
 */
export async function runSyncKills(plan: SyncKillsPlan, say: (line: string) => void): Promise<readonly Check[]> {
  const directory = await mkdtemp(join(tmpdir(), 'rosterline-sync-kills-'));
  const temporal = await OwnTemporal.start(directory);
  const units = [{ name: 'Singapore', timeZone: 'Asia/Singapore', agents: 60 }];
  const rig = await startExportRig('sync-kills', { seed: plan.seed, units }, { address: temporal.address, directory });
  staffed(rig.simulator);
  const worker = new SupervisedWorker(() => rig.startWorker());
  let checks: readonly Check[] = [];
  try {
    await worker.ready();
    const handle = await startSync(rig);
    rig.simulator.addFault({
      kind: 'slowBody',
      method: '*',
      path: '/api/v2/',
      bytesPerSecond: BYTES_A_SECOND,
      times: null,
    });
    const random = seededRandom(plan.seed);
    const kills = shuffled(plan, random);
    for (const [index, what] of kills.entries()) {
      const told = happens(rig.simulator, random, index);
      await through(() => handle.signal(told.signal, told.payload));
      const afterMs = random.integer(0, KILL_WITHIN_MS);
      await sleep(afterMs);
      if (what === 'worker') await worker.kill();
      else await temporal.kill(SERVER_AWAY_MS);
      const since = Date.now();
      await settled(handle);
      say(`${what} killed ${afterMs} ms after ${told.words}: right again after ${Date.now() - since} ms`);
    }
    checks = await check(rig, handle, directory);
    return checks;
  } finally {
    await worker.stop();
    await rig.close();
    await temporal.stop();
    if (checks.length > 0 && checks.every(({ ok }) => ok)) await rm(directory, { recursive: true, force: true });
    else say(`kept: ${directory}`);
  }
}

async function check(rig: ExportRig, handle: SyncHandle, directory: string): Promise<Check[]> {
  await through(() => handle.cancel());
  await handle.result().catch(() => undefined);
  const store = openFileStore({ directory: join(directory, 'objects'), readOnly: true });
  const sealed = new Set<string>();
  for await (const { seal } of readRounds(store))
    for (const { kind, id, after, outcome } of seal.writes)
      if (outcome === 'written' || outcome === 'alreadySo') sealed.add(JSON.stringify([kind, id, after]));
  const made = rig.simulator.telephony.writes().filter(({ byHand }) => !byHand);
  const changes = made.filter(({ before, after }) => JSON.stringify(before) !== JSON.stringify(after));
  const untold = changes.filter(
    ({ kind, id, after }) => kind === 'route' && !sealed.has(JSON.stringify([kind, id, after])),
  );
  const report = await verify({ store, facts: null });
  return [
    {
      name: 'routes written',
      ok: changes.length > 0,
      found: `${made.length} writes, ${changes.length} changed something`,
    },
    { name: 'every change of a route is sealed', ok: untold.length === 0, found: JSON.stringify(untold.slice(0, 3)) },
    { name: 'custody', ok: report.ok, found: `${report.rounds} rounds, ${JSON.stringify(report.broken.slice(0, 3))}` },
  ];
}

function shuffled({ workerKills, serverKills }: SyncKillsPlan, random: ReturnType<typeof seededRandom>) {
  const kills = [
    ...Array.from({ length: workerKills }, () => 'worker' as const),
    ...Array.from({ length: serverKills }, () => 'server' as const),
  ];
  return kills
    .map((what) => ({ what, at: random.next() }))
    .sort((one, other) => one.at - other.at)
    .map(({ what }) => what);
}
