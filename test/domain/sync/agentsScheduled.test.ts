import { describe, expect, it } from '@jest/globals';
import { startOfLocalDay } from '../../../src/domain/calendar.js';
import {
  agentsScheduled,
  type CountedAgents,
  type ScheduledActivity,
  type ScheduleTime,
} from '../../../src/domain/sync/agentsScheduled.js';

const HOUR_MS = 3_600_000;
const WORK: CountedAgents = { activityCodes: new Set(['work', 'work-2']), users: null };

function week(timeZone: string, weekDate: string, nextWeekDate: string, intervalMinutes = 60): ScheduleTime {
  const [fromMs, toMs] = [weekDate, nextWeekDate].map((date) => Date.parse(startOfLocalDay(timeZone, date)));
  return { fromMs: fromMs ?? 0, toMs: toMs ?? 0, intervalMinutes };
}

function activity(userId: string, from: string, to: string, activityCodeId = 'work'): ScheduledActivity {
  return { userId, startMs: Date.parse(from), endMs: Date.parse(to), activityCodeId };
}

function counts(time: ScheduleTime, activities: readonly ScheduledActivity[], counted = WORK): number[] {
  const count = agentsScheduled(time, counted);
  for (const one of activities) count.add(one);
  return count.agents();
}

/** Agents at an instant. */
function at(time: ScheduleTime, agents: readonly number[], instant: string): number | undefined {
  return agents[Math.floor((Date.parse(instant) - time.fromMs) / (time.intervalMinutes * 60_000))];
}

describe('agents scheduled', () => {
  const singapore = week('Asia/Singapore', '2026-03-02', '2026-03-09');

  it('has one count for each interval of the week, zeros where nobody works', () => {
    expect(counts(singapore, [])).toEqual(new Array(168).fill(0));
    expect(counts(week('Asia/Singapore', '2026-03-02', '2026-03-09', 15), [])).toHaveLength(672);
  });

  it('counts an agent of two units, in two activities, once', () => {
    const agents = counts(singapore, [
      activity('u-1', '2026-03-02T01:00Z', '2026-03-02T03:00Z'),
      activity('u-1', '2026-03-02T02:00Z', '2026-03-02T04:00Z', 'work-2'),
      activity('u-2', '2026-03-02T02:00Z', '2026-03-02T03:00Z'),
    ]);
    expect([1, 2, 3, 4].map((hour) => at(singapore, agents, `2026-03-02T0${hour}:00:00Z`))).toEqual([1, 2, 1, 0]);
  });

  it('counts only the activities and the users that a site goes by', () => {
    const activities = [
      activity('u-1', '2026-03-02T01:00Z', '2026-03-02T02:00Z', 'meal'),
      activity('u-2', '2026-03-02T01:00Z', '2026-03-02T02:00Z'),
      activity('u-3', '2026-03-02T01:00Z', '2026-03-02T02:00Z'),
    ];
    expect(at(singapore, counts(singapore, activities), '2026-03-02T01:00:00Z')).toBe(2);
    const counted = { ...WORK, users: new Set(['u-3']) };
    expect(at(singapore, counts(singapore, activities, counted), '2026-03-02T01:00:00Z')).toBe(1);
  });

  it('counts an agent in every interval that an activity touches, and in none that it does not', () => {
    const agents = counts(singapore, [activity('u-1', '2026-03-02T01:59Z', '2026-03-02T03:01Z')]);
    expect([0, 1, 2, 3, 4].map((hour) => at(singapore, agents, `2026-03-02T0${hour}:00:00Z`))).toEqual([0, 1, 1, 1, 0]);
    const touching = counts(singapore, [activity('u-1', '2026-03-02T01:00Z', '2026-03-02T02:00Z')]);
    expect([0, 1, 2].map((hour) => at(singapore, touching, `2026-03-02T0${hour}:00:00Z`))).toEqual([0, 1, 0]);
    expect(counts(singapore, [activity('u-1', '2026-03-02T01:00Z', '2026-03-02T01:00Z')])).toEqual(
      new Array(168).fill(0),
    );
  });

  it('counts a shift over midnight on both days, over the start of the week too', () => {
    const agents = counts(singapore, [
      activity('u-1', '2026-03-01T14:00Z', '2026-03-01T18:00Z'),
      activity('u-2', '2026-03-03T14:00Z', '2026-03-03T18:00Z'),
    ]);
    expect(at(singapore, agents, '2026-03-01T16:00:00Z')).toBe(1);
    expect(at(singapore, agents, '2026-03-01T17:00:00Z')).toBe(1);
    expect(at(singapore, agents, '2026-03-03T15:00:00Z')).toBe(1);
    expect(at(singapore, agents, '2026-03-03T16:00:00Z')).toBe(1);
  });

  it('goes on counting after the end of the week as long as its last shifts do, for a day at most', () => {
    const agents = counts(singapore, [activity('u-1', '2026-03-08T14:00Z', '2026-03-08T18:00Z')]);
    expect(agents.slice(166)).toEqual([1, 1, 1, 1]);
    expect(counts(singapore, [activity('u-1', '2026-03-08T14:00Z', '2026-03-20T18:00Z')])).toHaveLength(168 + 24);
  });

  it.each([
    ['spring', '2026-03-23', '2026-03-30', 167, '2026-03-28T22:00:00Z', '2026-03-29T05:00:00Z', 7],
    ['autumn', '2026-10-19', '2026-10-26', 169, '2026-10-24T21:00:00Z', '2026-10-25T06:00:00Z', 9],
  ])('counts a night shift over the clock change of %s by instants', (_season, from, to, hours, start, end, worked) => {
    const london = week('Europe/London', from, to);
    const agents = counts(london, [activity('u-1', start, end)]);
    expect(agents).toHaveLength(hours);
    expect(agents.reduce((sum, one) => sum + one, 0)).toBe(worked);
    expect(at(london, agents, start)).toBe(1);
    expect(at(london, agents, end)).toBe(0);
  });

  it('follows a week that begins on a Sunday, and a zone that is not whole hours from UTC', () => {
    const kathmandu = week('Asia/Kathmandu', '2026-03-01', '2026-03-08', 30);
    expect(new Date(kathmandu.fromMs).toISOString()).toBe('2026-02-28T18:15:00.000Z');
    const agents = counts(kathmandu, [activity('u-1', '2026-03-01T03:15Z', '2026-03-01T04:15Z')]);
    expect(agents.slice(17, 21)).toEqual([0, 1, 1, 0]);
    expect(agents).toHaveLength((7 * 24 * HOUR_MS) / (30 * 60_000));
  });

  it('gives the same counts in whatever order activities come', () => {
    const activities = Array.from({ length: 60 }, (_, n) =>
      activity(`u-${n % 7}`, `2026-03-0${2 + (n % 6)}T0${n % 10}:00Z`, `2026-03-0${2 + (n % 6)}T1${n % 10}:00Z`),
    );
    expect(counts(singapore, activities)).toEqual(counts(singapore, [...activities].reverse()));
  });
});
