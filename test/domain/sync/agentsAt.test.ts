import { describe, expect, it } from '@jest/globals';
import { agentsAt, type AgentsNow } from '../../../src/domain/sync/agentsAt.js';
import type { AvailabilityFact, ScheduleFact } from '../../../src/domain/sync/syncFacts.js';

const SITE = { site: 'site-1', businessUnit: 'unit-1' };

const schedule = (id: string, weekDate: string): ScheduleFact => ({
  businessUnitId: 'unit-1',
  id,
  weekDate,
  weekCount: 1,
  version: 1,
});

const fact = (changes: Partial<AvailabilityFact> = {}): AvailabilityFact => ({
  siteId: 'site-1',
  scheduleId: 'this',
  scheduleVersion: 7,
  from: '2026-03-02T14:00:00.000Z',
  intervalMinutes: 15,
  agents: [10, 30, 30, 20],
  landing: 'x',
  ...changes,
});

function at(
  time: string,
  availability = [fact()],
  schedules = [schedule('this', '2026-03-02'), schedule('next', '2026-03-09')],
): AgentsNow {
  return agentsAt({ everyMinutes: 5 }, SITE, { schedules, availability }, Date.parse(`2026-03-02T${time}Z`));
}

describe('the agents of a round', () => {
  it('are those of the interval that is running', () => {
    expect(at('14:09:59')).toEqual({
      agents: 10,
      schedule: { id: 'this', version: 7 },
      isUnread: false,
      ahead: false,
      until: '2026-03-02T14:15:00.000Z',
    });
  });

  it('are those of the interval that comes, where it has more and begins before the next round', () => {
    expect(at('14:10:00')).toMatchObject({ agents: 30, ahead: true, until: '2026-03-02T14:45:00.000Z' });
  });

  it('stay until the interval with more has ended', () => {
    expect(at('14:44:59')).toMatchObject({ agents: 30, ahead: false });
    expect(at('14:45:00')).toMatchObject({ agents: 20, ahead: false });
  });

  it('are none, with no schedule, outside of what is published', () => {
    const none = { agents: 0, schedule: null, isUnread: false, ahead: false };
    expect(at('13:59:59', [fact()], [schedule('this', '2026-03-02')])).toMatchObject(none);
    expect(at('15:00:00', [fact()], [schedule('this', '2026-03-02')])).toMatchObject(none);
    expect(at('14:20:00', [], [])).toEqual({ ...none, until: '2026-03-03T14:00:00.000Z' });
  });

  it('are unknown, not none, where a schedule is published whose shifts could not be read', () => {
    expect(at('14:20:00', [])).toMatchObject({ agents: 0, schedule: null, isUnread: true });
    expect(at('14:20:00', [fact({ siteId: 'site-2' })])).toMatchObject({ isUnread: true });
    expect(at('14:20:00', [], [schedule('far', '2026-03-16')])).toMatchObject({ isUnread: false });
    expect(at('14:20:00', [], [{ ...schedule('this', '2026-03-02'), businessUnitId: 'unit-2' }])).toMatchObject({
      isUnread: false,
    });
  });

  it('are none of a schedule that is no longer published, or is another business unit’s', () => {
    expect(at('14:20:00', [fact()], [schedule('next', '2026-03-16')]).schedule).toBeNull();
    expect(
      at('14:20:00', [fact()], [{ ...schedule('this', '2026-03-02'), businessUnitId: 'unit-2' }]).schedule,
    ).toBeNull();
  });

  it('are none of a schedule without shifts, which is a schedule all the same', () => {
    expect(at('14:20:00', [fact({ agents: [0, 0, 0, 0] })])).toMatchObject({ agents: 0, schedule: { id: 'this' } });
  });

  it('are looked up in the week that comes when this one ends', () => {
    const next = fact({ scheduleId: 'next', scheduleVersion: 2, from: '2026-03-02T15:00:00.000Z', agents: [40] });
    expect(at('14:50:00', [fact(), next])).toMatchObject({ agents: 20 });
    expect(at('14:57:00', [fact(), next])).toMatchObject({
      agents: 40,
      ahead: true,
      schedule: { id: 'next', version: 2 },
    });
    expect(at('15:01:00', [fact(), next])).toMatchObject({ agents: 40, ahead: false });
  });

  it('are those of the week that began later, where two schedules cover the instant', () => {
    const later = fact({ scheduleId: 'next', from: '2026-03-02T14:15:00.000Z', agents: [5, 5] });
    for (const both of [
      [fact(), later],
      [later, fact()],
    ])
      expect(at('14:20:00', both)).toMatchObject({ agents: 5, schedule: { id: 'next' } });
  });

  it('hold until their schedule ends, though the next asks for the same', () => {
    const next = fact({ scheduleId: 'next', from: '2026-03-02T15:00:00.000Z', agents: [20, 20] });
    expect(at('14:50:00', [fact(), next]).until).toBe('2026-03-02T15:00:00.000Z');
  });

  it('hold for a day at most before a row says it again', () => {
    const long = fact({ agents: Array.from({ length: 672 }, () => 10) });
    expect(at('14:01:00', [long]).until).toBe('2026-03-03T14:15:00.000Z');
  });
});
