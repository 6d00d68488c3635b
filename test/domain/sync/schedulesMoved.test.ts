import { describe, expect, it } from '@jest/globals';
import { cursorsOf, schedulesMoved } from '../../../src/domain/sync/schedulesMoved.js';
import { emptyMemory, type SyncMemory } from '../../../src/domain/sync/syncMemory.js';
import type { ScheduleFact } from '../../../src/domain/sync/syncFacts.js';
import { policyOf, START_MS, SyncWorld, UNIT } from './support/syncWorld.js';

const HOUR_MS = 3_600_000;
const schedule = (changes: Partial<ScheduleFact> = {}): ScheduleFact => ({
  businessUnitId: UNIT,
  id: 'this',
  weekDate: '2026-03-02',
  weekCount: 1,
  version: 3,
  ...changes,
});

function moved(schedules: ScheduleFact[], memory: Partial<SyncMemory> = {}, nowMs = START_MS): string[] {
  return schedulesMoved(policyOf(), { ...emptyMemory(), ...memory }, schedules, nowMs).map(({ id }) => id);
}

describe('the schedules that a round needs a snapshot of', () => {
  it('are those that it has none of, and those that were edited since', () => {
    expect(moved([schedule()])).toEqual(['this']);
    expect(moved([schedule()], { schedules: { [UNIT]: { this: 3 } } })).toEqual([]);
    expect(moved([schedule()], { schedules: { [UNIT]: { this: 2 } } })).toEqual(['this']);
  });

  it('are none whose snapshot is newer than the list', () => {
    expect(moved([schedule()], { schedules: { [UNIT]: { this: 4 } } })).toEqual([]);
  });

  it('are none of business units that the policy does not name', () => {
    expect(moved([schedule({ businessUnitId: 'unit-2' })])).toEqual([]);
  });

  it('are none of weeks that are over, or far ahead', () => {
    expect(moved([schedule({ weekDate: '2026-02-16' }), schedule({ weekDate: '2026-03-16' })])).toEqual([]);
  });

  it('are all that may cover this moment, whatever the zone and the day on which the week begins', () => {
    const beginsFirst = Date.parse('2026-03-02T00:00:00Z') - 16 * HOUR_MS;
    expect(moved([schedule()], {}, beginsFirst)).toEqual(['this']);
    expect(moved([schedule()], {}, beginsFirst - 1)).toEqual([]);
    const endsLast = Date.parse('2026-03-09T00:00:00Z') + 12 * HOUR_MS;
    expect(moved([schedule()], {}, endsLast - 1)).toEqual(['this']);
    expect(moved([schedule()], {}, endsLast)).toEqual([]);
    expect(moved([schedule({ weekCount: 2 })], {}, endsLast)).toEqual(['this']);
  });
});

describe('what is remembered of schedules', () => {
  it('is the version of the list, or that of a snapshot which is newer', () => {
    const world = new SyncWorld();
    expect(cursorsOf(world.truth(), START_MS)).toEqual({ [UNIT]: { 'schedule-1': 3 } });
    const availability = world.truth().availability.map((fact) => ({ ...fact, scheduleVersion: 5 }));
    expect(cursorsOf({ ...world.truth(), availability }, START_MS)).toEqual({ [UNIT]: { 'schedule-1': 5 } });
  });
});
