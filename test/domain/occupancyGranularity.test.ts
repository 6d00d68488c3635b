import { describe, expect, it } from '@jest/globals';
import { localDays } from '../../src/domain/calendar.js';
import { occupancyGranularity } from '../../src/domain/occupancyGranularity.js';

describe('the interval of occupancy', () => {
  it.each([
    ['Europe/London', 'PT30M'],
    ['Asia/Kolkata', 'PT30M'],
    ['America/St_Johns', 'PT30M'],
    ['Australia/Lord_Howe', 'PT30M'],
    ['Asia/Kathmandu', 'PT15M'],
    ['Pacific/Chatham', 'PT15M'],
    ['Australia/Eucla', 'PT15M'],
  ])('in %s is %s', (timeZone, granularity) => {
    expect(occupancyGranularity(timeZone, '2024-01-01', '2025-01-01')).toBe(granularity);
  });

  it('divides every local day of every zone', () => {
    for (const timeZone of Intl.supportedValuesOf('timeZone')) {
      const stepMs = occupancyGranularity(timeZone, '2024-01-01', '2024-03-01') === 'PT30M' ? 1_800_000 : 900_000;
      const uneven = localDays(timeZone, '2024-01-01', '2024-03-01').filter(
        (day) => Date.parse(day.startAt) % stepMs !== 0,
      );
      expect({ timeZone, uneven }).toEqual({ timeZone, uneven: [] });
    }
  });

  it('is the longer one for an empty range', () => {
    expect(occupancyGranularity('Asia/Kathmandu', '2024-01-01', '2024-01-01')).toBe('PT30M');
  });
});
