import { describe, expect, it } from '@jest/globals';
import { addDays } from '../../src/domain/calendar.js';
import { type KnownDay, statesToPlan } from '../../src/domain/nightly/daysToRead.js';
import { NightlyLoadInput } from '../../src/domain/nightly/nightlyLoadInput.js';
import { type NightRun, withForgotten } from '../../src/domain/nightly/nightRun.js';
import { nightUnit, unitsInResult } from '../../src/domain/nightly/nightUnits.js';
import { overdueNight } from '../../src/domain/nightly/overdueNight.js';
import { planNight } from '../../src/domain/nightly/planNight.js';

const READ = '2026-11-20T02:31:00Z';

/** Provisional days that end before 2026-11-20, read at `READ`. */
function provisional(count: number): KnownDay[] {
  return Array.from({ length: count }, (_, index) => ({
    localDate: addDays('2026-11-20', index - count),
    state: 'provisional',
    requestedAt: READ,
  }));
}

const toRead = (days: ReadonlyMap<string, string>): number =>
  [...days.values()].filter((state) => state === 'provisional').length;

describe('provisional days', () => {
  it('are not read again once they were asked for since the nominal time, and are when they were before', () => {
    const days = provisional(14);
    const readSince = (unlessReadSince: string) => toRead(statesToPlan(days, { unlessReadSince }, '2026-11-06'));
    expect(readSince('2026-11-20T02:30:00Z')).toBe(0);
    expect(readSince(READ)).toBe(0);
    expect(readSince('2026-11-20T02:31:00.001Z')).toBe(14);
  });

  it('that Genesys restates no more wait until a window of them is full, and are then read a last time', () => {
    const readAWeek = [1, 2, 6, 7, 8].map((left) =>
      toRead(statesToPlan(provisional(14 + left), { settleDays: 7 }, '2026-11-06')),
    );
    expect(readAWeek).toEqual([14, 14, 14, 21, 22]);
    expect(toRead(statesToPlan(provisional(15), {}, '2026-11-06'))).toBe(15);
  });

  it('leave days that failed or are there for good as they are', () => {
    const states = statesToPlan(
      [
        { localDate: '2026-11-01', state: 'loaded', requestedAt: READ },
        { localDate: '2026-11-02', state: 'failed', requestedAt: null },
      ],
      { unlessReadSince: '2026-11-01T00:00:00Z', settleDays: 7 },
      '2026-11-06',
    );
    expect([...states.values()]).toEqual(['loaded', 'failed']);
  });
});

const unitsOf = (count: number, timeZone = 'Asia/Singapore') =>
  Array.from({ length: count }, (_, index) => ({
    id: `unit-${index}`,
    name: `Unit ${index}`,
    businessUnitId: 'bu',
    timeZone,
  }));

describe('the exports of a night', () => {
  const nominalTime = '2026-11-22T11:00:00Z';

  it('are one for all units whose last day is the same, and ask for it by no list of units', () => {
    const groups = planNight(NightlyLoadInput.parse({}), unitsOf(600), { nominalTime, horizonDays: 14 });
    expect(groups).toMatchObject([{ from: '2026-10-25', to: '2026-11-22', request: { lane: 'nightly' } }]);
    expect(groups[0]?.request.managementUnits).toBeUndefined();
  });

  it('leave alone what was read since the first of two times at which clocks that go back show the same', () => {
    const input = NightlyLoadInput.parse({ timeZone: 'America/New_York' });
    const since = (nominal: string): unknown =>
      planNight(input, unitsOf(1), { nominalTime: nominal, horizonDays: 14 })[0]?.request.unlessReadSince;
    expect(since('2026-11-01T06:30:00Z')).toBe('2026-11-01T05:30:00.000Z');
    expect(since('2026-11-01T05:30:00Z')).toBe('2026-11-01T05:30:00.000Z');
    expect(since('2026-11-01T07:30:00Z')).toBe('2026-11-01T07:30:00.000Z');
  });

  it('name at most 500 units each where units were asked for by name', () => {
    const input = NightlyLoadInput.parse({ managementUnits: ['all of them'] });
    const groups = planNight(input, unitsOf(600), { nominalTime, horizonDays: 14 });
    expect(groups.map(({ request }) => request.managementUnits?.length)).toEqual([500, 100]);
  });

  it('end with each unit’s own day: tomorrow has begun in Kiritimati, and today is over there', () => {
    const units = [...unitsOf(1, 'Pacific/Kiritimati'), ...unitsOf(1, 'Pacific/Honolulu')];
    const groups = planNight(NightlyLoadInput.parse({}), units, { nominalTime, horizonDays: 14 });
    expect(groups.map(({ to }) => to)).toEqual(['2026-11-22', '2026-11-23']);
  });
});

describe('what a night came to', () => {
  it('counts a day as missing that was asked for and not answered, or never asked for', () => {
    const days: KnownDay[] = [
      { localDate: '2026-11-17', state: 'empty', requestedAt: '2026-11-01T00:00:00Z' },
      { localDate: '2026-11-18', state: 'failed', requestedAt: null },
      { localDate: '2026-11-19', state: 'provisional', requestedAt: READ },
    ];
    const unit = { id: 'u', name: 'U', timeZone: 'UTC' };
    const asked = { dataset: 'adherence' as const, unit, from: '2026-11-16', to: '2026-11-20', days };
    expect(nightUnit(asked, '2026-11-20T02:30:00Z')).toMatchObject({
      lastDay: '2026-11-19',
      isLastDayThere: true,
      daysRead: 1,
      daysMissing: 2,
    });
  });

  it('shows units that lack days first, and says how many it leaves out', () => {
    const unit = nightUnit(
      {
        dataset: 'adherence',
        unit: { id: 'u', name: 'U', timeZone: 'UTC' },
        from: '2026-11-19',
        to: '2026-11-20',
        days: [],
      },
      READ,
    );
    const whole = { ...unit, daysMissing: 0 };
    const { units, unitsLeftOut } = unitsInResult([...Array.from({ length: 250 }, () => whole), unit]);
    expect(units[0]?.daysMissing).toBe(1);
    expect([units.length, unitsLeftOut]).toEqual([200, 51]);
  });
});

describe('a night that is overdue', () => {
  const due = ['2026-11-20T02:30:00Z', '2026-11-21T02:30:00Z', '2026-11-22T02:30:00Z'];
  const late = { overdueAfterMs: 6 * 3_600_000, jitterMs: 0 };
  const at = (iso: string) => ({ ...late, nowMs: Date.parse(iso) });
  const run = (nominalTime: string, state: NightRun['state']): NightRun => ({
    workflowId: 'nightly/x',
    runId: 'r',
    nominalTime,
    startedAt: nominalTime,
    endedAt: nominalTime,
    state,
  });

  it('is the last that should have been loaded by now, whether it failed, still runs or never started', () => {
    const noon = at('2026-11-22T12:00:00Z');
    const last = '2026-11-22T02:30:00.000Z';
    expect(overdueNight(due, [], noon)).toBe(last);
    for (const state of ['failed', 'running', 'cancelled'] as const)
      expect(overdueNight(due, [run(last, state), run(due[1] ?? '', 'complete')], noon)).toBe(last);
  });

  it('is none once that night, or a later one, was loaded, with gaps or without', () => {
    const noon = at('2026-11-22T12:00:00Z');
    for (const state of ['complete', 'completeWithGaps'] as const)
      expect(overdueNight(due, [run('2026-11-22T02:30:00.000Z', state)], noon)).toBeNull();
    expect(overdueNight(due, [run('2026-11-22T09:00:00.000Z', 'complete')], noon)).toBeNull();
  });

  it('is none where the schedule remembers a run that the server keeps no longer', () => {
    const started = { workflowId: 'nightly/x', runId: 'gone', scheduledAt: due[2] ?? '', startedAt: due[2] ?? '' };
    const noon = at('2026-11-22T12:00:00Z');
    const [running, early, late] = [['gone'], Date.parse('2026-11-22T14:29:00Z'), Date.parse('2026-11-22T14:31:00Z')];
    expect(overdueNight(due, withForgotten([], [started], [], late), noon)).toBeNull();
    // One that still runs, or began not long ago and is not listed yet, is none of them.
    expect(withForgotten([], [started], running, late)).toEqual([]);
    expect(withForgotten([], [started], [], early)).toEqual([]);
    const listed = run(due[2] ?? '', 'failed');
    expect(withForgotten([{ ...listed, runId: 'gone' }], [started], [], late)).toHaveLength(1);
  });

  it('is none while its time is not up', () => {
    const runs = [run('2026-11-21T02:30:00.000Z', 'complete')];
    expect(overdueNight(due, runs, at('2026-11-22T08:29:59Z'))).toBeNull();
    expect(overdueNight(due, runs, at('2026-11-22T08:30:00Z'))).not.toBeNull();
  });
});
