import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import { stormPolicy } from '../../src/cli/demo/sync/stormPolicy.js';
import type { SyncState } from '../../src/domain/sync/syncState.js';
import type { SyncPolicy } from '../../src/domain/sync/syncPolicy.js';
import { clearSchedules } from '../support/clearSchedules.js';
import { eventually } from '../support/eventually.js';
import { type ExportRig, startExportRig } from '../support/exportRig.js';
import { type EndedCommand, lastJson, runRosterline } from '../support/runRosterline.js';
import { temporalServer } from '../support/temporalServer.js';

await temporalServer();

const MINUTES = 60_000;

let rig: ExportRig;
let file: string;
let policy: SyncPolicy;
let workflowId: string;

beforeAll(async () => {
  rig = await startExportRig('sync', {
    seed: 17,
    tokenLimitPerMinute: null,
    units: [{ name: 'Singapore Service Desk', timeZone: 'Asia/Singapore', agents: 30 }],
    telephony: { trunks: 6 },
  });
  const { telephony, businessUnits, organisationId } = rig.simulator;
  workflowId = `trunkSync/${organisationId}`;
  const [unit] = businessUnits;
  clearSchedules(rig.simulator);
  telephony.happen({ kind: 'schedules', businessUnitId: unit?.id ?? '', addAgents: 12 });
  policy = stormPolicy(telephony.facts(), unit?.id ?? '', { holdDownSeconds: 60, debounceSeconds: 1 });
  file = join(rig.directory, 'rosterline.yaml');
  writePolicy(policy);
  await rig.startWorker();
}, 5 * MINUTES);
afterAll(async () => await rig.close(), MINUTES);

function writePolicy(changed: SyncPolicy): void {
  writeFileSync(file, stringify({ sync: changed }));
}

async function sync(...args: string[]): Promise<EndedCommand> {
  return await runRosterline(['sync', ...args], { ...rig.environment, ROSTERLINE_CONFIG: file });
}

/** Seals of rounds, as they are written. */
function sealedRounds(): string[] {
  const entries = readdirSync(join(rig.objects, 'seals/rounds'), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'utf8'));
}

const status = async (): Promise<SyncState> => lastJson(await sync('status', '--json')) as SyncState;
const trunkBases = () => rig.simulator.telephony.facts().trunkBases;
const campaignRoute = () => rig.simulator.telephony.facts().routes.find(({ name }) => name === 'Singapore campaigns');
const idOf = (name: string): string => trunkBases().find((base) => base.name === name)?.id ?? '';

describe('rosterline sync, where none runs', () => {
  it('says so, what to do, and where to look, with 2', async () => {
    const ended = await sync('status', '--json');
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain("no sync runs here: start one with 'rosterline sync start'");
    expect(lastJson(ended)).toMatchObject({ error: { name: 'InvalidInput' } });
  }, 60_000);

  it('wants a policy before it starts one, and tells every error of one that is wrong', async () => {
    const none = await runRosterline(['sync', 'start'], rig.environment);
    expect(none).toMatchObject({ code: 2, stderr: expect.stringContaining('has no policy of the trunk sync') });
    writeFileSync(file, 'sync: { everyMinutes: 0, sites: [] }');
    const wrong = await sync('start');
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain('sync.everyMinutes: ');
    expect(wrong.stderr).toContain('sync.sites: ');
    writePolicy(policy);
    expect(await sync('history')).toMatchObject({ code: 0, stdout: expect.stringContaining('no round is sealed yet') });
    const elsewhere = { OBJECTS_URL: 'file:/nowhere/objects' };
    const lost = await runRosterline(['sync', 'history'], { ...rig.environment, ...elsewhere });
    expect(lost).toMatchObject({ code: 1, stderr: expect.stringContaining('no seals of rounds') });
  }, 60_000);
});

describe('rosterline sync', () => {
  it(
    'observes first: shows the exact writes, sends none',
    async () => {
      const started = await sync('start', '--json');
      expect(started.code).toBe(0);
      expect(lastJson(started)).toMatchObject({ workflowId, outcome: 'started' });
      const state = await eventually('the first round ends', async () => {
        const now = await rig.client.workflow.getHandle(workflowId).query<SyncState>('state');
        return now.round > 0 && now.problem === null ? now : null;
      });
      expect(state).toMatchObject({ enabled: false, writes: 0, drift: [], throttledUntil: null });

      const planned = await sync('plan');
      expect(planned.code).toBe(0);
      expect(planned.stdout).toContain('route Singapore campaigns');
      expect(planned.stdout).toMatch(/ {2}- {11}SingTel 1 · SingTel 2 · StarHub 1/);
      // 12 agents × 1.5 calls = 18 calls; 8 calls each: three trunks, of three carriers in turn.
      expect(planned.stdout).toMatch(/ {2}\+ {11}SingTel 1 · StarHub 1 · M1 1\n/);
      expect(planned.stdout).toContain('none was sent');
      expect(rig.simulator.telephony.writes()).toEqual([]);
    },
    3 * MINUTES,
  );

  it(
    'writes once it is enabled, and says what carries the route and why',
    async () => {
      expect(await sync('enable')).toMatchObject({ code: 0, stdout: expect.stringContaining('writes from now on') });
      const route = [idOf('SingTel 1'), idOf('StarHub 1'), idOf('M1 1')];
      await eventually('the route is as decided', () => campaignRoute()?.trunkBaseIds.join() === route.join());
      const asked = lastJson(await sync('now', '--wait', '--reason', 'a test', '--json')) as SyncState;
      expect(asked).toMatchObject({
        enabled: true,
        routes: [
          { outboundRoute: campaignRoute()?.id, trunkBases: route, why: expect.stringContaining('18 calls wanted') },
        ],
      });
      const shown = await sync('status');
      expect(shown.stdout).toContain('carried by  SingTel 1 · StarHub 1 · M1 1');
      expect(rig.simulator.telephony.facts().rows[idOf('M1 2')]).toMatchObject({ role: 'standby' });
    },
    3 * MINUTES,
  );

  it(
    'explains why a trunk is out, and names who changed a route by hand',
    async () => {
      const { telephony } = rig.simulator;
      telephony.happen({ kind: 'trunks', trunkBaseIds: [idOf('StarHub 1')], connected: false });
      await rig.client.workflow.getHandle(workflowId).signal('trunkChanged', { trunkId: idOf('StarHub 1') });
      await eventually('the trunk leaves', () => !campaignRoute()?.trunkBaseIds.includes(idOf('StarHub 1')));
      await eventually('its round is sealed', () => sealedRounds().some((seal) => seal.includes('"failover"')));
      const trunk = await sync('explain', 'starhub 1');
      expect(trunk.stdout).toContain('StarHub 1 (StarHub) was out in Singapore campaigns at ');
      expect(trunk.stdout).toContain('not connected since');
      expect(trunk.stdout).toContain('role primary → failover');

      telephony.happen({ kind: 'route', id: campaignRoute()?.id ?? '', trunkBaseIds: [idOf('M1 2')], user: 'Mei Lin' });
      expect((lastJson(await sync('now', '--wait', '--json')) as SyncState).drift).toMatchObject([
        { outboundRoute: campaignRoute()?.id, found: [idOf('M1 2')] },
      ]);
      const route = await sync('explain', 'Singapore campaigns', '--json');
      expect(lastJson(route)).toMatchObject({ byHand: [{ changes: [{ who: 'Mei Lin' }], notTold: null }] });
      const [unknown, noTime, before] = await Promise.all([
        sync('explain', 'SingTel 9'),
        sync('explain', 'SingTel 1', '--at', '25:00'),
        sync('explain', 'SingTel 1', '--at', '2020-01-01T00:00Z'),
      ]);
      expect(unknown.stderr).toContain('knows SingTel 9; the last one knows');
      expect(noTime.stderr).toContain('25:00 is not a time');
      expect(before.stderr).toContain('had decided nothing');
    },
    3 * MINUTES,
  );

  it(
    'lists its rounds from their seals, which verify proves with the chain',
    async () => {
      const { rounds } = lastJson(await sync('history', '--json')) as {
        rounds: { round: number; writes: unknown[] }[];
      };
      expect(rounds.map(({ round }) => round)).toEqual(rounds.map(({ round }) => round).sort((a, b) => b - a));
      expect(rounds.at(-1)?.writes).toEqual([]);
      expect((await sync('history', '--last', '1')).stdout.split('\n')[1]).toContain('UTC');
      const verified = await runRosterline(['verify', '--json'], rig.environment);
      expect(lastJson(verified)).toMatchObject({ ok: true });
    },
    3 * MINUTES,
  );

  it(
    'observes again with a changed policy, is not enabled with one that it does not run, and stops',
    async () => {
      writePolicy({ ...policy, everyMinutes: 7 });
      const refused = await sync('enable');
      expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('nothing was enabled') });
      expect(lastJson(await sync('start', '--json'))).toMatchObject({ outcome: 'changed' });
      expect((await status()).enabled).toBe(false);
      expect(lastJson(await sync('start', '--json'))).toMatchObject({ outcome: 'runs' });
      const unknown = await sync('approve', '9999');
      expect(unknown.code).toBe(2);
      expect(await sync('stop')).toMatchObject({ code: 0, stdout: expect.stringContaining('routes stay as they are') });
      expect((await sync('now')).stderr).toContain('no sync runs here');
    },
    3 * MINUTES,
  );
});
