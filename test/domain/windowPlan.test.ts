import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { addDays, localDays } from '../../src/domain/calendar.js';
import { type ExportWindow, windowId } from '../../src/domain/exportWindow.js';
import { RELOADS } from '../../src/domain/historyExportInput.js';
import { DAY_STATES, type DayState } from '../../src/domain/seal.js';
import { bisectWindow, planWindows, type WindowPlanRequest } from '../../src/domain/windowPlan.js';
import { zonesWithClockChanges } from '../support/zonesWithClockChanges.js';

const zones = zonesWithClockChanges();

const london = { managementUnitId: 'mu-london', businessUnitId: 'bu-1', timeZone: 'Europe/London' };

function plan(changes: Partial<WindowPlanRequest>): ExportWindow[] {
  return planWindows({
    unit: london,
    dataset: 'adherence',
    from: '2024-01-01',
    to: '2024-01-22',
    windowDays: 7,
    reload: 'missing',
    coverage: new Map(),
    ...changes,
  });
}

function dates(windows: readonly ExportWindow[]): string[] {
  return windows.map((window) => `${window.from}_${window.to}`);
}

function daysOf(window: ExportWindow): string[] {
  return localDays(window.timeZone, window.from, window.to).map((day) => day.localDate);
}

describe('the plan of windows', () => {
  it('starts at the first day asked for and runs seven days a window, the last shorter', () => {
    expect(dates(plan({ to: '2024-01-17' }))).toEqual([
      '2024-01-01_2024-01-08',
      '2024-01-08_2024-01-15',
      '2024-01-15_2024-01-17',
    ]);
  });

  it('aligns windows to the local midnights of the unit', () => {
    const [window] = plan({ from: '2024-03-29', to: '2024-04-02' });
    expect(window).toEqual({
      dataset: 'adherence',
      managementUnitId: 'mu-london',
      businessUnitId: 'bu-1',
      timeZone: 'Europe/London',
      from: '2024-03-29',
      to: '2024-04-02',
      startAt: '2024-03-29T00:00:00.000Z',
      endAt: '2024-04-01T23:00:00.000Z',
    });
  });

  it('of schedules never goes over the start of a week of the business unit, and says which weeks it touches', () => {
    const weeks = { timeZone: 'Europe/London', startDayOfWeek: 'Wednesday' };
    const windows = plan({ dataset: 'schedules', to: '2024-01-17', weeks });
    expect(windows.map(({ from, to, weekDates }) => [from, to, weekDates])).toEqual([
      ['2024-01-01', '2024-01-03', ['2023-12-27']],
      ['2024-01-03', '2024-01-10', ['2024-01-03']],
      ['2024-01-10', '2024-01-17', ['2024-01-10']],
    ]);
  });

  it('of schedules touches two weeks where the business unit counts its weeks in another zone', () => {
    // London's Monday begins when Singapore's is eight hours old, and London's Sunday ends as late.
    const weeks = { timeZone: 'Asia/Singapore', startDayOfWeek: 'Monday' };
    const windows = plan({ dataset: 'schedules', to: '2024-01-15', weeks });
    expect(windows.map(({ from, to, weekDates }) => [from, to, weekDates])).toEqual([
      ['2024-01-01', '2024-01-08', ['2024-01-01', '2024-01-08']],
      ['2024-01-08', '2024-01-15', ['2024-01-08', '2024-01-15']],
    ]);
  });

  const coverage = new Map<string, DayState>([
    ['2024-01-02', 'loaded'],
    ['2024-01-04', 'empty'],
    ['2024-01-06', 'provisional'],
    ['2024-01-08', 'pending'],
    ['2024-01-10', 'failed'],
  ]);

  it('cuts the days that are loaded, empty or provisional when only missing days are wanted', () => {
    expect(dates(plan({ coverage, to: '2024-01-12' }))).toEqual([
      '2024-01-01_2024-01-02',
      '2024-01-03_2024-01-04',
      '2024-01-05_2024-01-06',
      '2024-01-07_2024-01-12',
    ]);
  });

  it('cuts the days that are loaded or empty when provisional days are wanted again', () => {
    expect(dates(plan({ coverage, reload: 'provisional', to: '2024-01-12' }))).toEqual([
      '2024-01-01_2024-01-02',
      '2024-01-03_2024-01-04',
      '2024-01-05_2024-01-12',
    ]);
  });

  it('cuts no day when all are wanted again, forced or not', () => {
    const whole = ['2024-01-01_2024-01-08', '2024-01-08_2024-01-12'];
    expect(dates(plan({ coverage, reload: 'all', to: '2024-01-12' }))).toEqual(whole);
    expect(dates(plan({ coverage, reload: 'force', to: '2024-01-12' }))).toEqual(whole);
  });

  it('starts windows anew at the first day of each run that is missing', () => {
    const loaded = new Map<string, DayState>([['2024-01-03', 'loaded']]);
    expect(dates(plan({ coverage: loaded, to: '2024-01-15' }))).toEqual([
      '2024-01-01_2024-01-03',
      '2024-01-04_2024-01-11',
      '2024-01-11_2024-01-15',
    ]);
  });

  it('has nothing to do when every day is loaded', () => {
    const all = new Map(
      localDays('Europe/London', '2024-01-01', '2024-01-22').map((day) => [day.localDate, 'loaded' as const]),
    );
    expect(plan({ coverage: all })).toEqual([]);
  });

  it('runs over a day that a country skipped, and does not count it', () => {
    const unit = { ...london, timeZone: 'Pacific/Apia' };
    const windows = plan({ unit, from: '2011-12-27', to: '2012-01-08' });
    expect(dates(windows)).toEqual(['2011-12-27_2012-01-04', '2012-01-04_2012-01-08']);
    expect(windows[0]?.endAt).toBe(windows[1]?.startAt);
    expect(plan({ unit, from: '2011-12-30', to: '2011-12-31' })).toEqual([]);
  });

  it('gives a week of 169 hours where clocks go back, unless hours are limited', () => {
    const hours = (window: ExportWindow | undefined) =>
      window && (Date.parse(window.endAt) - Date.parse(window.startAt)) / 3_600_000;
    const week = { from: '2024-10-21', to: '2024-10-28' };
    expect(plan(week).map(hours)).toEqual([169]);
    expect(plan({ ...week, maxHours: 169 }).map(hours)).toEqual([169]);
    expect(plan({ ...week, maxHours: 168 }).map(hours)).toEqual([144, 25]);
    expect(plan({ from: '2024-10-27', to: '2024-10-28', maxHours: 1 }).map(hours)).toEqual([25]);
  });

  it('puts every day asked for and not cut into exactly one window, in every zone that changes its clocks', () => {
    for (const timeZone of zones) {
      fc.assert(
        fc.property(planRequests(timeZone), (request) => {
          const windows = planWindows(request);
          const kept =
            request.reload === 'missing'
              ? ['loaded', 'empty', 'provisional']
              : request.reload === 'provisional'
                ? ['loaded', 'empty']
                : [];
          const wanted = localDays(timeZone, request.from, request.to)
            .map((day) => day.localDate)
            .filter((date) => !kept.includes(request.coverage.get(date) ?? 'unknown'));
          expect(windows.flatMap(daysOf)).toEqual(wanted);
          expect(new Set(windows.map(windowId)).size).toBe(windows.length);
          for (const [index, window] of windows.entries()) {
            const days = localDays(timeZone, window.from, window.to);
            expect([window.startAt, window.endAt]).toEqual([days[0]?.startAt, days.at(-1)?.endAt]);
            expect(days.length).toBeLessThanOrEqual(request.windowDays);
            const followsOn = windows[index + 1]?.startAt === window.endAt;
            if (followsOn) expect(days.length).toBe(request.windowDays);
          }
        }),
        { numRuns: 4, seed: 4 },
      );
    }
  });
});

describe('a window that is refused as too large', () => {
  it('is halved, the first half longer by the odd day', () => {
    const [window] = plan({ to: '2024-01-08' });
    expect(window && dates(bisectWindow(window) ?? [])).toEqual(['2024-01-01_2024-01-05', '2024-01-05_2024-01-08']);
  });

  it('cannot be halved when it is one day', () => {
    const [window] = plan({ to: '2024-01-02' });
    expect(window && bisectWindow(window)).toBeNull();
  });

  it('is tiled by its halves, down to single days, in every zone that changes its clocks', () => {
    for (const timeZone of zones) {
      fc.assert(
        fc.property(planRequests(timeZone), (request) => {
          for (const window of planWindows(request).slice(0, 3)) {
            const leaves = bisectFully(window);
            expect(leaves.flatMap(daysOf)).toEqual(daysOf(window));
            expect(leaves.length).toBe(daysOf(window).length);
            expect(leaves[0]?.startAt).toBe(window.startAt);
            expect(leaves.at(-1)?.endAt).toBe(window.endAt);
            leaves.slice(1).forEach((leaf, index) => expect(leaf.startAt).toBe(leaves[index]?.endAt));
          }
        }),
        { numRuns: 1, seed: 5 },
      );
    }
  });
});

function bisectFully(window: ExportWindow): ExportWindow[] {
  const halves = bisectWindow(window);
  return halves ? halves.flatMap(bisectFully) : [window];
}

function planRequests(timeZone: string): fc.Arbitrary<WindowPlanRequest> {
  return fc
    .record({
      skip: fc.integer({ min: 0, max: 15 * 365 }),
      count: fc.integer({ min: 0, max: 120 }),
      windowDays: fc.integer({ min: 1, max: 31 }),
      reload: fc.constantFrom(...RELOADS),
      states: fc.array(fc.tuple(fc.integer({ min: 0, max: 119 }), fc.constantFrom(...DAY_STATES)), { maxLength: 30 }),
    })
    .map(({ skip, count, windowDays, reload, states }) => {
      const from = addDays('2015-01-01', skip);
      return {
        unit: { ...london, timeZone },
        dataset: 'adherence',
        from,
        to: addDays(from, count),
        windowDays,
        reload,
        coverage: new Map(states.map(([day, state]) => [addDays(from, day), state])),
      };
    });
}
