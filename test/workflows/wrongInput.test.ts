import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { addDays, localDateOf } from '../../src/domain/calendar.js';
import { failureOf, failureOfExport } from '../support/exportFailure.js';
import { planOf } from '../support/planOf.js';
import { type ExportEnvironment, exportEnvironment } from '../support/exportEnvironment.js';
import { quietTemporal } from '../support/quietTemporal.js';
import { clockFrom } from '../support/testClock.js';
import { temporalServer } from '../support/temporalServer.js';

quietTemporal('ERROR');
const { address } = await temporalServer();

/** The first has finished each day before the second begins it. */
const UNITS = [
  { name: 'Kiritimati Desk', timeZone: 'Pacific/Kiritimati', agents: 2 },
  { name: 'Honolulu Desk', timeZone: 'Pacific/Honolulu', agents: 2 },
];
const MARCH = { from: '2024-03-04', to: '2024-03-06' };

let environment: ExportEnvironment;
beforeAll(async () => {
  // In both units it is midnight at 10:00 UTC.
  const organisation = { units: UNITS };
  const options = { name: 'wrong input', organisation, clock: clockFrom(22), sharesBudget: false };
  environment = await exportEnvironment(address, options);
});
afterAll(() => environment.close());

type WorkflowType = 'historyExport' | 'exportPlan';
let workflowType: WorkflowType;

/** What the failure says, and how many calls of Genesys it took to say it. */
async function refused(request: object): Promise<{ type: string; message: string; calls: number }> {
  const before = environment.simulator.counts().made;
  const failure =
    workflowType === 'historyExport'
      ? await failureOfExport(environment, request)
      : await failureOf(planOf(environment, request));
  return { ...failure, calls: environment.simulator.counts().made - before };
}

describe.each<[string, WorkflowType]>([
  ['an export', 'historyExport'],
  ['the plan of an export', 'exportPlan'],
])('%s that cannot be what was meant', (_what, type) => {
  beforeAll(() => {
    workflowType = type;
  });

  it.each([
    ['dates reversed', { from: '2024-03-06', to: '2024-03-04' }, 'to: 2024-03-04 is not after from (2024-03-06)'],
    ['one and the same date', { from: '2024-03-04', to: '2024-03-04' }, 'to: 2024-03-04 is not after from'],
    ['a day that is none', { from: '2024-02-30', to: '2024-03-04' }, 'from: no such day in the calendar'],
    ['text for a date', { from: 'last monday', to: '2024-03-04' }, 'from: not a date: write it as 2024-01-31'],
    ['no date', { to: '2024-03-04' }, 'from: '],
    ['since a time that is none', { since: '90' }, 'since: not a length of time: write it as 90d'],
    ['since over twenty years', { since: '21y' }, 'since: more than 20 years'],
    ['both dates and since', { ...MARCH, since: '90d' }, 'since: says the dates by itself'],
    ['over twenty years', { from: '2003-01-01', to: '2024-03-04' }, 'from: more than 20 years'],
    ['an unknown dataset', { ...MARCH, datasets: ['conversations'] }, 'datasets.0: '],
    ['eight days with exceptions', { ...MARCH, windowDays: { adherence: 8 } }, 'windowDays.adherence: at most 7'],
    ['a word that is no setting', { ...MARCH, units: ['x'] }, 'units'],
  ])('fails at once, names the path, and asks nothing of Genesys: %s', async (_what, request, says) => {
    const { type, message, calls } = await refused(request);
    expect(type).toBe('InvalidInput');
    expect(message).toContain(says);
    expect(calls).toBe(0);
  });

  it('names the datasets that exist', async () => {
    const { message } = await refused({ ...MARCH, datasets: ['conversations'] });
    expect(message).toContain('adherence');
    expect(message).toContain('occupancy');
    expect(message).toContain('schedules');
  });

  it('fails after two calls where a unit does not exist, and names those that do', async () => {
    const { type, message, calls } = await refused({ ...MARCH, managementUnits: ['Kiritimati Desk', 'Hawaii Desk'] });
    expect(type).toBe('InvalidInput');
    expect(message).toContain('managementUnits: there is no unit Hawaii Desk');
    for (const unit of UNITS) expect(message).toContain(unit.name);
    expect(calls).toBe(2);
  });

  it('fails after two calls where a day is not over in one of the units, and says when it is and what works now', async () => {
    const now = new Date(environment.clock.now()).toISOString();
    const to = localDateOf('Pacific/Kiritimati', now);
    const { type, message, calls } = await refused({ from: addDays(to, -3), to });
    expect(type).toBe('InvalidInput');
    expect(message).toContain(
      `to: ${to} (exclusive) asks for ${addDays(to, -1)}, which is not over in Pacific/Honolulu`,
    );
    expect(message).toContain(`the latest date that works now is ${localDateOf('Pacific/Honolulu', now)}`);
    expect(calls).toBe(2);
    expect(await environment.warehouse.query('SELECT count(*)::INTEGER AS days FROM coverage')).toEqual([{ days: 0 }]);
  });
});

describe('an export of some of the units', () => {
  it('runs where the day is over in those that were asked for', async () => {
    const to = localDateOf('Pacific/Kiritimati', new Date(environment.clock.now()).toISOString());
    const request = {
      datasets: ['adherence' as const],
      from: addDays(to, -1),
      to,
      managementUnits: ['Kiritimati Desk'],
    };
    expect(await environment.run(request)).toMatchObject({ status: 'complete', windows: 1 });
  });
});
