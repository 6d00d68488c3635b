import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { addDays } from '../../src/domain/calendar.js';
import { exportOrder, nextStartable } from '../../src/domain/exportOrder.js';
import { DATASET_NAMES, type ExportWindow, windowId } from '../../src/domain/exportWindow.js';
import { bisectWindow, planWindows } from '../../src/domain/windowPlan.js';
import { zonesWithClockChanges } from '../support/zonesWithClockChanges.js';

const zones = zonesWithClockChanges();

function window(
  dataset: ExportWindow['dataset'],
  unit: string,
  from: string,
  to: string,
  timeZone = 'UTC',
): ExportWindow {
  const [only] = planWindows({
    unit: { managementUnitId: unit, businessUnitId: 'bu-1', timeZone },
    dataset,
    from,
    to,
    windowDays: 31,
    reload: 'all',
    coverage: new Map(),
  });
  if (!only) throw new Error('no window');
  return only;
}

function touch(a: ExportWindow, b: ExportWindow): boolean {
  return Date.parse(a.startAt) < Date.parse(b.endAt) && Date.parse(b.startAt) < Date.parse(a.endAt);
}

describe('the order of an export', () => {
  it('goes through time, the adherence of every unit before the occupancy that it touches', () => {
    const windows = ['mu-1', 'mu-2'].flatMap((unit) =>
      DATASET_NAMES.flatMap((dataset) => [
        window(dataset, unit, '2024-01-01', '2024-01-08'),
        window(dataset, unit, '2024-01-08', '2024-01-15'),
      ]),
    );
    expect(exportOrder(windows).map(windowId)).toEqual([
      'export/adherence/mu-1/2024-01-01_2024-01-08',
      'export/adherence/mu-2/2024-01-01_2024-01-08',
      'export/schedules/mu-1/2024-01-01_2024-01-08',
      'export/schedules/mu-2/2024-01-01_2024-01-08',
      'export/occupancy/mu-1/2024-01-01_2024-01-08',
      'export/occupancy/mu-2/2024-01-01_2024-01-08',
      'export/adherence/mu-1/2024-01-08_2024-01-15',
      'export/adherence/mu-2/2024-01-08_2024-01-15',
      'export/schedules/mu-1/2024-01-08_2024-01-15',
      'export/schedules/mu-2/2024-01-08_2024-01-15',
      'export/occupancy/mu-1/2024-01-08_2024-01-15',
      'export/occupancy/mu-2/2024-01-08_2024-01-15',
    ]);
  });

  it('puts adherence that touches an occupancy window first, in plans of any units, zones and sizes, and does not depend on the order given', () => {
    fc.assert(
      fc.property(plans(), fc.infiniteStream(fc.nat()), (windows, random) => {
        const ordered = exportOrder(windows);
        ordered.forEach((occupancy, at) => {
          if (occupancy.dataset === 'occupancy')
            expect(
              ordered.slice(at).filter((later) => later.dataset === 'adherence' && touch(later, occupancy)),
            ).toEqual([]);
        });
        expect(ordered.map(windowId).toSorted()).toEqual(windows.map(windowId).toSorted());
        expect(exportOrder(shuffle(windows, random))).toEqual(ordered);
      }),
      { numRuns: 60, seed: 6 },
    );
  });
});

describe('the next window to start', () => {
  const adherence = window('adherence', 'mu-1', '2024-01-01', '2024-01-08');
  const occupancy = window('occupancy', 'mu-2', '2024-01-05', '2024-01-12');

  it('is an adherence window whenever one is pending', () => {
    expect(nextStartable([adherence], [adherence, occupancy])).toBe(0);
    expect(nextStartable([occupancy, adherence], [])).toBe(1);
  });

  it('is an occupancy window only when no adherence of any unit touches its days', () => {
    expect(nextStartable([occupancy], [adherence])).toBeNull();
    expect(nextStartable([occupancy], [window('adherence', 'mu-1', '2024-01-01', '2024-01-05')])).toBe(0);
    expect(nextStartable([occupancy], [window('adherence', 'mu-1', '2024-01-12', '2024-01-13')])).toBe(0);
    expect(nextStartable([occupancy], [])).toBe(0);
  });

  it('waits for another unit whose days touch only through its time zone', () => {
    const auckland = window('adherence', 'mu-1', '2024-01-12', '2024-01-13', 'Pacific/Auckland');
    expect(nextStartable([occupancy], [auckland])).toBeNull();
  });

  it('is none when nothing is pending', () => {
    expect(nextStartable([], [adherence])).toBeNull();
  });

  it('lets a whole export end without starting occupancy too soon, whatever ends first, is halved, or how many run at once', () => {
    fc.assert(
      fc.property(
        plans(),
        fc.integer({ min: 1, max: 8 }),
        fc.integer({ min: 5, max: 60 }),
        fc.infiniteStream(fc.nat()),
        (windows, parallel, pageSize, random) => {
          const pick = (below: number): number => (random.next().value ?? 0) % below;
          const ordered = exportOrder(windows);
          let handedOut = 0;
          let pending: ExportWindow[] = [];
          const running: ExportWindow[] = [];
          let days = 0;
          for (;;) {
            // The next page is fetched while windows of the page before still run.
            if (pending.length === 0) {
              pending = ordered.slice(handedOut, handedOut + pageSize);
              handedOut += pending.length;
            }
            const next = running.length < parallel ? nextStartable(pending, running) : null;
            if (next !== null) {
              const [started] = pending.splice(next, 1);
              if (!started) throw new Error('index outside pending');
              const outstanding = [...pending, ...running, ...ordered.slice(handedOut)];
              if (started.dataset === 'occupancy')
                expect(outstanding.filter((other) => other.dataset === 'adherence' && touch(other, started))).toEqual(
                  [],
                );
              running.push(started);
              continue;
            }
            if (running.length === 0) break;
            const [ended] = running.splice(pick(running.length), 1);
            if (!ended) throw new Error('index outside running');
            const halves = pick(10) === 0 ? bisectWindow(ended) : null;
            if (halves) pending.unshift(...halves);
            else days += spanMs(ended);
          }
          expect(pending).toEqual([]);
          expect(days).toBe(windows.reduce((sum, each) => sum + spanMs(each), 0));
        },
      ),
      { numRuns: 60, seed: 8 },
    );
  });
});

function spanMs(each: ExportWindow): number {
  return Date.parse(each.endAt) - Date.parse(each.startAt);
}

/** Both datasets of one to four units in any zones, a range that is theirs each (as after cuts), windows of any length. */
function plans(): fc.Arbitrary<ExportWindow[]> {
  const unit = fc.record({
    timeZone: fc.constantFrom(...zones),
    skip: fc.integer({ min: 0, max: 20 }),
    count: fc.integer({ min: 1, max: 60 }),
    adherence: fc.integer({ min: 1, max: 31 }),
    occupancy: fc.integer({ min: 1, max: 31 }),
    schedules: fc.integer({ min: 1, max: 7 }),
  });
  return fc
    .tuple(fc.integer({ min: 0, max: 15 * 365 }), fc.array(unit, { minLength: 1, maxLength: 4 }))
    .map(([begin, units]) =>
      units.flatMap(({ timeZone, skip, count, ...windowDays }, index) =>
        DATASET_NAMES.flatMap((dataset) => {
          const from = addDays('2015-01-01', begin + skip);
          return planWindows({
            unit: { managementUnitId: `mu-${index}`, businessUnitId: 'bu-1', timeZone },
            dataset,
            from,
            to: addDays(from, count),
            windowDays: windowDays[dataset],
            reload: 'all',
            coverage: new Map(),
          });
        }),
      ),
    );
}

function shuffle<Item>(items: readonly Item[], random: fc.Stream<number>): Item[] {
  return items
    .map((item) => ({ item, place: Number(random.next().value) }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
}
