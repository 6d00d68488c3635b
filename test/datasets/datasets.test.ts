import { describe, expect, it } from '@jest/globals';
import { adherence, adherenceRequest, adherenceSettings } from '../../src/datasets/adherence.js';
import { DATASETS } from '../../src/datasets/datasets.js';
import { occupancy, occupancyRequest, occupancySettings } from '../../src/datasets/occupancy.js';
import { DATASET_NAMES } from '../../src/domain/exportWindow.js';
import { FACT_TABLES } from '../../src/warehouse/factTables.js';
import { windowOf } from '../support/windowLoads.js';

describe('datasets', () => {
  it('are all those that an export may name, each loading the tables that are counted for it', () => {
    for (const name of DATASET_NAMES) {
      expect(DATASETS[name].name).toBe(name);
      expect(DATASETS[name].load.dataset).toBe(name);
      expect(DATASETS[name].load.tables.map(({ table }) => table)).toEqual(FACT_TABLES[name]);
    }
  });

  it("ask adherence for the instants of the unit's own midnights, with what was wished for", () => {
    const window = windowOf('adherence', 'mu-1', '2024-03-30', '2024-04-01', 'Europe/London');
    expect(adherenceRequest(window, { exceptions: true, actuals: false })).toEqual({
      managementUnitId: 'mu-1',
      startDate: '2024-03-30T00:00:00.000Z',
      endDate: '2024-03-31T23:00:00.000Z',
      timeZone: 'Europe/London',
      includeExceptions: true,
      includeActuals: false,
    });
    expect(adherenceSettings({ exceptions: true, actuals: false })).toEqual({ exceptions: true, actuals: false });
  });

  it.each([
    ['Asia/Singapore', 'PT30M'],
    ['Asia/Kolkata', 'PT30M'],
    ['Asia/Kathmandu', 'PT15M'],
  ])('ask occupancy in %s by intervals that end with its days: %s', (zone, granularity) => {
    const window = windowOf('occupancy', 'mu-1', '2024-01-01', '2024-01-08', zone);
    expect(occupancyRequest(window, ['b', 'a'])).toEqual({
      startAt: window.startAt,
      endAt: window.endAt,
      granularity,
      timeZone: zone,
      userIds: ['b', 'a'],
    });
    expect(occupancySettings(window, 'genesys')).toEqual({ granularity, formula: 'genesys' });
  });
});

describe("a result's envelope", () => {
  const window = windowOf('adherence', 'mu-1', '2024-01-01', '2024-01-08');
  const envelope = { startDate: '2023-12-31T16:00:00Z', endDate: '2024-01-07T16:00:00Z', managementUnitId: 'mu-1' };
  const read = (changes: object) => adherence.readEnvelope(JSON.stringify({ ...envelope, ...changes }), window);

  it('tells from when offsets count and how far the answer reaches', () => {
    expect(read({ somethingNew: 1 })).toEqual({
      base: '2023-12-31T16:00:00.000Z',
      coveredUntil: '2024-01-07T16:00:00.000Z',
    });
  });

  it('is read in UTC where it names no zone, whatever the zone of this machine', () => {
    expect(read({ startDate: '2023-12-31T16:00:00.000' }).base).toBe('2023-12-31T16:00:00.000Z');
    expect(read({ startDate: '2024-01-01T00:00:00+08:00' }).base).toBe('2023-12-31T16:00:00.000Z');
  });

  it.each([
    ['managementUnitId', 'mu-2', 'managementUnitId: is not the unit asked for (mu-1)'],
    ['managementUnitId', undefined, 'managementUnitId: '],
    ['startDate', undefined, 'startDate: '],
    ['startDate', 'soon', 'startDate: is not an instant: soon'],
    ['endDate', 1704067200, 'endDate: '],
  ])('is corrupt when its %s is %s', (field, value, message) => {
    expect(() => read({ [field]: value })).toThrow(message);
    expect(() => read({ [field]: value })).toThrow(expect.objectContaining({ name: 'Corrupt' }));
  });

  it('of occupancy reaches as far as was asked', () => {
    expect(occupancy.readEnvelope('{}', window)).toEqual({ base: window.startAt, coveredUntil: window.endAt });
  });
});
