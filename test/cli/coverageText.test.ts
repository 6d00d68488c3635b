import { describe, expect, it } from '@jest/globals';
import { calendarText } from '../../src/cli/coverage/calendarText.js';
import type { DayRun, UnitCoverage } from '../../src/domain/coverage/judgeCoverage.js';

const NO_DAYS = { loaded: 0, empty: 0, provisional: 0, pending: 0, failed: 0, missing: 0 };

function unitOf(unit: string, runs: readonly DayRun[]): UnitCoverage {
  const [first, last] = [runs[0], runs.at(-1)];
  return {
    dataset: 'adherence',
    managementUnitId: unit,
    unit,
    timeZone: 'UTC',
    from: first?.from ?? '2026-01-01',
    to: last?.to ?? '2026-01-01',
    days: NO_DAYS,
    runs,
  };
}

const loaded = (from: string, to: string): DayRun => ({ from, to, state: 'loaded', fault: null });

describe('the calendar of coverage', () => {
  it('has a character a day, the months over them, units at fault first, and what the characters mean', () => {
    const whole = unitOf('Austin', [loaded('2026-09-28', '2026-10-05')]);
    const broken = unitOf('Leeds', [
      loaded('2026-09-29', '2026-10-01'),
      { from: '2026-10-01', to: '2026-10-02', state: 'missing', fault: 'neverLoaded' },
      { from: '2026-10-02', to: '2026-10-03', state: 'loaded', fault: 'fell' },
      { from: '2026-10-03', to: '2026-10-05', state: 'provisional', fault: null },
    ]);
    expect(calendarText([whole, broken], 80)).toEqual([
      '  a day   2026-09',
      '  Leeds    ##.v~~',
      '  Austin  #######',
      '  . never loaded   v fell   ~ provisional   # loaded',
    ]);
  });

  it('has a character a week or a month where days do not fit, and shows the worst of each', () => {
    const year = unitOf('Leeds', [
      loaded('2025-01-01', '2025-06-10'),
      { from: '2025-06-10', to: '2025-06-11', state: 'failed', fault: 'gap' },
      loaded('2025-06-11', '2026-01-01'),
    ]);
    const weeks = calendarText([year], 80);
    expect(weeks[1]).toBe(`  Leeds  ${'#'.repeat(22)}X${'#'.repeat(30)}`);
    const months = calendarText([year], 24);
    expect(months[1]).toBe('  Leeds  #####X######');
    expect(months[0]).toContain('2025');
  });

  it('counts units that are whole where there are very many, and shows every one at fault', () => {
    const units = Array.from({ length: 60 }, (_, at) => unitOf(`Unit ${at}`, [loaded('2026-10-01', '2026-10-05')]));
    const broken = Array.from({ length: 45 }, (_, at) =>
      unitOf(`Broken ${at}`, [{ from: '2026-10-01', to: '2026-10-05', state: 'missing', fault: 'neverLoaded' }]),
    );
    const lines = calendarText([...units, ...broken], 80);
    expect(lines.filter((line) => line.startsWith('  Broken'))).toHaveLength(45);
    expect(lines).toContain('  and 60 more units that are whole');
  });

  it('is nothing where no day is expected', () => {
    expect(calendarText([unitOf('Leeds', [])], 80)).toEqual([]);
  });
});
