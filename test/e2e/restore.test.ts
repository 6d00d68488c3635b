import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { startChildCommand } from '../../src/cli/demo/childCommand.js';
import type { SimulatorOptions } from '../../src/simulator/simulatorOptions.js';
import { type RunningSimulator, startSimulator } from '../../src/simulator/startSimulator.js';
import { findTemporalCli } from '../../src/temporal/findTemporalCli.js';
import { commandsUnder, runCommands } from '../support/documentedCommands.js';
import { type ExportRig, startExportRig } from '../support/exportRig.js';
import { ownPort } from '../support/ownPort.js';
import { programsDirectory } from '../support/postgresCluster.js';
import { asSuperuser, postgresServer } from '../support/postgresServer.js';
import { lastJson, runRosterline } from '../support/runRosterline.js';
import { teachJobTimes } from '../support/teachJobTimes.js';
import { temporalServer } from '../support/temporalServer.js';

await findTemporalCli({ log: (line) => void process.stderr.write(`${line}\n`) });
await temporalServer();

const MINUTES = 60_000;
const DOCUMENT = 'docs/operations.md';
const ORGANISATION: SimulatorOptions = {
  seed: 41,
  jobSeconds: 0.1,
  tokenLimitPerMinute: null,
  turnover: false,
  units: [{ name: 'Leeds', timeZone: 'Europe/London', agents: 3 }],
};
const FIRST = { from: '2024-03-04', to: '2024-03-11' };
const BOTH = { from: FIRST.from, to: '2024-03-18' };
const FURTHER = { from: FIRST.from, to: '2024-03-25' };
/** Windows of a week: one of adherence, one of occupancy. */
const A_WEEK = 2;

let directory: string;
let temporalPorts: string[];
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'rosterline-restore-'));
  const [port, uiPort] = [await ownPort('127.0.0.1'), await ownPort('127.0.0.1')];
  temporalPorts = ['--temporal-port', String(port), '--ui-port', String(uiPort)];
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function exportOf({ from, to }: { from: string; to: string }): string[] {
  return ['export', 'start', '--from', from, '--to', to, '--wait', '--json'];
}

/** What was asked of the organisation so far, whatever it was: jobs and files of adherence, questions about occupancy. */
function askedOf(simulator: RunningSimulator): { jobs: number; files: number; occupancy: number } {
  const { jobs, downloads, calls } = simulator.counts();
  const occupancy = Object.entries(calls)
    .filter(([call]) => call.includes('/analytics/'))
    .flatMap(([, byStatus]) => Object.values(byStatus));
  return { jobs: jobs.total, files: downloads.objects.length, occupancy: occupancy.reduce((sum, n) => sum + n, 0) };
}

/** How a workflow ended, by the Temporal server there. */
async function statusOf(address: string, workflowId: string): Promise<string> {
  const connection = await Connection.connect({ address });
  try {
    return (await new Client({ connection }).workflow.getHandle(workflowId).describe()).status.name;
  } finally {
    await connection.close();
  }
}

describe('everything in one directory, restored as docs/operations.md says', () => {
  it(
    'is all there, by verify and coverage, and a further export asks for nothing that was there',
    async () => {
      const [copy = '', back = ''] = commandsUnder(DOCUMENT, 'Everything in one directory');
      const simulator = await startSimulator(ORGANISATION);
      const address = `127.0.0.1:${temporalPorts[1] ?? ''}`;
      const genesys = {
        GENESYS_API_URL: simulator.url,
        GENESYS_LOGIN_URL: simulator.url,
        GENESYS_CLIENT_ID: simulator.clientId,
        GENESYS_CLIENT_SECRET: simulator.clientSecret,
        TEMPORAL_ADDRESS: address,
      };
      const data = join(directory, '.rosterline');
      mkdirSync(data, { mode: 0o700 });
      teachJobTimes(data, ORGANISATION);
      const startDev = async () =>
        await startChildCommand(['dev', '--data', data, ...temporalPorts], genesys, join(directory, 'dev.log'));
      const export_ = async (range: typeof BOTH) => await runRosterline(exportOf(range), genesys);
      try {
        const dev = await startDev();
        const both = lastJson(await export_(BOTH)) as { workflowId: string };
        expect(both).toMatchObject({ status: 'complete', windows: 2 * A_WEEK });
        await dev.stop();
        expect(await runCommands(copy, directory, genesys)).toMatchObject({ code: 0, stderr: '' });
        rmSync(data, { recursive: true });

        const restored = await runCommands(back, directory, genesys);
        expect(restored).toMatchObject({ code: 0 });
        expect(restored.stdout).toMatch(/^verified: 4 windows, /m);
        expect(restored.stdout).toContain('coverage is whole: 28 days as they should be');

        const before = askedOf(simulator);
        const again = await startDev();
        const further = await export_(FURTHER);
        expect(lastJson(further)).toMatchObject({ status: 'complete', windows: A_WEEK, gaps: [] });
        const { jobs, files, occupancy } = askedOf(simulator);
        expect([jobs - before.jobs, files - before.files]).toEqual([before.jobs / 2, before.files / 2]);
        expect(occupancy - before.occupancy).toBe(before.occupancy / 2);
        // Temporal's own file came back with the rest.
        expect(await statusOf(address, both.workflowId)).toBe('COMPLETED');
        await again.stop();
      } finally {
        await simulator.close();
      }
    },
    5 * MINUTES,
  );
});

const programs = findPrograms();
if (programs === null) process.stderr.write('skipped, for want of pg_dump: a warehouse in PostgreSQL, restored\n');

(programs === null ? describe.skip : describe)(
  'PostgreSQL and a directory of objects, restored as docs/operations.md says',
  () => {
    const id = randomBytes(6).toString('hex');
    const [role, database] = [`restore_${id}`, `restored_${id}`];
    const [copy = '', back = '', then = ''] = commandsUnder(DOCUMENT, 'PostgreSQL and a directory of objects').map(
      // The server is shared, and a database of the document's name may be somebody's.
      (block) => block.replaceAll(/ rosterline$/gm, ` ${database}`),
    );
    let rig: ExportRig;
    let shell: Readonly<Record<string, string>>;
    let site: string;

    beforeAll(async () => {
      const server = await postgresServer();
      await asSuperuser(server, async (client) => {
        await client.query(`CREATE ROLE ${role} LOGIN PASSWORD 'not-a-secret'`);
        await client.query(`CREATE DATABASE ${database} ENCODING 'UTF8' TEMPLATE template0`);
        await client.query(`REVOKE ALL ON DATABASE ${database} FROM PUBLIC`);
        await client.query(`GRANT CONNECT, TEMPORARY, CREATE ON DATABASE ${database} TO ${role}`);
      });
      site = join(directory, 'production');
      const data = join(site, 'data');
      mkdirSync(data, { recursive: true });
      rig = await startExportRig('restore', ORGANISATION, {
        directory: data,
        settings: {
          WAREHOUSE_URL: `postgres://${role}@${server.host}:${server.port}/${database}?schema=wfm`,
          WAREHOUSE_PASSWORD: 'not-a-secret',
          OBJECTS_URL: `file:${join(site, 'srv/rosterline/objects')}`,
        },
      });
      teachJobTimes(data, ORGANISATION);
      shell = {
        ...rig.environment,
        PATH: `${programs ?? ''}:${process.env['PATH'] ?? ''}`,
        PGHOST: server.host,
        PGPORT: String(server.port),
        PGUSER: server.superuser,
        PGPASSWORD: server.password,
      };
    }, 5 * MINUTES);
    afterAll(async () => {
      await rig.close();
      await dropDatabase();
      await asSuperuser(await postgresServer(), (client) => client.query(`DROP ROLE ${role}`));
    }, MINUTES);

    async function dropDatabase(): Promise<void> {
      await asSuperuser(await postgresServer(), (client) =>
        client.query(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`),
      );
    }

    /** Everything but Temporal is lost. */
    async function lose(): Promise<void> {
      await dropDatabase();
      rmSync(join(site, 'srv/rosterline/objects'), { recursive: true });
      rmSync(rig.directory, { recursive: true });
      mkdirSync(rig.directory);
      teachJobTimes(rig.directory, ORGANISATION);
    }

    it(
      'are all there, by verify and coverage, and a further export asks for nothing that was there',
      async () => {
        const worker = await rig.startWorker();
        expect(await rig.export(BOTH, 'both weeks')).toMatchObject({ status: 'complete', windows: 2 * A_WEEK });
        await worker.stop();
        expect(await runCommands(copy, site, shell)).toMatchObject({ code: 0, stderr: '' });
        await lose();
        const restored = await runCommands(back, site, shell);
        expect(restored).toMatchObject({ code: 0 });
        // The copy of the objects by itself, then with the warehouse.
        expect(restored.stdout.match(/^verified: 4 windows, /gm)).toHaveLength(2);
        expect(restored.stdout).toContain('coverage is whole: 28 days as they should be');

        const next = await rig.startWorker();
        const ofBoth = askedOf(rig.simulator);
        const checked = await runCommands(then, site, shell);
        expect(checked).toMatchObject({ code: 0 });
        expect(checked.stdout).toContain('nothing to repair: no day is at fault');
        const before = askedOf(rig.simulator);
        expect(await rig.export(FURTHER, 'a further week')).toMatchObject({
          status: 'complete',
          windows: A_WEEK,
          gaps: [],
        });
        const { jobs, files, occupancy } = askedOf(rig.simulator);
        expect([jobs - before.jobs, files - before.files]).toEqual([ofBoth.jobs / 2, ofBoth.files / 2]);
        expect(occupancy - before.occupancy).toBe(ofBoth.occupancy / 2);
        await next.stop();
      },
      5 * MINUTES,
    );

    it(
      'from a dump that is older than the objects lack what came after it: verify names those days, and the same export brings them alone',
      async () => {
        // The objects are of now, the dump is of before the further week.
        const [, objects = ''] = /^(cp .*\n)/m.exec(copy) ?? [];
        rmSync(join(site, 'srv/backup/objects'), { recursive: true });
        expect(await runCommands(objects, site, shell)).toMatchObject({ code: 0, stderr: '' });
        await lose();
        const restored = await runCommands(back, site, shell);
        expect(restored.code).toBe(1);
        const broken = restored.stdout.split('\n').filter((line) => /^[a-z]+-[a-z]+: /.test(line));
        expect(new Set(broken.map((line) => line.slice(0, line.indexOf(':'))))).toEqual(new Set(['day-missing']));
        expect(broken).toHaveLength(14);

        const before = askedOf(rig.simulator);
        const next = await rig.startWorker();
        expect(await rig.export(FURTHER, 'a further week')).toMatchObject({
          status: 'complete',
          windows: A_WEEK,
          gaps: [],
        });
        await next.stop();
        expect(askedOf(rig.simulator).jobs - before.jobs).toBe(1);
        expect(await runRosterline(['verify'], rig.environment)).toMatchObject({ code: 0 });
      },
      5 * MINUTES,
    );
  },
);

/** Where pg_dump and pg_restore are; null where they are not. */
function findPrograms(): string | null {
  try {
    return programsDirectory();
  } catch {
    return null;
  }
}
