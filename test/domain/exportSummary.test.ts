import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { addDays, daysBetween } from '../../src/domain/calendar.js';
import { firstGaps, mergeGaps } from '../../src/domain/exportSummary.js';
import type { Gap } from '../../src/domain/gap.js';

const gap: Gap = {
  dataset: 'adherence',
  managementUnitId: 'mu-1',
  from: '2024-01-01',
  to: '2024-01-02',
  reason: 'Shrunk',
  message: 'the result had fewer agents',
};

const gaps: fc.Arbitrary<Gap[]> = fc.array(
  fc
    .record({
      dataset: fc.constantFrom('adherence' as const, 'occupancy' as const),
      managementUnitId: fc.constantFrom('mu-1', 'mu-2'),
      first: fc.nat(30),
      count: fc.integer({ min: 1, max: 7 }),
      reason: fc.constantFrom('Shrunk', 'Corrupt'),
      message: fc.constantFrom('one', 'two'),
    })
    .map(({ first, count, ...rest }) => ({
      ...rest,
      from: addDays('2024-01-01', first),
      to: addDays('2024-01-01', first + count),
    })),
  { maxLength: 40 },
);

/** Every day of every gap, as text. */
function daysOf(list: readonly Gap[]): string[] {
  const days = list.flatMap(({ from, to, ...subject }) =>
    Array.from({ length: daysBetween(from, to) }, (_, index) =>
      JSON.stringify([
        subject.dataset,
        subject.managementUnitId,
        subject.reason,
        subject.message,
        addDays(from, index),
      ]),
    ),
  );
  return [...new Set(days)].sort();
}

describe('the gaps of an export', () => {
  it('are one range where days follow each other and say the same', () => {
    const days = ['2024-01-03', '2024-01-01', '2024-01-02', '2024-01-05'];
    expect(mergeGaps(days.map((from) => ({ ...gap, from, to: addDays(from, 1) })))).toEqual([
      { ...gap, from: '2024-01-01', to: '2024-01-04' },
      { ...gap, from: '2024-01-05', to: '2024-01-06' },
    ]);
  });

  it('stay apart where dataset, unit, reason or message differ', () => {
    const next = { ...gap, from: '2024-01-02', to: '2024-01-03' };
    for (const other of [
      { ...next, dataset: 'occupancy' as const },
      { ...next, managementUnitId: 'mu-2' },
      { ...next, reason: 'Corrupt' },
      { ...next, message: 'the result had no rows' },
    ])
      expect(mergeGaps([other, gap])).toEqual([gap, other]);
  });

  it('are sorted by dataset, unit and day', () => {
    const later = { ...gap, from: '2024-02-01', to: '2024-02-02' };
    const other = { ...gap, managementUnitId: 'mu-2' };
    const occupancy = { ...gap, dataset: 'occupancy' as const };
    expect(mergeGaps([occupancy, other, later, gap])).toEqual([gap, later, other, occupancy]);
  });

  it('name the same days merged as before, in the same way whatever order they came in', () => {
    fc.assert(
      fc.property(gaps, (list) => {
        const merged = mergeGaps(list);
        expect(daysOf(merged)).toEqual(daysOf(list));
        expect(mergeGaps([...list].reverse())).toEqual(merged);
        expect(mergeGaps(merged)).toEqual(merged);
        expect(mergeGaps([...list, ...list])).toEqual(merged);
      }),
      { numRuns: 200, seed: 16 },
    );
  });

  it('are shown up to the first hundred', () => {
    const many = Array.from({ length: 150 }, (_, index) => ({
      ...gap,
      message: `day ${String(index).padStart(3, '0')}`,
    }));
    expect(firstGaps(mergeGaps(many))).toHaveLength(100);
    expect(firstGaps(mergeGaps(many))[99]?.message).toBe('day 099');
    expect(firstGaps([gap])).toEqual([gap]);
    expect(firstGaps(many, 3)).toHaveLength(3);
  });
});
