import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import type { MetricMeter } from '@temporalio/common';
import { stringify } from 'yaml';
import { addDays, localDateOf } from '../../src/domain/calendar.js';
import { cronTimes, times } from '../../src/domain/nightly/nightlyTimes.js';
import { desiredForm } from '../../src/domain/nightly/scheduleForm.js';
import { handleOf, nightlyState } from '../../src/temporal/nightly/nightlySchedules.js';
import { nightlyMetrics } from '../../src/temporal/nightly/nightlyMetrics.js';
import { nightlySummaries } from '../../src/temporal/nightly/nightlySummaries.js';
import { formOf, scheduleOptions } from '../../src/temporal/nightly/scheduleCodec.js';
import { matchingTimes } from '../../src/temporal/nightly/matchingTimes.js';
import { NightlySchedules } from '../../src/domain/nightly/nightlySchedule.js';
import { findTemporalCli } from '../../src/temporal/findTemporalCli.js';
import { runProgram } from '../../src/temporal/runProgram.js';
import { eventually } from '../support/eventually.js';
import { type EndedCommand, runRosterline } from '../support/runRosterline.js';
import { temporalNamespace } from '../support/temporalNamespace.js';
import { temporalServer } from '../support/temporalServer.js';
import { textOf } from '../support/projectFiles.js';

const { address } = await temporalServer();
const connection = await Connection.connect({ address });
const namespace = await temporalNamespace(connection, 'nightly');
const client = new Client({ connection, namespace });
const directory = mkdtempSync(join(tmpdir(), 'rosterline-nightly-'));
const file = join(directory, 'rosterline.yaml');

afterAll(async () => {
  await connection.close();
  rmSync(directory, { recursive: true, force: true });
});

const ALL = { name: 'all-units', at: '02:30', timeZone: 'Europe/Berlin' };
const LONDON = { name: 'london', cron: '0 4 * * MON-FRI', timeZone: 'Europe/London', units: ['London Service Desk'] };

function configure(...nightly: object[]): void {
  writeFileSync(file, stringify({ nightly }));
}

async function nightly(...args: string[]): Promise<EndedCommand> {
  return await runRosterline(['nightly', ...args], {
    TEMPORAL_ADDRESS: address,
    TEMPORAL_NAMESPACE: namespace,
    ROSTERLINE_CONFIG: file,
    ROSTERLINE_DATA: directory,
  });
}

async function outcomes(...args: string[]): Promise<Record<string, string>> {
  const { stdout, stderr } = await nightly('apply', '--json', ...args);
  if (stdout === '') throw new Error(stderr);
  const { schedules } = JSON.parse(stdout) as { schedules: { name: string; outcome: string }[] };
  return Object.fromEntries(schedules.map(({ name, outcome }) => [name, outcome]));
}

describe('rosterline nightly apply', () => {
  beforeEach(async () => {
    configure(ALL);
    await nightly('apply');
  });

  it('makes what the configuration has, says what it would do when asked, and changes nothing the second time', async () => {
    configure(ALL, LONDON);
    expect(await outcomes('--dry-run')).toEqual({ 'all-units': 'unchanged', london: 'created' });
    expect(await outcomes()).toEqual({ 'all-units': 'unchanged', london: 'created' });
    const before = (await handleOf(client, 'london').describe()).info.lastUpdatedAt;
    const again = await nightly('apply');
    expect(again).toMatchObject({ code: 0, stdout: 'nightly/all-units: unchanged\nnightly/london: unchanged\n' });
    const described = await handleOf(client, 'london').describe();
    expect(described.info.lastUpdatedAt).toEqual(before);
    expect(described.action).toMatchObject({
      workflowType: 'nightlyLoad',
      workflowId: 'nightly/london',
      taskQueue: 'rosterline',
      args: [expect.objectContaining({ managementUnits: ['London Service Desk'] })],
    });
    expect(described.policies).toMatchObject({ overlap: 'BUFFER_ALL', catchupWindow: 3 * 86_400_000 });
  });

  it('puts right one that was changed by hand, shows what differed, and keeps the pause and its note', async () => {
    const handle = handleOf(client, 'all-units');
    await nightly('pause', 'all-units', '--reason', 'month end');
    // As the UI does: everything is sent again, with what was changed.
    await handle.update((before) => ({
      ...before,
      spec: { calendars: [{ hour: 5 }], timezone: 'UTC' },
      action: { ...before.action, args: [{ datasets: ['occupancy'] }], workflowRunTimeout: '1 hour' },
    }));
    const listed = await nightly('list');
    expect(listed.stdout).toMatch(
      /all-units +05:00 UTC +paused .*paused: month end; changed by hand .*times, time zone/,
    );

    const { stdout } = await nightly('apply');
    expect(stdout).toContain('nightly/all-units: changed (paused: month end, and stays so)');
    expect(stdout).toContain('time zone: UTC on the server, Europe/Berlin in the configuration');
    expect(stdout).toContain(
      'input datasets: ["occupancy"] on the server, ["adherence","occupancy"] in the configuration',
    );
    expect(stdout).toContain('timeouts and retries: workflowRunTimeout 1h on the server, none in the configuration');
    expect((await handle.describe()).state).toMatchObject({ paused: true, note: 'month end' });
    expect(await outcomes()).toMatchObject({ 'all-units': 'unchanged' });
    await nightly('resume', 'all-units');
    expect((await handle.describe()).state.paused).toBe(false);
  });

  it('names those that are no longer in the configuration, and deletes them only when told', async () => {
    configure(LONDON);
    await nightly('apply');
    configure(ALL);
    await eventually('the list of schedules has both', async () => Object.keys(await outcomes()).length === 2);
    expect(await outcomes()).toEqual({ 'all-units': 'unchanged', london: 'notInFile' });
    const { stdout } = await nightly('apply', '--delete-others');
    expect(stdout).toContain('nightly/london: deleted');
    expect((await nightlyState(client, 'london', null, 'rosterline')).described).toBeNull();
  });

  it('refuses a configuration that is wrong, with the path, and one whose name is another task queue’s', async () => {
    configure({ ...ALL, at: '2:30', timezone: 'UTC' });
    const wrong = await nightly('apply');
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain('nightly.0.at: not a time of day');
    expect(wrong.stderr).toMatch(/nightly\.0: .*timezone/);

    writeFileSync(file, stringify({ taskQueue: 'other', nightly: [ALL] }));
    const others = await nightly('apply');
    expect(others.code).toBe(2);
    expect(others.stderr).toContain('starts its loads on task queue rosterline, not other');
  });
});

describe('rosterline nightly', () => {
  it('fills in nights that were: names them, refuses those to come and names that are not there', async () => {
    configure(ALL);
    await nightly('apply');
    const today = localDateOf('Europe/Berlin', new Date().toISOString());
    const from = addDays(today, -3);
    const filled = await nightly('backfill', 'all-units', '--from', from, '--to', addDays(today, -1), '--json');
    const { nights } = JSON.parse(filled.stdout) as { nights: string[] };
    expect(nights.map((night) => localDateOf('Europe/Berlin', night))).toEqual([from, addDays(from, 1)]);
    const [first] = await eventually('the first is started', async () => {
      const { info } = await handleOf(client, 'all-units').describe();
      return info.recentActions.length > 0 && info.recentActions;
    });
    expect(first?.action.workflow.workflowId).toBe(`nightly/all-units-${nights[0]?.replace('.000Z', 'Z') ?? ''}`);

    const early = await nightly('backfill', 'all-units', '--from', today, '--to', addDays(today, 2));
    expect(early).toMatchObject({ code: 2, stderr: expect.stringContaining('have not come yet') });
    const unknown = await nightly('trigger', 'al-units');
    expect(unknown).toMatchObject({ code: 2, stderr: expect.stringContaining('there are all-units') });

    const shown = await nightly('describe', 'all-units');
    expect(shown.stdout).toContain('02:30 Europe/Berlin; overlap bufferAll, catch-up 3d, jitter 0s');
    expect(shown.stdout).toMatch(/runs/);
    expect((await nightly('delete', 'all-units')).stdout).toContain("'nightly apply' would make it again");
  });
});

describe('nominal times', () => {
  it('that the clocks jump over are taken an hour later, by the server’s own reckoning', async () => {
    configure(ALL);
    await nightly('apply');
    const times = await matchingTimes(client, 'all-units', Date.parse('2027-03-27'), Date.parse('2027-03-30'));
    expect(times).toEqual(['2027-03-27T01:30:00.000Z', '2027-03-28T01:30:00.000Z', '2027-03-29T00:30:00.000Z']);
  });

  it('by cron are those that the server itself reads from the same text', async () => {
    for (const [index, cron] of ['30 2 * * MON-FRI', '0 */8 * * *', '15 1 1,15 * *', '5 6 * 2-4/2 7'].entries()) {
      const action = { type: 'startWorkflow' as const, workflowType: 'none', taskQueue: 'none' };
      const handle = await client.schedule.create({
        scheduleId: `cron-${index}`,
        spec: { cronExpressions: [cron] },
        action,
        state: { paused: true },
      });
      expect(formOf(await handle.describe()).calendars).toEqual([cronTimes(cron)]);
    }
  });
});

describe('the metrics of nightly loads', () => {
  it('tell one that was never applied as overdue, and one whose last night was never started', async () => {
    const [entry, unapplied] = NightlySchedules.parse([
      { name: 'left-by-hand', at: '00:00', timeZone: 'UTC' },
      { name: 'never-applied', at: '02:30', timeZone: 'UTC' },
    ]);
    if (!entry || !unapplied) throw new Error('no entries');
    const all = (count: number) => Array.from({ length: count }, (_, at) => at);
    const calendars = [times({ hours: all(24), minutes: all(60), seconds: all(60).filter((at) => at % 5 === 0) })];
    await client.schedule.create({
      scheduleId: 'nightly/left-by-hand',
      ...scheduleOptions({ ...desiredForm(entry, 'rosterline', new Date().toISOString()), calendars }),
      // Somebody limited its runs, and it has had them: the server starts nothing, and says nothing.
      state: { remainingActions: 0 },
    });
    const overdueAfter = async (seconds: number) => {
      const config = { nightly: [{ ...entry, overdueAfter: seconds }, unapplied], taskQueue: 'rosterline' };
      return overdueOf(await nightlySummaries(client, config));
    };
    expect(await overdueAfter(3600)).toEqual({ 'left-by-hand': 0, 'never-applied': 1 });
    const overdue = await eventually('the night is overdue', async () => {
      const shown = await overdueAfter(1);
      return shown['left-by-hand'] === 1 && shown;
    });
    expect(overdue).toEqual({ 'left-by-hand': 1, 'never-applied': 1 });
    await handleOf(client, 'left-by-hand').delete();
  });
});

/** What the gauge shows of those of the configuration. */
function overdueOf(summaries: Parameters<ReturnType<typeof nightlyMetrics>>[0]): Record<string, number> {
  const shown: Record<string, number> = {};
  const createGauge = (name: string) => ({
    set: (value: number, labels: Record<string, string>) => {
      if (name === 'rosterline_nightly_overdue') shown[labels['schedule'] ?? ''] = value;
    },
  });
  nightlyMetrics({ createGauge } as unknown as MetricMeter)(summaries.filter(({ isInFile }) => isInFile));
  return shown;
}

/** The commands of a document, in blocks of the shell, that begin with `temporal` and are about nightly loads. */
function nightlyCommandsOf(document: string): string[] {
  return [...document.matchAll(/```sh\n([^]*?)```/g)]
    .flatMap(([, block]) => (block ?? '').replaceAll('\\\n', ' ').split(/^(?=temporal )/m))
    .filter((command) => command.startsWith('temporal ') && command.includes('nightly'));
}

describe('docs/nightly.md and README.md', () => {
  it('show commands that the plain Temporal CLI takes, and that make the schedule that apply makes', async () => {
    const { path } = await findTemporalCli({ log: () => undefined });
    symlinkSync(path, join(directory, 'temporal'));
    const env = { PATH: `${directory}:${process.env['PATH'] ?? ''}`, HOME: directory };
    const temporal = (command: string): Promise<string> =>
      runProgram('/bin/sh', ['-c', `${command.trim()} --address ${address} --namespace ${namespace}`], {
        env,
        timeoutMs: 60_000,
      });
    const handle = handleOf(client, 'all-units');
    await handle.delete().catch(() => undefined);
    let ran = 0;
    for (const name of ['README.md', 'docs/nightly.md']) {
      for (const command of nightlyCommandsOf(textOf(name))) {
        await temporal(command);
        ran++;
        if (!command.includes('schedule create')) continue;
        const [configured = null] = NightlySchedules.parse([{ ...ALL, timeZone: 'Asia/Singapore' }]);
        const { differences } = await nightlyState(client, 'all-units', configured, 'rosterline');
        // What the README leaves out is the default of the workflow.
        const left = name === 'README.md' ? ['input lookBackDays', 'input maxParallelWindows'] : [];
        expect(differences.map(({ what }) => what)).toEqual(left);
      }
      if (name === 'README.md') await handle.delete();
    }
    expect(ran).toBe(10);
    await expect(handle.describe()).rejects.toThrow();
    const input = await client.workflow.getHandle('nightly/whole').describe();
    expect(input.type).toBe('nightlyLoad');
  }, 120_000);
});
