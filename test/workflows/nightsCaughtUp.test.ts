import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { times } from '../../src/domain/nightly/nightlyTimes.js';
import { desiredForm } from '../../src/domain/nightly/scheduleForm.js';
import { scheduleIdOf } from '../../src/domain/nightly/nightlySchedule.js';
import { scheduleOptions } from '../../src/temporal/nightly/scheduleCodec.js';
import { OwnTemporal } from '../faults/ownTemporal.js';
import { eventually } from '../support/eventually.js';
import { type ExportEnvironment, exportEnvironment } from '../support/exportEnvironment.js';
import { daysAsked, nightlyEntry, nightsRun } from '../support/nightlyRuns.js';
import { quietTemporal } from '../support/quietTemporal.js';

quietTemporal('ERROR');

const directory = mkdtempSync(join(tmpdir(), 'rosterline-caught-up-'));
const temporal = await OwnTemporal.start(directory);
let environment: ExportEnvironment;
afterAll(async () => {
  await environment.close();
  await temporal.stop();
  rmSync(directory, { recursive: true, force: true });
});

describe('a Temporal server that is down over two nominal times one minute apart', () => {
  it('starts both once it is back, each for its own, and no day is read twice', async () => {
    environment = await exportEnvironment(temporal.address, { name: 'caught up' });
    const { client, taskQueue } = environment;
    const firstMs = Math.ceil(Date.now() / 1000) * 1000 + 5000;
    const nominalTimes = [firstMs, firstMs + 60_000].map((ms) => new Date(ms));
    const entry = { datasets: ['adherence'], at: '00:00', horizonDays: 3, lookBackDays: 2 };
    const form = desiredForm(nightlyEntry(environment, entry), taskQueue, new Date().toISOString());
    // To the second, where the configuration has minutes: so nobody waits for the next full one.
    const calendars = nominalTimes.map((at) =>
      times({ hours: [at.getUTCHours()], minutes: [at.getUTCMinutes()], seconds: [at.getUTCSeconds()] }),
    );
    const options = scheduleOptions({ ...form, calendars });
    const handle = await client.schedule.create({ scheduleId: scheduleIdOf(taskQueue), ...options });
    // The schedule is at work: one that has not begun when its server dies begins when it is back, and catches up on nothing.
    const { nextActionTimes } = (await handle.describe()).info;
    expect(nextActionTimes.slice(0, 2)).toEqual(nominalTimes);
    await temporal.kill(firstMs + 61_000 - Date.now());
    expect(Date.now()).toBeLessThan(firstMs);
    await temporal.answers();
    const results = await eventually('the schedule answers', () => nightsRun(environment, 2).catch(() => null));
    expect(results.map(({ nominalTime }) => nominalTime)).toEqual(nominalTimes.map((at) => at.toISOString()));
    expect(results).toMatchObject([
      { status: 'complete', units: [{ daysRead: 5, daysMissing: 0 }] },
      { status: 'complete', units: [{ daysRead: 0, daysMissing: 0 }] },
    ]);
    expect([...daysAsked(environment.simulator).values()]).toEqual([1, 1, 1, 1, 1]);
  }, 400_000);
});
