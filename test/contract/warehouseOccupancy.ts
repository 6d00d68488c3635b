import { describe, expect, it } from '@jest/globals';
import type { Warehouse } from '../../src/warehouse/warehouse.js';
import { PROVENANCE, without } from '../support/withoutColumns.js';
import { adherenceOf, aggregates, bucket, loadDocuments, windowOf } from '../support/windowLoads.js';

/** Occupancy in a warehouse: times added, never averaged, and each interval with the unit that held the user. */
export function warehouseOccupancyContract(warehouse: () => Warehouse): void {
  const FROM = '2024-01-01';
  const TO = '2024-01-03';
  const window = windowOf('occupancy', 'mu-1', FROM, TO);
  const other = windowOf('occupancy', 'mu-2', FROM, TO);
  const morning = '2024-01-01T01:00:00.000Z';
  const nextMorning = '2024-01-02T01:00:00.000Z';
  const busy = { INTERACTING: 900_000, IDLE: 900_000 };

  const presence = async (agents: Record<string, string>, readAt = '2026-01-01T00:00:00.000Z') =>
    await warehouse().loadStructure({
      businessUnits: [],
      managementUnits: [],
      agents: Object.entries(agents).map(([userId, managementUnitId]) => ({ userId, name: userId, managementUnitId })),
      activityCodes: [],
      readAt,
    });
  const adherenceKnows = async (unit: string, users: readonly string[], days: number, changes = {}) => {
    const adherence = windowOf('adherence', unit, FROM, TO);
    await loadDocuments(warehouse(), adherence, [adherenceOf(adherence, users, days)], changes);
  };
  const owners = async () =>
    await warehouse().query(
      'SELECT management_unit_id AS unit, user_id AS user, interval_start AS at FROM occupancy_interval ORDER BY 1, 2, 3',
    );

  describe('occupancy', () => {
    it('adds the entries of one interval and status, takes an absent status for no time, and divides', async () => {
      await presence({ ana: 'mu-1' });
      const split = bucket(morning, { INTERACTING: 300_000, COMMUNICATING: 60_000, IDLE: 240_000, OFF_QUEUE: 1000 });
      const again = bucket(morning, { INTERACTING: 600_000, NOT_RESPONDING: 5000, SOMETHING_NEW: 7 });
      await loadDocuments(warehouse(), window, [
        aggregates({ ana: [split, again, bucket('2024-01-01T01:30:00.000Z', { OFF_QUEUE: 1_800_000 })] }),
      ]);
      expect(
        (await warehouse().query('SELECT * FROM occupancy_interval ORDER BY interval_start')).map((row) =>
          without(row, ...PROVENANCE),
        ),
      ).toEqual([
        {
          user_id: 'ana',
          interval_start: morning,
          interval_end: '2024-01-01T01:30:00.000Z',
          management_unit_id: 'mu-1',
          local_date: '2024-01-01',
          interacting_ms: 900_000,
          communicating_ms: 60_000,
          idle_ms: 240_000,
          not_responding_ms: 5000,
          off_queue_ms: 1000,
          occupancy: 0.75,
        },
        {
          user_id: 'ana',
          interval_start: '2024-01-01T01:30:00.000Z',
          interval_end: '2024-01-01T02:00:00.000Z',
          management_unit_id: 'mu-1',
          local_date: '2024-01-01',
          interacting_ms: 0,
          communicating_ms: 0,
          idle_ms: 0,
          not_responding_ms: 0,
          off_queue_ms: 1_800_000,
          occupancy: null,
        },
      ]);
    });

    it('ignores metrics that were not asked for, and an interval that has only those is no row', async () => {
      await presence({ ana: 'mu-1' });
      const foreign = { metric: 'tSystemPresence', qualifier: 'AVAILABLE', stats: { sum: 1 } };
      const { seal } = await loadDocuments(warehouse(), window, [
        aggregates({ ana: [{ interval: `${morning}/2024-01-01T01:30:00.000Z`, metrics: [foreign] }] }),
      ]);
      expect(seal.rows).toEqual({ occupancy_interval: 0 });
    });

    it("sums a day's times before it divides, by the formula that was set", async () => {
      await presence({ ana: 'mu-1' });
      const day = aggregates({
        ana: [
          bucket(morning, { INTERACTING: 100, COMMUNICATING: 100, IDLE: 0 }),
          bucket('2024-01-01T02:00:00.000Z', { INTERACTING: 0, IDLE: 300 }),
        ],
      });
      await loadDocuments(warehouse(), window, [day]);
      expect(
        await warehouse().query('SELECT user_id, occupancy, interacting_ms, interval_count FROM occupancy_day'),
      ).toEqual([{ user_id: 'ana', occupancy: 0.2, interacting_ms: 100, interval_count: 2 }]);
      await loadDocuments(warehouse(), window, [day], {
        requestedAt: '2026-02-01T00:00:00.000Z',
        settings: { formula: 'interacting-idle' },
      });
      expect(await warehouse().query('SELECT occupancy FROM occupancy_day')).toEqual([{ occupancy: 0.25 }]);
      expect(await warehouse().query('SELECT occupancy FROM occupancy_interval ORDER BY interval_start')).toEqual([
        { occupancy: 1 },
        { occupancy: 0 },
      ]);
    });

    it('keeps days without anybody on the phones as empty, and answers of two calls alike as one landing', async () => {
      const { seal } = await loadDocuments(warehouse(), window, [aggregates({}), aggregates({})]);
      expect(seal.days.map(({ state }) => state)).toEqual(['empty', 'empty']);
    });

    it('reads an interval that carries an offset', async () => {
      await presence({ ana: 'mu-1' });
      const zoned = {
        ...bucket(morning, busy),
        interval: '2024-01-01T09:00:00.000+08:00/2024-01-01T09:30:00.000+08:00',
      };
      await loadDocuments(warehouse(), window, [aggregates({ ana: [zoned] })]);
      expect(await owners()).toEqual([{ unit: 'mu-1', user: 'ana', at: morning }]);
    });

    it.each([
      ['results[0].group.userId', { group: {}, data: [] }],
      ['results[0].data', { group: { userId: 'ana' } }],
      ['results[0].data[0].interval', { group: { userId: 'ana' }, data: [{ interval: 'today', metrics: [] }] }],
      [
        'results[0].data[0].metrics[0].stats.sum',
        {
          group: { userId: 'ana' },
          data: [
            {
              interval: `${morning}/${nextMorning}`,
              metrics: [{ metric: 'tAgentRoutingStatus', qualifier: 'IDLE', stats: {} }],
            },
          ],
        },
      ],
    ])('names %s when it is missing', async (path, result) => {
      await expect(loadDocuments(warehouse(), window, [{ results: [result] }])).rejects.toMatchObject({
        name: 'Corrupt',
        message: expect.stringContaining(`${path} is missing`),
      });
      expect(await warehouse().allCoverage()).toEqual([]);
    });
  });

  describe('whose interval it is', () => {
    it('is the unit whose adherence held the user, for someone who has moved or left since', async () => {
      await presence({ mia: 'mu-2' });
      await adherenceKnows('mu-1', ['mia', 'leo'], 1);
      const { seal } = await loadDocuments(warehouse(), window, [
        aggregates({ mia: [bucket(morning, busy), bucket(nextMorning, busy)], leo: [bucket(morning, busy)] }),
      ]);
      expect(await owners()).toEqual([
        { unit: 'mu-1', user: 'leo', at: morning },
        { unit: 'mu-1', user: 'mia', at: morning },
      ]);
      // On the second day no adherence names mia, so that the unit she is in at present has it.
      expect(seal.leftInLanding).toEqual({ otherUnit: 1 });
    });

    it('is the lower unit id where two units held the user', async () => {
      await adherenceKnows('mu-2', ['ana'], 2);
      await adherenceKnows('mu-1', ['ana'], 2);
      const answer = aggregates({ ana: [bucket(morning, busy)] });
      const lost = await loadDocuments(warehouse(), other, [answer]);
      await loadDocuments(warehouse(), window, [answer]);
      expect(lost.seal.leftInLanding).toEqual({ otherUnit: 1 });
      expect(await owners()).toEqual([{ unit: 'mu-1', user: 'ana', at: morning }]);
    });

    it('is the present unit where no adherence names the user, and nobody where there is none', async () => {
      await presence({ ana: 'mu-1', zoe: 'mu-1' }, '2026-01-01T00:00:00.000Z');
      await presence({ ana: 'mu-1' }, '2026-01-02T00:00:00.000Z');
      const { seal } = await loadDocuments(warehouse(), window, [
        aggregates({ ana: [bucket(morning, busy)], zoe: [bucket(morning, busy)] }),
      ]);
      expect(await owners()).toEqual([{ unit: 'mu-1', user: 'ana', at: morning }]);
      expect(seal.leftInLanding).toEqual({ noUnit: 1 });
    });

    it("goes by the instant, where a day of another unit's zone begins at another hour", async () => {
      const london = windowOf('adherence', 'mu-9', '2024-01-02', '2024-01-03', 'Europe/London');
      await presence({ ana: 'mu-1' });
      await loadDocuments(warehouse(), london, [adherenceOf(london, ['ana'], 1)]);
      const atLondonMidnight = '2024-01-02T00:00:00.000Z';
      const { seal } = await loadDocuments(warehouse(), window, [
        aggregates({ ana: [bucket('2024-01-01T23:30:00.000Z', busy), bucket(atLondonMidnight, busy)] }),
      ]);
      expect(await owners()).toEqual([{ unit: 'mu-1', user: 'ana', at: '2024-01-01T23:30:00.000Z' }]);
      expect(seal.leftInLanding).toEqual({ otherUnit: 1 });
    });

    it('is taken over from the unit that had it while the adherence was not known, and both add up', async () => {
      await presence({ mia: 'mu-2', bob: 'mu-2' });
      const answer = aggregates({
        mia: [bucket(morning, busy), bucket(nextMorning, busy)],
        bob: [bucket(morning, busy)],
      });
      const before = await loadDocuments(warehouse(), other, [answer]);
      expect(before.seal.rows).toEqual({ occupancy_interval: 3 });

      await adherenceKnows('mu-1', ['mia'], 1);
      const after = await loadDocuments(warehouse(), window, [aggregates({ mia: [bucket(morning, busy)] })]);
      expect(after.seal.taken).toEqual([
        {
          managementUnitId: 'mu-2',
          localDate: '2024-01-01',
          table: 'occupancy_interval',
          rows: 1,
          contents: 'md5-1:260771632941384261',
        },
      ]);
      expect(await owners()).toEqual([
        { unit: 'mu-1', user: 'mia', at: morning },
        { unit: 'mu-2', user: 'bob', at: morning },
        { unit: 'mu-2', user: 'mia', at: nextMorning },
      ]);
      const covered = await warehouse().allCoverage();
      expect(
        covered
          .filter(({ dataset }) => dataset === 'occupancy')
          .map(({ managementUnitId, localDate, rows }) => [managementUnitId, localDate, rows]),
      ).toEqual([
        ['mu-1', '2024-01-01', 1],
        ['mu-1', '2024-01-02', 0],
        ['mu-2', '2024-01-01', 1],
        ['mu-2', '2024-01-02', 1],
      ]);
      expect(after.seal.loadedAt > before.seal.loadedAt).toBe(true);
    });
  });

  describe('an interval that adherence gives to a unit which was not loaded yet', () => {
    const both = aggregates({ mia: [bucket(morning, busy)], bob: [bucket(morning, busy), bucket(nextMorning, busy)] });
    const rowsOfCoverage = async () =>
      (await warehouse().allCoverage())
        .filter(({ dataset }) => dataset === 'occupancy')
        .map(({ managementUnitId, localDate, rows, state, reason }) => [
          managementUnitId,
          localDate,
          rows,
          state,
          reason,
        ]);
    const again = { requestedAt: '2026-01-11T00:00:00.000Z' };

    it('stays where it is when that day is loaded again, and nobody counts as lost', async () => {
      await presence({ mia: 'mu-2', bob: 'mu-2' });
      await loadDocuments(warehouse(), other, [both]);
      await adherenceKnows('mu-1', ['mia'], 1);
      const { seal } = await loadDocuments(warehouse(), other, [both], again);
      expect(seal.days.map(({ localDate, kept, agents, rows }) => [localDate, kept, agents, rows])).toEqual([
        ['2024-01-01', null, 2, { occupancy_interval: 2 }],
        ['2024-01-02', null, 1, { occupancy_interval: 1 }],
      ]);
      expect(seal.rows).toEqual({ occupancy_interval: 2 });
      expect(seal.leftInLanding).toEqual({ otherUnit: 1 });
      expect(await owners()).toHaveLength(3);
      expect(await rowsOfCoverage()).toEqual([
        ['mu-2', '2024-01-01', 2, 'loaded', null],
        ['mu-2', '2024-01-02', 1, 'loaded', null],
      ]);
    });

    it('is then taken by the load of that unit', async () => {
      await presence({ mia: 'mu-2', bob: 'mu-2' });
      await loadDocuments(warehouse(), other, [both]);
      await adherenceKnows('mu-1', ['mia'], 1);
      await loadDocuments(warehouse(), other, [both], again);
      const { seal } = await loadDocuments(warehouse(), window, [aggregates({ mia: [bucket(morning, busy)] })], again);
      expect(seal.taken).toMatchObject([{ managementUnitId: 'mu-2', localDate: '2024-01-01', rows: 1 }]);
      expect(await owners()).toEqual([
        { unit: 'mu-1', user: 'mia', at: morning },
        { unit: 'mu-2', user: 'bob', at: morning },
        { unit: 'mu-2', user: 'bob', at: nextMorning },
      ]);
    });

    it('does not hide that somebody else was lost', async () => {
      await presence({ mia: 'mu-2', bob: 'mu-2' });
      await loadDocuments(warehouse(), other, [both]);
      await adherenceKnows('mu-1', ['mia'], 1);
      const { seal } = await loadDocuments(
        warehouse(),
        other,
        [aggregates({ mia: [bucket(morning, busy)], bob: [bucket(nextMorning, busy)] })],
        again,
      );
      expect(seal.days.map(({ localDate, kept }) => [localDate, kept])).toEqual([
        ['2024-01-01', 'Shrunk'],
        ['2024-01-02', null],
      ]);
      expect(await owners()).toHaveLength(3);
    });
  });

  describe('the users of an occupancy window', () => {
    const days = [FROM, '2024-01-02'];
    const usersOf = async () => {
      const { userIds, presentUsersOnly } = await warehouse().windowUsers(
        window,
        days.map((localDate) => ({ localDate, startAt: '', endAt: '', lengthSeconds: 86_400 })),
      );
      return { userIds, presentUsersOnly };
    };

    it('are those present and those that adherence of the same days names, in order', async () => {
      await presence({ zoe: 'mu-1', ana: 'mu-1', far: 'mu-2' });
      await adherenceKnows('mu-1', ['leo', 'ana'], 2);
      expect(await usersOf()).toEqual({ userIds: ['ana', 'leo', 'zoe'], presentUsersOnly: [] });
    });

    it('are the present users only on days whose adherence is not known, which are named', async () => {
      await presence({ ana: 'mu-1' });
      expect(await usersOf()).toEqual({ userIds: ['ana'], presentUsersOnly: days });
      await warehouse().markFailed(windowOf('adherence', 'mu-1', FROM, TO), ['2024-01-02'], 'Corrupt');
      await loadDocuments(warehouse(), windowOf('adherence', 'mu-1', FROM, '2024-01-02'), [
        adherenceOf(windowOf('adherence', 'mu-1', FROM, '2024-01-02'), [], 1),
      ]);
      expect(await usersOf()).toEqual({ userIds: ['ana'], presentUsersOnly: ['2024-01-02'] });
    });

    it('do not have someone who left the unit before it was read last', async () => {
      await presence({ ana: 'mu-1', zoe: 'mu-1' }, '2026-01-01T00:00:00.000Z');
      await presence({ ana: 'mu-1', bob: 'mu-2' }, '2026-01-02T00:00:00.000Z');
      await presence({ bob: 'mu-2' }, '2026-01-03T00:00:00.000Z');
      expect((await usersOf()).userIds).toEqual(['ana']);
    });

    it('may be none: then days whose adherence is known are empty, and others failed', async () => {
      await adherenceKnows('mu-1', [], 0);
      const { seal } = await loadDocuments(warehouse(), window, []);
      expect(seal.days.map(({ state }) => state)).toEqual(['empty', 'empty']);
      const unknown = await loadDocuments(warehouse(), other, []);
      expect(unknown.seal.days.map(({ state, reason }) => [state, reason])).toEqual(
        Array(2).fill(['failed', 'NotCovered']),
      );
    });

    it('may all be refused: then nothing is proven', async () => {
      await adherenceKnows('mu-1', ['ana'], 2);
      const { seal } = await loadDocuments(warehouse(), window, [], { refusedUserIds: ['ana'] });
      expect(seal.days.map(({ reason }) => reason)).toEqual(['NotCovered', 'NotCovered']);
    });

    it('leave a note on the days that used the present users only', async () => {
      await presence({ ana: 'mu-1' });
      await loadDocuments(warehouse(), window, [aggregates({})], { dayReasons: { [FROM]: 'PresentUsersOnly' } });
      expect((await warehouse().allCoverage()).map(({ state, reason }) => [state, reason])).toEqual([
        ['empty', 'PresentUsersOnly'],
        ['empty', null],
      ]);
    });
  });
}
