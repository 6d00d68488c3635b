import { afterEach, describe, expect, it } from '@jest/globals';
import { addDays, localDateOf, startOfLocalDay } from '../../src/domain/calendar.js';
import { lastCompleteDay } from '../../src/domain/provisional.js';
import { rowsRewritten, totalChanges } from '../../src/domain/rowChanges.js';
import { nightlyRuns } from '../../src/temporal/nightly/nightlyRuns.js';
import { handleOf } from '../../src/temporal/nightly/nightlySchedules.js';
import { hasBeenHeard } from '../../src/temporal/nightly/hasBeenHeard.js';
import { eventually } from '../support/eventually.js';
import { type ExportEnvironment, exportEnvironment } from '../support/exportEnvironment.js';
import { failureOf } from '../support/exportFailure.js';
import { applyEntry, closeNights, daysAsked, lastNightId, nightsRun, runNight } from '../support/nightlyRuns.js';
import { runRosterline } from '../support/runRosterline.js';
import { quietTemporal } from '../support/quietTemporal.js';
import { temporalServer } from '../support/temporalServer.js';

quietTemporal('ERROR');
const { address } = await temporalServer();
let environment: ExportEnvironment;
afterEach(() => closeNights(environment));

const ZONE = 'Asia/Singapore';
/** One instant for the whole file: a night may begin meanwhile. */
const NOW_MS = Date.now();
const SHORT = { datasets: ['adherence' as const], timeZone: ZONE, horizonDays: 3, lookBackDays: 2 };

/** 02:30 in Singapore, some nights ago; 0 is the last that has been. */
function night(ago: number): { nominalTime: string; day: string } {
  const at = (date: string): number => Date.parse(startOfLocalDay(ZONE, date)) + 2.5 * 3_600_000;
  const today = localDateOf(ZONE, new Date(NOW_MS).toISOString());
  const date = addDays(today, (at(today) <= NOW_MS ? 0 : -1) - ago);
  return { nominalTime: new Date(at(date)).toISOString(), day: addDays(date, -1) };
}

describe('a nightly load', () => {
  it('loads of each unit the last local day that was over at the nominal time, whenever it runs', async () => {
    const units = [
      { name: 'Kiritimati Desk', timeZone: 'Pacific/Kiritimati', agents: 2 },
      { name: 'Honolulu Desk', timeZone: 'Pacific/Honolulu', agents: 2 },
    ];
    environment = await exportEnvironment(address, { name: 'nights of two zones', organisation: { units } });
    // Two days ago at 11:00 UTC: it is tomorrow in Kiritimati, and early today in Honolulu.
    const nominalTime = `${addDays(new Date().toISOString().slice(0, 10), -2)}T11:00:00.000Z`;
    const result = await runNight(environment, { ...SHORT, nominalTime });
    expect(result).toMatchObject({ status: 'complete', nominalTime, unknownUnits: [], gaps: [] });
    expect(result.exports).toHaveLength(2);
    for (const { unit, ...came } of result.units) {
      const { timeZone = '' } = units.find(({ name }) => name === unit) ?? {};
      const lastDay = lastCompleteDay(nominalTime, timeZone);
      expect(came).toMatchObject({ lastDay, isLastDayThere: true, daysRead: 5, daysMissing: 0 });
    }
    expect(new Set(result.units.map(({ lastDay }) => lastDay)).size).toBe(2);
  });

  it('finds a night that was missed and loads its day too', async () => {
    environment = await exportEnvironment(address, { name: 'missed night' });
    await runNight(environment, { ...SHORT, nominalTime: night(2).nominalTime });
    const before = daysAsked(environment.simulator);
    expect(before.has(night(1).day)).toBe(false);
    const result = await runNight(environment, { ...SHORT, nominalTime: night(0).nominalTime });
    expect(result).toMatchObject({ status: 'complete', units: [{ lastDay: night(0).day, daysMissing: 0 }] });
    expect(daysAsked(environment.simulator).get(night(1).day)).toBe(1);
  });

  it('reads a provisional day again the next night, and writes nothing where nothing was restated', async () => {
    // Where it is not midnight soon: both nights are to end with the same day.
    const timeZone = new Date().getUTCHours() < 12 ? 'Asia/Tokyo' : 'America/New_York';
    const units = [{ name: 'Night Desk', timeZone, agents: 3 }];
    environment = await exportEnvironment(address, { name: 'read again', organisation: { units } });
    const first = await runNight(environment, SHORT);
    expect(rowsRewritten(totalChanges(first.changes))).toBeGreaterThan(0);
    const again = await runNight(environment, SHORT);
    expect(again).toMatchObject({ status: 'complete', units: [{ daysRead: 5 }], coverage: { ok: true, findings: [] } });
    expect(again.rows).toEqual(first.rows);
    expect(rowsRewritten(totalChanges(again.changes))).toBe(0);
    expect([...daysAsked(environment.simulator).values()]).toEqual([2, 2, 2, 2, 2]);
  });

  it('goes on with its other exports when an operator cancels one, and says so', async () => {
    const units = [
      { name: 'Kiritimati Desk', timeZone: 'Pacific/Kiritimati', agents: 2 },
      { name: 'Honolulu Desk', timeZone: 'Pacific/Honolulu', agents: 2 },
    ];
    const organisation = { units, jobSeconds: 5 };
    environment = await exportEnvironment(address, { name: 'cancelled export of a night', organisation });
    const nominalTime = `${addDays(new Date().toISOString().slice(0, 10), -2)}T11:00:00.000Z`;
    const running = runNight(environment, { ...SHORT, nominalTime });
    await eventually('each export has asked', () => environment.simulator.counts().jobs.total >= 2);
    const id = lastNightId(environment);
    await environment.client.workflow.getHandle(`${id}/1`).cancel();
    const result = await running;
    expect(result.status).toBe('completeWithGaps');
    expect(result.exports).toMatchObject([
      { workflowId: `${id}/1`, status: 'cancelled', problem: expect.stringContaining('the next night') },
      { workflowId: `${id}/2`, status: 'complete', problem: null },
    ]);
    expect(result.units.map(({ isLastDayThere }) => isLastDayThere).sort()).toEqual([false, true]);
  });

  it('names a unit that is gone, and loads the others', async () => {
    environment = await exportEnvironment(address, { name: 'unit gone' });
    const name = environment.simulator.units[0]?.name ?? '';
    const result = await runNight(environment, { ...SHORT, managementUnits: [name, 'Closed Desk'] });
    expect(result).toMatchObject({ status: 'completeWithGaps', unknownUnits: ['Closed Desk'] });
    expect(result.units).toEqual([expect.objectContaining({ unit: name, isLastDayThere: true })]);
    const { type } = await failureOf(runNight(environment, { ...SHORT, managementUnits: ['Closed Desk'] }));
    expect(type).toBe('InvalidInput');
  });

  it('says what is at fault with its days, and is not complete then', async () => {
    environment = await exportEnvironment(address, { name: 'night with a gap' });
    const { nominalTime, day } = night(0);
    environment.simulator.addFault({ kind: 'jobError', times: 20 });
    const result = await runNight(environment, { ...SHORT, nominalTime, horizonDays: 1, lookBackDays: 0 });
    const missing = { dataset: 'adherence', from: day, to: addDays(day, 1) };
    expect(result).toMatchObject({
      status: 'completeWithGaps',
      gaps: [missing],
      units: [{ lastDay: day, isLastDayThere: false, daysMissing: 1 }],
      coverage: { ok: false, days: { gap: 1 }, findings: [{ ...missing, fault: 'gap', cause: 'failed' }] },
    });
  });
});

describe('a schedule of nightly loads', () => {
  it('filled in for two nights loads the day of each once, one night after the other, though it is paused', async () => {
    environment = await exportEnvironment(address, { name: 'backfill' });
    await applyEntry(environment, { ...SHORT, at: '02:30' });
    const handle = handleOf(environment.client, environment.taskQueue);
    await handle.pause('month end');
    await hasBeenHeard(handle);
    const [first, second] = [night(1), night(0)];
    await handle.backfill({
      start: new Date(Date.parse(first.nominalTime) - 1000),
      end: new Date(second.nominalTime),
      overlap: 'BUFFER_ALL',
    });
    const results = await nightsRun(environment, 2);
    expect(results.map(({ nominalTime }) => nominalTime)).toEqual([first.nominalTime, second.nominalTime]);
    expect(results.map(({ units }) => units[0])).toMatchObject([
      { lastDay: first.day, isLastDayThere: true, daysRead: 5 },
      { lastDay: second.day, isLastDayThere: true, daysRead: 1 },
    ]);
    const asked = daysAsked(environment.simulator);
    expect([...asked.values()]).toEqual([1, 1, 1, 1, 1, 1]);
    expect((await handle.describe()).state).toMatchObject({ paused: true, note: 'month end' });
    const [later, earlier] = await eventually('both are listed as ended', async () => {
      const runs = await nightlyRuns(environment.client, environment.taskQueue, 2);
      return runs.length === 2 && runs.every(({ state }) => state === 'complete') && runs;
    });
    expect(later?.nominalTime).toBe(second.nominalTime);
    expect(Date.parse(later?.startedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(earlier?.endedAt ?? ''));

    const { taskQueue, directory } = environment;
    const env = { TEMPORAL_ADDRESS: address, ROSTERLINE_TASK_QUEUE: taskQueue, ROSTERLINE_DATA: directory };
    const shown = await runRosterline(['nightly', 'describe', taskQueue], env);
    const rowsOf = (ago: number) =>
      new RegExp(`^${night(ago).nominalTime.slice(0, 10)} \\S+ +complete .* 0 +0 +\\d+$`, 'm');
    for (const ago of [0, 1]) expect(shown.stdout).toMatch(rowsOf(ago));
    expect(shown.stdout).toContain('paused: month end; while it is, nothing is started');
  });
});
