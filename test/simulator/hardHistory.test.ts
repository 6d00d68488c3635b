import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ExpectedRows, expectedRows } from '../../src/simulator/expectedRows.js';
import { type SimulatorCalls, simulatorCalls } from './simulatorCalls.js';

/** Everybody joins, leaves and moves early in the year, so that a third of it shows all of them. */
const OPTIONS = { changes: { from: '2024-01-01', to: '2024-03-01' } };
const NOW_MS = Date.parse('2025-06-01T00:00:00Z');

describe('the first months of the default organisation', () => {
  let calls: SimulatorCalls;
  let months: ExpectedRows;
  let presentByUnit: Map<string, { id: string; name?: string }[]>;
  beforeAll(async () => {
    calls = await simulatorCalls({ ...OPTIONS, now: () => NOW_MS });
    months = expectedRows(OPTIONS, { from: '2024-01-01', to: '2024-05-01', asOfMs: NOW_MS });
    presentByUnit = new Map();
    for (const { id } of calls.simulator.units) {
      const { body } = await calls.get(`/api/v2/workforcemanagement/managementunits/${id}/users`);
      presentByUnit.set(id, body['entities'] as unknown as { id: string; name?: string }[]);
    }
  });
  afterAll(async () => await calls.simulator.close());

  const usersOf = (unit: string): Set<unknown> =>
    new Set(months.adherence_day.filter((row) => row['management_unit_id'] === unit).map((row) => row['user_id']));
  const present = (unit: string): Set<string> => new Set(presentByUnit.get(unit)?.map((user) => user.id));

  it('has Singapore and London, and forty people over the two', () => {
    expect(calls.simulator.units.map((unit) => unit.timeZone)).toEqual(['Asia/Singapore', 'Europe/London']);
    const all = new Set([
      ...calls.simulator.units.flatMap(({ id }) => [...present(id)]),
      ...months.adherence_day.map((row) => row['user_id']),
    ]);
    expect(all.size).toBe(40);
  });

  it('has people who left or moved: in the results of a unit, and not in its list of today', () => {
    const everywhere = new Set(calls.simulator.units.flatMap(({ id }) => [...present(id)]));
    for (const { id } of calls.simulator.units) {
      const gone = [...usersOf(id)].filter((user) => !present(id).has(String(user)));
      expect(gone.some((user) => everywhere.has(String(user)))).toBe(true);
      expect(gone.some((user) => !everywhere.has(String(user)))).toBe(true);
    }
  });

  it('has people who joined within these months, and people of today without a single day', () => {
    for (const { id } of calls.simulator.units) {
      const silent = [...present(id)].filter((user) => !usersOf(id).has(user));
      expect(silent.length).toBeGreaterThan(0);
    }
    const firstDays = new Map<unknown, string>();
    for (const row of months.adherence_day) {
      const date = String(row['local_date']);
      if (date < (firstDays.get(row['user_id']) ?? '9999')) firstDays.set(row['user_id'], date);
    }
    expect([...firstDays.values()].filter((date) => date > '2024-01-15').length).toBeGreaterThanOrEqual(2);
  });

  it('has days in two units at one instant where somebody moved between zones, and one owner for each interval', () => {
    const keys = months.occupancy_interval.map((row) => `${String(row['user_id'])} ${String(row['interval_start'])}`);
    expect(new Set(keys).size).toBe(keys.length);
    const units = new Map<unknown, Set<unknown>>();
    for (const row of months.occupancy_interval)
      units.set(row['user_id'], (units.get(row['user_id']) ?? new Set<unknown>()).add(row['management_unit_id']));
    expect([...units.values()].some((held) => held.size === 2)).toBe(true);
  });

  it('has conformance above 100, days without a schedule, shifts over midnight and 4 to 10 exceptions on most days', () => {
    const days = months.adherence_day;
    expect(days.some((row) => Number(row['conformance_percentage']) > 100)).toBe(true);
    expect(days.some((row) => row['schedule_length_seconds'] === 0 && Number(row['actual_length_seconds']) > 0)).toBe(
      true,
    );
    expect(days.some((row) => row['schedule_length_seconds'] === 0 && row['actual_length_seconds'] === 0)).toBe(true);
    expect(months.adherence_actual.some((row) => String(row['start_at']).endsWith('T16:00:00.000Z'))).toBe(true);
    const worked = days.filter((row) => Number(row['schedule_length_seconds']) > 0);
    const usual = worked.filter((row) => Number(row['exception_count']) >= 4 && Number(row['exception_count']) <= 10);
    expect(usual.length / worked.length).toBeGreaterThan(0.75);
    expect(worked.some((row) => row['conformance_percentage'] === null)).toBe(true);
  });

  it('has unique keys in every table', () => {
    for (const rows of [months.adherence_exception, months.adherence_actual]) {
      const keys = rows.map((row) =>
        [row['management_unit_id'], row['user_id'], row['start_at'], row['end_at']].map(String).join(' '),
      );
      expect(new Set(keys).size).toBe(keys.length);
    }
  });

  it('has names in many scripts, and no line breaks in them', () => {
    const names = [...presentByUnit.values()].flat().map((user) => user.name ?? '');
    for (const script of [
      /\p{Script=Han}/u,
      /\p{Script=Tamil}/u,
      /\p{Script=Arabic}/u,
      /\p{Emoji_Presentation}/u,
      /["“]/u,
    ])
      expect(names.some((name) => script.test(name))).toBe(true);
    expect(names.every((name) => !/[\r\n]/.test(name))).toBe(true);
  });

  it('tells the same truth through the control port', async () => {
    const range = 'from=2024-05-06&to=2024-05-08';
    const rows = await calls.control('GET', `expected?${range}`);
    expect(rows).toEqual(expectedRows(OPTIONS, { from: '2024-05-06', to: '2024-05-08', asOfMs: NOW_MS }));
  });
});
