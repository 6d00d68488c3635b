import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { LimitsRow, LimitsTable } from '../../src/domain/budget/limitsTable.js';
import type { GateName } from '../../src/domain/family.js';
import { askLimits } from '../../src/temporal/askLimits.js';
import { keeperIdOf } from '../../src/temporal/budgetLink.js';
import { eventually } from '../support/eventually.js';
import { type ExportRig, startExportRig } from '../support/exportRig.js';
import { ownPort } from '../support/ownPort.js';
import { type EndedCommand, lastJson, runRosterline } from '../support/runRosterline.js';
import { temporalServer } from '../support/temporalServer.js';

await temporalServer();

const MINUTES = 60_000;
const BULK = '/api/v2/workforcemanagement/adherence/historical/bulk';

let rig: ExportRig;
let metricsPort: number;

beforeAll(async () => {
  rig = await startExportRig('limits', {
    seed: 5,
    jobSeconds: 0.1,
    units: [{ name: 'Leeds', timeZone: 'Europe/London', agents: 4 }],
  });
  metricsPort = await ownPort('127.0.0.1');
}, 5 * MINUTES);
afterAll(async () => await rig.close(), MINUTES);

async function limits(args: readonly string[] = [], settings: Record<string, string> = {}): Promise<EndedCommand> {
  return await runRosterline(['limits', ...args], { ...rig.environment, ...settings });
}

function tableIn(ended: EndedCommand): LimitsTable {
  return lastJson(ended) as LimitsTable;
}

function rowOf({ families }: LimitsTable, name: GateName): LimitsRow | undefined {
  return families.find(({ family }) => family === name);
}

/** What the keeper knows, asked without the seconds that a command takes to start. */
async function known(): Promise<LimitsTable> {
  return await askLimits(rig.client, keeperIdOf(rig.simulator.clientId), Date.now());
}

async function metrics(): Promise<string> {
  return await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
}

/** A figure of a family on the metrics page; undefined where it is not there. */
function figure(page: string, name: string, labels: string): number | undefined {
  const line = page.split('\n').find((found) => found.startsWith(`${name}{`) && found.includes(labels));
  return line === undefined ? undefined : Number(line.split(' ').at(-1));
}

describe('rosterline limits, before any worker ran', () => {
  let unanswered: Promise<EndedCommand>;
  beforeAll(() => {
    // It waits for a worker while the others are run.
    unanswered = limits(['set', 'reads', '5/s', '--json'], { GENESYS_CLIENT_ID: 'nobodys' });
  });

  it('says in one line that nothing is known yet', async () => {
    const ended = await limits();
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(ended.stdout).toContain('nothing is known yet: this OAuth client has made no call');
    expect(tableIn(await limits(['--json']))).toMatchObject({ v: 1, families: [] });
  }, 60_000);

  it('forgets what nobody knows, and says so', async () => {
    const ended = await limits(['forget', 'wfm-jobs']);
    expect(ended).toMatchObject({ code: 0, stdout: expect.stringContaining('there was nothing to forget') });
  }, 60_000);

  it('says that no worker answers, and what to do', async () => {
    const ended = await unanswered;
    expect(ended.code).toBe(1);
    expect(tableIn(ended)).toMatchObject({ error: { name: 'Blocked' } });
    expect(ended.stderr).toContain("no worker answers for the budget within 8 s: start one with 'rosterline worker'");
  }, 60_000);

  it.each([
    [['set', 'reads', '5'], 'rate: not a rate: write it as 5/s, 300/min, 1000/h or 2000/day'],
    [['set', 'sales', '5/s'], 'family: not a family whose limit can be set: one of reads, wfm-jobs, analytics'],
    [['set', 'token', '5/s'], 'family: not a family whose limit can be set'],
    [['forget', 'sales'], 'family: not a family whose limit can be set: one of reads'],
  ])('refuses %j with 2, and says what there is', async (args, words) => {
    const ended = await limits(args);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain(words);
  });

  it('needs the id of the OAuth client, and no secret', async () => {
    const ended = await limits([], { GENESYS_CLIENT_ID: '', GENESYS_CLIENT_SECRET: '' });
    expect(ended).toMatchObject({ code: 2, stderr: expect.stringContaining('not set: GENESYS_CLIENT_ID') });
  });
});

describe('rosterline limits, with a worker', () => {
  beforeAll(async () => {
    await rig.startWorker([], { ROSTERLINE_METRICS_PORT: String(metricsPort) });
  }, MINUTES);

  it(
    'sets a limit for all workers, shows it, and forgets it',
    async () => {
      const told = await limits(['set', 'analytics', '90/min']);
      expect(told).toMatchObject({ code: 0, stdout: expect.stringContaining('analytics may make 90/min from now on') });
      const set = tableIn(await limits(['--json']));
      expect(rowOf(set, 'analytics')).toMatchObject({ set: { rate: '90/min' } });
      expect((await limits()).stdout).toMatch(/^analytics +– +90\/min \(set\) /m);
      await eventually(
        'the metrics have it',
        async () => figure(await metrics(), 'rosterline_set_rate_per_second', 'family="analytics"') === 1.5,
      );

      const forgotten = tableIn(await limits(['forget', 'analytics', '--json']));
      expect(rowOf(forgotten, 'analytics')).toMatchObject({ set: null });
      await eventually('the metrics no longer have it', async () =>
        Number.isNaN(figure(await metrics(), 'rosterline_set_rate_per_second', 'family="analytics"')),
      );
    },
    2 * MINUTES,
  );

  it(
    'starts the keeper of an OAuth client that has none, to set a limit',
    async () => {
      const other = { GENESYS_CLIENT_ID: rig.simulator.otherClient.clientId };
      expect(tableIn(await limits(['--json'], other))).toMatchObject({ families: [] });
      const set = tableIn(await limits(['set', 'wfm-jobs', '2000/day', '--json'], other));
      expect(rowOf(set, 'wfm-jobs')).toMatchObject({ set: { rate: '2000/day' } });
      expect(rowOf(tableIn(await limits(['--json'])), 'wfm-jobs')).toMatchObject({ set: null });
    },
    2 * MINUTES,
  );

  it(
    'shows a refusal until when and why, in the terminal, in the JSON and in the metrics',
    async () => {
      rig.simulator.addFault({ kind: 'throttle', method: 'POST', path: BULK, retryAfter: 90 });
      const refused = rig.client.workflow.getHandle('refused');
      await rig.start({ datasets: ['adherence'], from: '2024-03-04', to: '2024-03-11' }, refused.workflowId);
      const closed = await eventually('the gate shows', async () => {
        const row = rowOf(await known(), 'wfm-jobs');
        return row?.gateUntil ? row : null;
      });
      expect(rowOf(tableIn(await limits(['--json'])), 'wfm-jobs')).toMatchObject({ gateUntil: closed.gateUntil });
      expect(closed).toMatchObject({ refusedLastHour: 1, why: expect.stringContaining('429') });
      const page = await eventually('the metrics have the gate', async () => {
        const text = await metrics();
        return (figure(text, 'rosterline_gate_until_seconds', 'family="wfm-jobs"') ?? 0) > 0 ? text : null;
      });
      expect(figure(page, 'rosterline_gate_until_seconds', 'family="wfm-jobs"')).toBeCloseTo(
        Date.parse(closed.gateUntil ?? '') / 1000,
        3,
      );
      expect(figure(page, 'rosterline_refused_last_hour', 'family="wfm-jobs"')).toBe(1);
      expect(figure(page, 'rosterline_requests_refused_total', 'family="wfm-jobs"')).toBe(1);
      expect(page).toMatch(/rosterline_requests_total\{[^}]*status="429"[^}]*\} 1\n/);
      // Nothing here needs the gate to open.
      await refused.cancel();
    },
    3 * MINUTES,
  );

  it(
    'offers calls, waits and the counters of the API beside Temporal’s own metrics',
    async () => {
      const page = await eventually('the counters have been told', async () => {
        const text = await metrics();
        // Not a number again once the window has ended and nothing was called since.
        return figure(text, 'rosterline_counter_allowed', 'family="token"') === undefined ? null : text;
      });
      expect(figure(page, 'rosterline_requests_total', 'family="reads"')).toBeGreaterThan(0);
      expect(figure(page, 'rosterline_request_wait_seconds_count', 'family="reads"')).toBeGreaterThan(0);
      expect(page).toMatch(/^temporal_/m);
    },
    2 * MINUTES,
  );

  it('will not start a second worker on the same port, and says so', async () => {
    const ended = await runRosterline(['worker', '--json'], {
      ...rig.environment,
      ROSTERLINE_METRICS_PORT: String(metricsPort),
    });
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain(`The metrics cannot be offered on port ${metricsPort} of 127.0.0.1`);
  }, 60_000);
});
