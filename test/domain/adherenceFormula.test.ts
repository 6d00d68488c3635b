import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  ADHERENCE_DIFFERS_SQL,
  ADHERENCE_SQL,
  adherenceDiffers,
  adherencePercentage,
} from '../../src/domain/adherenceFormula.js';

describe('adherence by the published formula', () => {
  it('is what the exceptions leave of the schedule', () => {
    expect(adherencePercentage({ exceptionDurationSeconds: 2880, adherenceScheduleSeconds: 28_800 })).toBe(90);
    expect(adherencePercentage({ exceptionDurationSeconds: 0, adherenceScheduleSeconds: 28_800 })).toBe(100);
    expect(adherencePercentage({ exceptionDurationSeconds: 28_800, adherenceScheduleSeconds: 28_800 })).toBe(0);
  });

  it('is undefined on a day without a schedule', () => {
    expect(adherencePercentage({ exceptionDurationSeconds: 0, adherenceScheduleSeconds: 0 })).toBeNull();
    expect(adherencePercentage({ exceptionDurationSeconds: 60, adherenceScheduleSeconds: null })).toBeNull();
    expect(adherencePercentage({ exceptionDurationSeconds: null, adherenceScheduleSeconds: 60 })).toBeNull();
  });

  it('differs from a published figure when they are over a tenth of a point apart', () => {
    expect(adherenceDiffers(90, 90.11)).toBe(true);
    expect(adherenceDiffers(90.11, 90)).toBe(true);
    expect(adherenceDiffers(90, 90.09)).toBe(false);
  });

  it('does not differ when they are exactly a tenth apart, whatever binary fractions make of it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 999 }), (tenths) => {
        expect(adherenceDiffers(tenths / 10, (tenths + 1) / 10)).toBe(false);
        expect(adherenceDiffers((tenths + 2) / 10, tenths / 10)).toBe(true);
      }),
      { seed: 15 },
    );
  });

  it('has nothing to compare where either is undefined', () => {
    expect(adherenceDiffers(null, 90)).toBe(false);
    expect(adherenceDiffers(90, null)).toBe(false);
    expect(adherenceDiffers(null, null)).toBe(false);
  });

  it('reads in SQL as it does here', () => {
    expect(ADHERENCE_SQL).toBe(
      'CASE WHEN adherence_schedule_seconds > 0 THEN 100 * (1 - CAST(exception_duration_seconds AS FLOAT8) / adherence_schedule_seconds) END',
    );
    expect(ADHERENCE_DIFFERS_SQL).toBe(`abs(adherence_percentage - (${ADHERENCE_SQL})) > CAST(0.100000001 AS FLOAT8)`);
  });
});
