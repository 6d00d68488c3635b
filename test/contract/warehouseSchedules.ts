import { describe, expect, it } from '@jest/globals';
import { schedulesSettings } from '../../src/datasets/schedules.js';
import type { Warehouse } from '../../src/warehouse/warehouse.js';
import { PROVENANCE, without } from '../support/withoutColumns.js';
import { loadDocuments, windowOf } from '../support/windowLoads.js';

/** Published schedules in a warehouse: shifts and activities of the version that counts, by the unit's local day. */
export function warehouseSchedulesContract(warehouse: () => Warehouse): void {
  const window = windowOf('schedules', 'mu-1', '2024-03-30', '2024-04-01', 'Europe/London');
  const settings = schedulesSettings([{ id: 'spring', version: 4 }]);

  const shiftsOf = async () =>
    (await warehouse().query('SELECT * FROM schedule_shift ORDER BY start_at')).map((row) =>
      without(row, ...PROVENANCE),
    );
  const load = async (agents: readonly object[], changes: object = {}) =>
    await loadDocuments(warehouse(), window, [answer(agents)], { settings, ...changes });

  describe('schedules', () => {
    it('have shifts over midnight and over a change of clocks on the day that they begin', async () => {
      const night = shift('night', '2024-03-30T22:00:00Z', 480, [
        activity('2024-03-30T22:00:00Z', 240, { activityCodeId: '0', paid: true }),
        activity('2024-03-31T02:00:00Z', 240, { activityCodeId: 'lunch', paid: false }),
      ]);
      // Begins at half past midnight by the clock, which is 23:30 the day before in UTC once clocks have gone forward.
      const early = shift('early', '2024-03-31T23:30:00Z', 60, []);
      const { seal } = await load([
        agent('ana', [night, shift('day', '2024-03-31T08:00:00Z', 30, [])]),
        agent('ben', [early]),
      ]);
      expect(seal.days.map(({ contents }) => contents)).toEqual([
        { schedule_activity: 'md5-1:392362504746440206', schedule_shift: 'md5-1:521164507002496709' },
        { schedule_shift: 'md5-1:24433979470619694' },
      ]);
      expect(await shiftsOf()).toEqual([
        {
          schedule_id: 'spring',
          schedule_version: 4,
          shift_id: 'night',
          business_unit_id: 'bu-1',
          management_unit_id: 'mu-1',
          user_id: 'ana',
          local_date: '2024-03-30',
          start_at: '2024-03-30T22:00:00.000Z',
          end_at: '2024-03-31T06:00:00.000Z',
        },
        expect.objectContaining({ shift_id: 'day', local_date: '2024-03-31', end_at: '2024-03-31T08:30:00.000Z' }),
      ]);
      expect(
        (await warehouse().query('SELECT * FROM schedule_activity ORDER BY start_at')).map((row) =>
          without(row, ...PROVENANCE),
        ),
      ).toEqual([
        {
          schedule_id: 'spring',
          schedule_version: 4,
          shift_id: 'night',
          management_unit_id: 'mu-1',
          local_date: '2024-03-30',
          start_at: '2024-03-30T22:00:00.000Z',
          end_at: '2024-03-31T02:00:00.000Z',
          activity_code_id: '0',
          paid: true,
        },
        expect.objectContaining({ local_date: '2024-03-30', end_at: '2024-03-31T06:00:00.000Z', paid: false }),
      ]);
      expect(seal.leftInLanding).toEqual({ outsideWindow: 1 });
      expect(seal.days.map(({ state, agents }) => [state, agents])).toEqual([
        ['loaded', 1],
        ['loaded', 1],
      ]);
    });

    it('of a newer version replace those of the older one, day by day', async () => {
      const monday = (id: string) => [agent('ana', [shift(id, '2024-03-30T08:00:00Z', 480, [])])];
      await load(monday('first'));
      await load(monday('second'), {
        settings: schedulesSettings([{ id: 'spring', version: 5 }]),
        requestedAt: '2026-01-11T00:00:00.000Z',
      });
      expect(await shiftsOf()).toEqual([expect.objectContaining({ shift_id: 'second', schedule_version: 5 })]);
    });

    it('that lost agents are kept out until they are asked for with force, as for every dataset', async () => {
      const morning = shift('a', '2024-03-30T08:00:00Z', 60, []);
      await load([agent('ana', [morning]), agent('ben', [shift('b', '2024-03-30T08:00:00Z', 60, [])])]);
      const { seal } = await load([agent('ana', [morning])], { requestedAt: '2026-01-11T00:00:00.000Z' });
      expect(seal.days.map(({ kept }) => kept)).toEqual(['Shrunk', null]);
      expect(await shiftsOf()).toHaveLength(2);
      await load([agent('ana', [morning])], { requestedAt: '2026-01-12T00:00:00.000Z', force: true });
      expect(await shiftsOf()).toHaveLength(1);
    });

    it('without a shift prove that the days are empty', async () => {
      const { seal } = await load([{ user: { id: 'ana' }, fullDayTimeOffMarkers: [{}] }], {
        provisionalFrom: '2025-01-01',
      });
      expect(seal.days.map(({ state, rows }) => [state, rows])).toEqual([
        ['empty', { schedule_shift: 0, schedule_activity: 0 }],
        ['empty', { schedule_shift: 0, schedule_activity: 0 }],
      ]);
    });

    it.each([
      ['agentSchedules[0].user.id is missing', [{ shifts: [] }]],
      [
        'agentSchedules[0].shifts[0].schedule.id is missing',
        [agent('ana', [{ ...shift('x', '2024-03-30T08:00:00Z', 60, []), schedule: null }])],
      ],
      ['agentSchedules[0].shifts[0].startDate is missing', [agent('ana', [shift('x', 'soon', 60, [])])]],
      [
        'agentSchedules[0].shifts[0].activities[0].activityCodeId is missing',
        [agent('ana', [shift('x', '2024-03-30T08:00:00Z', 60, [activity('2024-03-30T08:00:00Z', 60, {})])])],
      ],
      [
        'agentSchedules[0].shifts[0].schedule is autumn, which is not among the published schedules of its week,',
        [agent('ana', [{ ...shift('x', '2024-03-30T08:00:00Z', 60, []), schedule: { id: 'autumn' } }])],
      ],
    ])('are refused whole where %s', async (problem, agents) => {
      await expect(load(agents)).rejects.toMatchObject({
        name: 'Corrupt',
        message: expect.stringContaining(`${problem} in Genesys's answer`) as unknown,
      });
      expect(await shiftsOf()).toEqual([]);
    });

    it('of a schedule that is not known are no matter where they only reach into the window', async () => {
      const friday = { ...shift('x', '2024-03-29T20:00:00Z', 600, []), schedule: { id: 'winter' } };
      expect((await load([agent('ana', [friday])])).seal.leftInLanding).toEqual({ outsideWindow: 1 });
    });
  });
}

function answer(agentSchedules: readonly object[]): object {
  return {
    status: 'Complete',
    operationId: 'o-1',
    result: { agentSchedules, businessUnitTimeZone: 'Europe/London', publishedSchedules: [] },
  };
}

function agent(id: string, shifts: readonly object[]): object {
  return { user: { id }, shifts, fullDayTimeOffMarkers: [] };
}

function shift(id: string, startDate: string, lengthMinutes: number, activities: readonly object[]): object {
  return { id, startDate, lengthMinutes, activities, manuallyEdited: false, schedule: { id: 'spring' } };
}

function activity(startDate: string, lengthMinutes: number, changes: object): object {
  return { startDate, lengthMinutes, description: '', ...changes };
}
