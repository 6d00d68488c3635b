import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ChildCommand, startChildCommand } from '../../src/cli/demo/childCommand.js';
import { type RunningSimulator, startSimulator } from '../../src/simulator/startSimulator.js';
import { findTemporalCli } from '../../src/temporal/findTemporalCli.js';
import { processesWith } from '../../src/temporal/processIdentity.js';
import { eventually } from '../support/eventually.js';
import { type EndedCommand, lastJson, runRosterline } from '../support/runRosterline.js';

const BIN = fileURLToPath(new URL('../../bin/rosterline', import.meta.url));
const RANGE = ['--from', '2024-03-25', '--to', '2024-04-08'];

let directory: string;
let simulator: RunningSimulator;
let env: Record<string, string>;
let temporalCli: string;
const running: ChildCommand[] = [];

beforeAll(async () => {
  directory = mkdtempSync(path.join(tmpdir(), 'rosterline-cli-'));
  temporalCli = (await findTemporalCli({ log: () => undefined })).path;
  simulator = await startSimulator({
    seed: 3,
    jobSeconds: 0.2,
    tokenLimitPerMinute: null,
    units: [{ name: 'Leeds', timeZone: 'Europe/London', agents: 4 }],
  });
  env = {
    GENESYS_API_URL: simulator.url,
    GENESYS_LOGIN_URL: simulator.url,
    GENESYS_CLIENT_ID: simulator.clientId,
    GENESYS_CLIENT_SECRET: simulator.clientSecret,
    ROSTERLINE_DATA: path.join(directory, 'data'),
  };
}, 600_000);

afterAll(async () => {
  for (const command of running) await command.stop();
  await simulator.close();
  rmSync(directory, { recursive: true, force: true });
}, 60_000);

function run(program: string, args: readonly string[], more: Record<string, string> = {}): Promise<EndedCommand> {
  return new Promise((resolve) => {
    execFile(
      program,
      args,
      { env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...more } },
      (error, stdout, stderr) =>
        resolve({ code: typeof error?.code === 'number' ? error.code : error ? 1 : 0, stdout, stderr }),
    );
  });
}

function rosterline(args: readonly string[], more: Record<string, string> = {}): Promise<EndedCommand> {
  return runRosterline(args, { ...env, ...more });
}

async function dev(): Promise<ChildCommand> {
  const args = ['dev', '--temporal-port', '0', '--ui-port', '0'];
  const command = await startChildCommand(args, env, path.join(directory, 'dev.log'));
  running.push(command);
  return command;
}

describe('the command line, used wrongly', () => {
  let unanswered: Promise<EndedCommand>;
  beforeAll(() => {
    // It looks for the server for ten seconds, while the others are run.
    unanswered = rosterline(['export', 'start', ...RANGE, '--json'], { TEMPORAL_ADDRESS: '127.0.0.1:1' });
  });

  it('says which date is wrong and why, and exits with 2', async () => {
    const ended = await rosterline(['export', 'start', '--from', '2024-02-30', '--to', 'tomorrow']);

    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain('from: no such day in the calendar');
    expect(ended.stderr).toContain('to: not a date');
  });

  it.each(['start', 'plan'])(
    'refuses dates that cannot be meant, with 2 and before anything is asked: export %s',
    async (command) => {
      const said = async (...args: string[]) => {
        const ended = await rosterline(['export', command, ...args, '--json'], { TEMPORAL_ADDRESS: '127.0.0.1:1' });
        expect(ended.code).toBe(2);
        expect(lastJson(ended)).toMatchObject({ error: { name: 'InvalidInput' } });
        return ended.stderr;
      };
      const before = simulator.counts().made;
      const [reversed, none, long, future, neither, both, noLength] = await Promise.all([
        said('--from', '2024-02-01', '--to', '2024-01-01'),
        said('--from', '2024-02-30', '--to', 'tomorrow'),
        said('--from', '2003-01-01', '--to', '2024-01-01'),
        said('--from', '2024-01-01', '--to', '2043-01-01'),
        said('--to', '2024-01-01'),
        said('--since', '90d', '--to', '2024-01-01'),
        said('--since', '90'),
      ]);
      expect(reversed).toContain('to: 2024-01-01 is not after from (2024-02-01)');
      expect(none).toContain('from: no such day in the calendar; to: not a date');
      expect(long).toContain('from: more than 20 years in one export');
      expect(future).toContain('to: 2043-01-01 (exclusive) asks for a day that is not over in any time zone');
      expect(neither).toContain('from: give --from and --to, or --since');
      expect(both).toContain('since: --since says the dates by itself');
      expect(noLength).toContain('since: not a length of time: write it as 90d, 12w, 6mo or 2y');
      expect(simulator.counts().made).toBe(before);
    },
    60_000,
  );

  it.each([
    ['an option that is missing', ['export', 'start', '--to', '2024-02-01'], '--from'],
    ['a dataset that cannot be planned', ['export', 'plan', ...RANGE, '--dataset', 'sales'], 'adherence, occupancy'],
    ['an option that does not exist', ['verify', '--fast'], '--fast'],
    ['a dataset that does not exist', ['export', 'start', ...RANGE, '--dataset', 'sales'], 'adherence, occupancy'],
    ['a limit that makes no sense', ['simulate', '--limit', 'all fixed often'], 'write something like 50/min'],
    ['a scenario that does not exist', ['simulate', '--scenario', 'bad-day'], 'hidden-limit, ignored-wait'],
    ['a port that is none', ['simulate', '--port', '99999'], 'not a port'],
  ])('names %s and exits with 2', async (_, args, named) => {
    const ended = await rosterline(args);

    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain(named);
  });

  it('says that no Temporal server answers, and what to do', async () => {
    const ended = await unanswered;

    expect(ended.code).toBe(1);
    expect(lastJson(ended)).toMatchObject({ error: { name: 'Blocked' } });
    expect(ended.stderr).toContain("start one with 'rosterline dev'");
  });

  it('ends in silence when nobody reads on, as with `| head -1`', async () => {
    const { code, stderr } = await run('sh', ['-c', `"${process.execPath}" "${BIN}" --help | true`]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  it('has help for each command', async () => {
    const commands = [
      ['export', 'plan'],
      ['export', 'start'],
      ['export', 'status'],
      ['limits'],
      ['limits', 'set'],
      ['limits', 'forget'],
      ['verify'],
      ['dev'],
      ['worker'],
      ['check'],
      ['simulate'],
      ['demo'],
    ];
    for (const ended of await Promise.all(commands.map((command) => rosterline([...command, '--help'])))) {
      expect(ended.code).toBe(0);
      expect(ended.stdout).toContain('--json');
    }
  });
});

describe('rosterline simulate', () => {
  it('prints where it answers on one line', async () => {
    const command = await startChildCommand(
      ['simulate', '--port', '0', '--seed', '5'],
      {},
      path.join(directory, 'simulate.log'),
    );
    running.push(command);

    expect(Object.keys(command.ready)).toEqual(['ready', 'url', 'clientId', 'clientSecret', 'control']);
    const counts = await fetch(`${String(command.ready['control'])}/counts`);
    expect(await counts.json()).toMatchObject({ made: 0, refused: 0 });
  });
});

describe('rosterline export plan, where no worker runs', () => {
  const nowhere = { TEMPORAL_ADDRESS: '127.0.0.1:1' };

  it('plans by itself, and leaves nothing behind', async () => {
    const ended = await rosterline(['export', 'plan', ...RANGE, '--json'], nowhere);

    expect(ended.code).toBe(0);
    // Two weeks: two windows of each dataset. Fewest calls: structure 4, two jobs of two calls, two queries.
    expect(lastJson(ended)).toMatchObject({
      windows: 4,
      calls: { minimum: 10, expected: expect.any(Number) },
      secondsExpected: expect.any(Number),
      rowsExpected: expect.any(Number),
    });
    expect(existsSync(path.join(directory, 'data'))).toBe(false);
  }, 60_000);

  it('refuses a unit that does not exist with 2, naming those that do', async () => {
    const ended = await rosterline(['export', 'plan', ...RANGE, '--unit', 'Lede'], nowhere);

    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain('managementUnits: there is no unit Lede; there are Leeds');
  }, 60_000);
});

describe('rosterline dev', () => {
  let address: Record<string, string>;

  beforeAll(async () => {
    const { ready } = await dev();
    expect(ready).toEqual({
      ready: true,
      temporal: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
      ui: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      taskQueue: 'rosterline',
    });
    address = { TEMPORAL_ADDRESS: String(ready['temporal']) };
  }, 120_000);

  it('runs an export that the plain Temporal CLI started', async () => {
    const input = { datasets: ['adherence'], from: '2024-03-25', to: '2024-04-01' };
    const id = 'historyExport/plain';
    const started = await run(
      temporalCli,
      [
        'workflow',
        'execute',
        '--type',
        'historyExport',
        '--task-queue',
        'rosterline',
        '--workflow-id',
        id,
        '--input',
        JSON.stringify(input),
        '-o',
        'json',
      ],
      address,
    );

    expect(started.stderr).toBe('');
    const { result } = JSON.parse(started.stdout) as { result: { status: string; windows: number } };
    expect(result).toMatchObject({ status: 'complete', windows: 1 });
    const status = await rosterline(['export', 'status', id, '--json'], address);
    expect(status.code).toBe(0);
    expect(lastJson(status)).toMatchObject({ state: 'COMPLETED', status: 'complete' });
  }, 120_000);

  it('shows what an export would come to, the same by plan and by a dry run, and starts nothing', async () => {
    const before = simulator.counts().jobs.total;
    const [plan, dryRun, told] = await Promise.all([
      rosterline(['export', 'plan', ...RANGE, '--json'], address),
      rosterline(['export', 'start', ...RANGE, '--dry-run', '--json'], address),
      rosterline(['export', 'plan', ...RANGE], address),
    ]);

    expect([plan.code, dryRun.code, told.code]).toEqual([0, 0, 0]);
    expect(lastJson(plan)).toEqual(lastJson(dryRun));
    expect(lastJson(plan)).toMatchObject({ windows: 3, calls: { minimum: expect.any(Number) } });
    expect(told.stdout).toMatch(/adherence +Leeds +Europe\/London +\d/);
    expect(told.stdout).toContain('Nothing was started.');
    expect(simulator.counts().jobs.total).toBe(before);
  }, 120_000);

  it('attaches a second identical command to the first, and ends both with the same outcome', async () => {
    // The export does not end before both have attached.
    const held = simulator.addFault({ kind: 'jobHeld' });
    const attached = new Set<number>();
    const start = (command: number) =>
      runRosterline(['export', 'start', ...RANGE, '--wait', '--json'], { ...env, ...address }, (stderr) => {
        if (/^export \S+ runs$/m.test(stderr)) attached.add(command);
      });
    const both = Promise.all([start(1), start(2)]);
    await eventually('both say that it runs', () => attached.size === 2);
    simulator.removeFaults(held);
    const [first, second] = await both;

    expect([first.code, second.code]).toEqual([0, 0]);
    expect(lastJson(first)).toEqual(lastJson(second));
    expect(lastJson(first)).toMatchObject({ status: 'complete', windows: 3, gaps: [] });
    expect(simulator.counts().jobs).toMatchObject({ duplicates: 0 });
  }, 120_000);

  it('shows what was planned beside what came of it, and says in one line that nothing is left to do', async () => {
    const id = ['--workflow-id', 'historyExport/beside'];
    const dates = ['--from', '2024-05-06', '--to', '2024-05-13', '--dataset', 'adherence'];
    const done = await rosterline(['export', 'start', ...dates, ...id, '--wait'], address);
    expect(done.stdout).toMatch(/\n +planned +actual\nwindows +1 +1\nrows +\d+ +\d+\nAPI calls +\d+ +\d+\n/);
    const status = await rosterline(['export', 'status', 'historyExport/beside'], address);
    expect(done.stdout).toContain(status.stdout);

    const again = await rosterline(['export', 'start', ...dates, ...id, '--wait'], address);
    expect(again.code).toBe(0);
    expect(again.stdout.trim().split('\n').slice(1)).toEqual([
      expect.stringMatching(
        /^nothing to do: every day asked for \(2024-05-06 to 2024-05-13, exclusive\) is there already/,
      ),
    ]);
    const json = await rosterline(['export', 'plan', ...dates, '--json'], address);
    expect(lastJson(json)).toMatchObject({ windows: 0, secondsExpected: 0, rowsExpected: 0 });
  }, 120_000);

  it.each([
    ['start', '--wait'],
    ['start', '--json'],
    ['plan', '--json'],
  ])(
    'ends with 2 when a unit does not exist, naming those that do: export %s %s',
    async (command, option) => {
      const ended = await rosterline(['export', command, ...RANGE, '--unit', 'Lede', option], address);

      expect(ended.code).toBe(2);
      expect(ended.stderr).toContain('there is no unit Lede; there are Leeds');
    },
    60_000,
  );

  it('verifies what was exported once its worker has let go of the warehouse, and finds what was altered', async () => {
    const sound = await eventually('verified', async () => {
      const ended = await rosterline(['verify', '--json']);
      return ended.code === 0 && ended;
    });
    expect(lastJson(sound)).toMatchObject({ ok: true, windows: 5, broken: [] });

    const landings = path.join(directory, 'data', 'objects', 'landings');
    const [name = ''] = readdirSync(landings);
    const landing = path.join(landings, name);
    const before = readFileSync(landing);
    await run('/bin/chmod', ['600', landing]);
    writeFileSync(landing, Buffer.concat([before, Buffer.from(' ')]));
    const found = await rosterline(['verify']);
    writeFileSync(landing, before);

    expect(found.code).toBe(1);
    expect(found.stdout).toMatch(/landing-altered: landings\//);
    expect(found.stdout).toContain('NOT verified');
  }, 120_000);

  it('goes on with the same server after it was killed, and leaves none behind when it is stopped', async () => {
    const [killed] = running.slice(-1);
    await killed?.kill();
    const again = await dev();
    const data = path.join(directory, 'data');

    const status = await rosterline(['export', 'status', 'historyExport/plain', '--json'], {
      TEMPORAL_ADDRESS: String(again.ready['temporal']),
    });
    expect(lastJson(status)).toMatchObject({ state: 'COMPLETED' });
    await again.stop();
    expect(processesWith(data)).toEqual([]);
  }, 120_000);
});
