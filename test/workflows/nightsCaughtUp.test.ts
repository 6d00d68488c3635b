import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { times } from '../../src/domain/nightly/nightlyTimes.js';
import { desiredForm, type DesiredForm } from '../../src/domain/nightly/scheduleForm.js';
import { scheduleIdOf } from '../../src/domain/nightly/nightlySchedule.js';
import { scheduleOptions } from '../../src/temporal/nightly/scheduleCodec.js';
import { OwnTemporal } from '../faults/ownTemporal.js';
import { eventually } from '../support/eventually.js';
import { type ExportEnvironment, exportEnvironment } from '../support/exportEnvironment.js';
import { inTime, MomentPassed } from '../support/inTime.js';
import { daysAsked, nightlyEntry, nightsRun } from '../support/nightlyRuns.js';
import { quietTemporal } from '../support/quietTemporal.js';

quietTemporal('ERROR');

const directory = mkdtempSync(join(tmpdir(), 'rosterline-caught-up-'));
const temporal = await OwnTemporal.start(directory);
let environment: ExportEnvironment | undefined;
afterAll(async () => {
  await environment?.close();
  await temporal.stop();
  rmSync(directory, { recursive: true, force: true });
});

/** Where it is not midnight soon: both nights are to end with the same day. */
const timeZone = new Date().getUTCHours() < 12 ? 'Asia/Tokyo' : 'America/New_York';
const UNITS = [{ name: 'Night Desk', timeZone, agents: 3 }];

/** Makes a schedule with two nominal times a minute apart, and takes the server away over both. */
async function downOver({ client, taskQueue }: ExportEnvironment, form: DesiredForm, firstMs: number): Promise<Date[]> {
  const nominalTimes = [firstMs, firstMs + 60_000].map((ms) => new Date(ms));
  // To the second, where the configuration has minutes: so nobody waits for the next full one.
  const calendars = nominalTimes.map((at) =>
    times({ hours: [at.getUTCHours()], minutes: [at.getUTCMinutes()], seconds: [at.getUTCSeconds()] }),
  );
  const options = scheduleOptions({ ...form, calendars });
  const handle = await client.schedule.create({ scheduleId: scheduleIdOf(taskQueue), ...options });
  // The schedule is at work: one that has not begun when its server dies begins when it is back, and catches up on nothing.
  const { nextActionTimes } = (await handle.describe()).info;
  if (Date.now() > firstMs - 1000) {
    await handle.delete();
    throw new MomentPassed('the schedule was not there in time');
  }
  expect(nextActionTimes.slice(0, 2)).toEqual(nominalTimes);
  await temporal.kill(firstMs + 61_000 - Date.now());
  if (Date.now() >= firstMs) {
    await temporal.answers();
    await handle.delete();
    throw new MomentPassed('the server was not away in time');
  }
  return nominalTimes;
}

describe('a Temporal server that is down over two nominal times one minute apart', () => {
  it('starts both once it is back, each for its own, and no day is read twice', async () => {
    const entry = { datasets: ['adherence'], at: '00:00', horizonDays: 3, lookBackDays: 2 };
    let nominalTimes: Date[] = [];
    await inTime([5, 60], async (seconds) => {
      // What an earlier one has loaded would be there.
      await environment?.close();
      const organisation = { units: UNITS };
      environment = await exportEnvironment(temporal.address, { name: `caught up ${seconds}`, organisation });
      const form = desiredForm(nightlyEntry(environment, entry), environment.taskQueue, new Date().toISOString());
      nominalTimes = await downOver(environment, form, Math.ceil(Date.now() / 1000 + seconds) * 1000);
    });
    if (!environment) throw new Error('no scenario was played');
    const during = environment;
    await temporal.answers();
    const results = await eventually('the schedule answers', () => nightsRun(during, 2).catch(() => null));
    expect(results.map(({ nominalTime }) => nominalTime)).toEqual(nominalTimes.map((at) => at.toISOString()));
    expect(results).toMatchObject([
      { status: 'complete', units: [{ daysRead: 5, daysMissing: 0 }] },
      { status: 'complete', units: [{ daysRead: 0, daysMissing: 0 }] },
    ]);
    expect([...daysAsked(during.simulator).values()]).toEqual([1, 1, 1, 1, 1]);
  });
});
