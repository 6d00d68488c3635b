import { describe, expect, it } from '@jest/globals';
import type { Warehouse } from '../../src/warehouse/warehouse.js';
import {
  adherenceDocument,
  adherenceOf,
  dayMetrics,
  loadDocuments,
  userResult,
  windowOf,
} from '../support/windowLoads.js';

/** Adherence in a warehouse: the right rows on the right days, each once. */
export function warehouseAdherenceContract(warehouse: () => Warehouse): void {
  describe('adherence', () => {
    const window = windowOf('adherence', 'mu-1', '2024-01-01', '2024-01-03');

    it("places a day, its exceptions and actuals by their offsets from the result's start", async () => {
      const result = userResult('ana', [1], {
        exceptionInfo: [
          {
            startOffsetSeconds: 86_400 + 32_400,
            endOffsetSeconds: 86_400 + 36_000,
            scheduledActivityCodeId: 'code-1',
            scheduledActivityCategory: 'OnQueueWork',
            actualActivityCodeId: 'code-2',
            actualActivityCategory: 'Meal',
            systemPresence: 'Meal',
            routingStatus: 'OFF_QUEUE',
            impact: 'Negative',
            secondaryPresenceLookupId: '1',
            aFieldOfNextYear: { deep: [1] },
          },
        ],
        actuals: [
          {
            startOffsetSeconds: 100,
            endOffsetSeconds: 200,
            actualActivityCategory: 'OnQueueWork',
            actualSecondaryPresenceLookupId: '2',
          },
          { startOffsetSeconds: 200, endOffsetSeconds: 300, actualActivityCategory: 'Meal' },
        ],
      });
      const { seal, sealPath } = await loadDocuments(warehouse(), window, [adherenceDocument(window, [result])]);

      const provenance = {
        window_id: 'export/adherence/mu-1/2024-01-01_2024-01-03',
        landing_sha256: seal.landings[0]?.sha256,
        loaded_at: '2026-01-10T00:01:00.000Z',
      };
      expect(await warehouse().query('SELECT * FROM adherence_day')).toEqual([
        {
          management_unit_id: 'mu-1',
          user_id: 'ana',
          local_date: '2024-01-02',
          business_unit_id: 'bu-1',
          time_zone: 'Asia/Singapore',
          day_start: '2024-01-01T16:00:00.000Z',
          day_length_seconds: 86_400,
          adherence_percentage: 87.5,
          conformance_percentage: 105,
          adherence_schedule_seconds: 28_800,
          conformance_schedule_seconds: 25_200,
          conformance_actual_seconds: 26_460,
          exception_count: 1,
          exception_duration_seconds: 3600,
          impact_seconds: -600,
          schedule_length_seconds: 30_600,
          actual_length_seconds: 30_000,
          ...provenance,
        },
      ]);
      expect(await warehouse().query('SELECT * FROM adherence_exception')).toEqual([
        {
          management_unit_id: 'mu-1',
          user_id: 'ana',
          start_at: '2024-01-02T01:00:00.000Z',
          end_at: '2024-01-02T02:00:00.000Z',
          local_date: '2024-01-02',
          scheduled_activity_code_id: 'code-1',
          scheduled_activity_category: 'OnQueueWork',
          actual_activity_code_id: 'code-2',
          actual_activity_category: 'Meal',
          system_presence: 'Meal',
          routing_status: 'OFF_QUEUE',
          secondary_presence_id: 'presence-lunch',
          impact: 'Negative',
          ...provenance,
        },
      ]);
      expect(
        await warehouse().query(
          'SELECT local_date, start_at, actual_activity_category, secondary_presence_id FROM adherence_actual ORDER BY start_at',
        ),
      ).toEqual([
        {
          local_date: '2024-01-01',
          start_at: '2023-12-31T16:01:40.000Z',
          actual_activity_category: 'OnQueueWork',
          secondary_presence_id: 'presence-training',
        },
        {
          local_date: '2024-01-01',
          start_at: '2023-12-31T16:03:20.000Z',
          actual_activity_category: 'Meal',
          secondary_presence_id: null,
        },
      ]);
      expect(seal.rows).toEqual({ adherence_day: 1, adherence_exception: 1, adherence_actual: 2 });
      expect(seal.days).toEqual([
        {
          localDate: '2024-01-01',
          state: 'loaded',
          rows: { adherence_day: 0, adherence_exception: 0, adherence_actual: 2 },
          agents: 0,
          kept: null,
          reason: null,
          // The same in every warehouse.
          contents: { adherence_actual: 'md5-1:1519772288636698435' },
        },
        {
          localDate: '2024-01-02',
          state: 'loaded',
          rows: { adherence_day: 1, adherence_exception: 1, adherence_actual: 0 },
          agents: 1,
          kept: null,
          reason: null,
          contents: {
            adherence_day: 'md5-1:1132074577214213088',
            adherence_exception: 'md5-1:1091635299469092142',
          },
        },
      ]);
      expect(await warehouse().coverage({ ...RANGE, from: '2024-01-02', to: '2024-01-03' })).toEqual([
        {
          dataset: 'adherence',
          managementUnitId: 'mu-1',
          localDate: '2024-01-02',
          state: 'loaded',
          windowId: provenance.window_id,
          seal: sealPath,
          rows: 2,
          requestedAt: '2026-01-10T00:00:00.000Z',
          reason: null,
        },
      ]);
    });

    it('leaves a percentage empty where Genesys gives none', async () => {
      const undefinedDay = dayMetrics(0, { adherencePercentage: null, conformancePercentage: undefined });
      await loadDocuments(warehouse(), window, [
        adherenceDocument(window, [{ userId: 'ana', dayMetrics: [undefinedDay] }]),
      ]);
      expect(await warehouse().query('SELECT adherence_percentage, conformance_percentage FROM adherence_day')).toEqual(
        [{ adherence_percentage: null, conformance_percentage: null }],
      );
    });

    it.each([
      ['Europe/London', '2024-03-30', '2024-04-02', [86_400, 82_800, 86_400]],
      ['Europe/London', '2024-10-26', '2024-10-29', [86_400, 90_000, 86_400]],
      ['Australia/Lord_Howe', '2024-04-06', '2024-04-09', [86_400, 88_200, 86_400]],
      ['Australia/Lord_Howe', '2024-10-05', '2024-10-08', [86_400, 84_600, 86_400]],
    ])(
      'puts each day of %s from %s on its own date though one is longer or shorter',
      async (zone, from, to, lengths) => {
        const changing = windowOf('adherence', 'mu-1', from, to, zone);
        const offsets = lengths.map((_, day) => lengths.slice(0, day).reduce((sum, length) => sum + length, 0));
        await loadDocuments(warehouse(), changing, [
          adherenceDocument(changing, [{ userId: 'ana', dayMetrics: offsets.map((offset) => dayMetrics(offset)) }]),
        ]);
        const days = await warehouse().query(
          'SELECT local_date, day_start, day_length_seconds FROM adherence_day ORDER BY local_date',
        );
        expect(days).toEqual(
          offsets.map((offset, day) => ({
            local_date: new Date(Date.parse(`${from}T00:00:00Z`) + day * 86_400_000).toISOString().slice(0, 10),
            day_start: new Date(Date.parse(changing.startAt) + offset * 1000).toISOString(),
            day_length_seconds: lengths[day],
          })),
        );
      },
    );

    it("counts offsets from the result's own start, not from the window's", async () => {
      const early = adherenceDocument(window, [userResult('ana', [2])], { startDate: '2023-12-30T16:00:00.000Z' });
      const { seal } = await loadDocuments(warehouse(), window, [early]);
      expect(await warehouse().query('SELECT local_date FROM adherence_day')).toEqual([{ local_date: '2024-01-02' }]);
      expect(seal.leftInLanding).toEqual({});
    });

    it('leaves rows outside the asked days in the landing, and counts them', async () => {
      const { seal } = await loadDocuments(warehouse(), window, [
        adherenceDocument(window, [userResult('ana', [-1, 0, 1, 2])]),
      ]);
      expect(seal.rows['adherence_day']).toBe(2);
      expect(seal.leftInLanding).toEqual({ outsideWindow: 2 });
    });

    it('reads the results of several files of one job as one answer', async () => {
      const { seal } = await loadDocuments(warehouse(), window, [
        adherenceOf(window, ['ana'], 2),
        adherenceOf(window, ['ben'], 2),
      ]);
      expect(seal.rows['adherence_day']).toBe(4);
      expect(await warehouse().query('SELECT count(DISTINCT landing_sha256) AS files FROM adherence_day')).toEqual([
        { files: 2 },
      ]);
    });

    it('loads a row once when the answer repeats it, and counts the repetition', async () => {
      const { seal } = await loadDocuments(warehouse(), window, [
        adherenceOf(window, ['ana', 'ben', 'ana'], 1),
        adherenceOf(window, ['ana'], 1),
      ]);
      expect(seal.rows['adherence_day']).toBe(2);
      expect(seal.leftInLanding).toEqual({ repeated: 2 });
    });

    it('refuses an answer that has one key with two values, and changes nothing', async () => {
      await loadDocuments(warehouse(), window, [adherenceOf(window, ['ana'], 1)]);
      const before = await contents(warehouse());
      const contradicting = adherenceDocument(window, [
        userResult('ana', [0]),
        { userId: 'ana', dayMetrics: [dayMetrics(0, { impactSeconds: 1 })] },
      ]);
      await expect(loadDocuments(warehouse(), window, [contradicting], LATER)).rejects.toMatchObject({
        name: 'Corrupt',
        message: expect.stringContaining('adherence_day twice with different values for mu-1, ana, 2024-01-01'),
      });
      expect(await contents(warehouse())).toEqual(before);
    });

    it('refuses rows that are on a day outside the window already, and changes nothing', async () => {
      const before = windowOf('adherence', 'mu-1', '2024-01-01', '2024-01-02', 'Asia/Tokyo');
      const lastMinute = { startOffsetSeconds: 86_340, endOffsetSeconds: 86_400 };
      await loadDocuments(warehouse(), before, [
        adherenceDocument(before, [userResult('ana', [0], { exceptionInfo: [lastMinute] })]),
      ]);
      // The unit's zone was corrected since: the same minute is on the next date now.
      const after = windowOf('adherence', 'mu-1', '2024-01-02', '2024-01-03', 'Pacific/Auckland');
      const laterSeconds = (Date.parse(after.startAt) - Date.parse(before.startAt)) / 1000;
      const sameMinute = {
        startOffsetSeconds: lastMinute.startOffsetSeconds - laterSeconds,
        endOffsetSeconds: lastMinute.endOffsetSeconds - laterSeconds,
      };
      const kept = await contents(warehouse());
      await expect(
        loadDocuments(warehouse(), after, [
          adherenceDocument(after, [userResult('ana', [0], { exceptionInfo: [sameMinute] })]),
        ]),
      ).rejects.toMatchObject({
        name: 'Corrupt',
        message: expect.stringContaining('adherence_exception has 1 of the same rows on 2024-01-01'),
      });
      expect(await contents(warehouse())).toEqual(kept);
    });

    it.each([
      ['userResults[1].userId', { userId: null, dayMetrics: [] }],
      ['userResults[1].dayMetrics', { userId: 'ben' }],
      ['userResults[1].dayMetrics[1].impactSeconds', { userId: 'ben', dayMetrics: [dayMetrics(0), WITHOUT_IMPACT] }],
      [
        'userResults[1].dayMetrics[0].dayStartOffsetSeconds',
        { userId: 'ben', dayMetrics: [dayMetrics(0, { dayStartOffsetSeconds: undefined })] },
      ],
      [
        'userResults[1].exceptionInfo[0].endOffsetSeconds',
        { userId: 'ben', dayMetrics: [], exceptionInfo: [{ startOffsetSeconds: 1 }] },
      ],
      [
        'userResults[1].actuals[0].startOffsetSeconds',
        { userId: 'ben', dayMetrics: [], actuals: [{ endOffsetSeconds: 1 }] },
      ],
    ])('names %s when it is missing, and changes nothing', async (path, broken) => {
      await loadDocuments(warehouse(), window, [adherenceOf(window, ['ana'], 2)]);
      const before = await contents(warehouse());
      const document = adherenceDocument(window, [userResult('ana', [0, 1]), broken]);
      await expect(loadDocuments(warehouse(), window, [document], LATER)).rejects.toMatchObject({
        name: 'Corrupt',
        message: expect.stringContaining(`${path} is missing`),
      });
      expect(await contents(warehouse())).toEqual(before);
    });

    it('refuses a number that is none, and changes nothing', async () => {
      const document = adherenceDocument(window, [
        { userId: 'ana', dayMetrics: [dayMetrics(0, { impactSeconds: 'many' })] },
      ]);
      await expect(loadDocuments(warehouse(), window, [document])).rejects.toMatchObject({ name: 'Corrupt' });
      expect(await contents(warehouse())).toEqual({ rows: [], coverage: [], seals: [] });
    });

    it('keeps exceptions that are there when a later answer was asked without them', async () => {
      const exception = { startOffsetSeconds: 60, endOffsetSeconds: 120, impact: 'Neutral' };
      const full = adherenceDocument(window, [userResult('ana', [0], { exceptionInfo: [exception] })]);
      await loadDocuments(warehouse(), window, [full]);
      const { seal } = await loadDocuments(warehouse(), window, [adherenceOf(window, ['ana', 'ben'], 1)], {
        ...LATER,
        settings: { exceptions: false },
      });
      expect(seal.rows).toEqual({ adherence_day: 2, adherence_actual: 0 });
      expect(seal.days[0]?.rows).toEqual({ adherence_day: 2, adherence_actual: 0, adherence_exception: 1 });
      expect(await warehouse().query('SELECT impact FROM adherence_exception')).toEqual([{ impact: 'Neutral' }]);
    });

    it('counts days whose adherence is not what the published formula gives', async () => {
      const days = [dayMetrics(0, { adherencePercentage: 87.55 }), dayMetrics(86_400, { adherencePercentage: 88 })];
      await loadDocuments(warehouse(), window, [adherenceDocument(window, [{ userId: 'ana', dayMetrics: days }])]);
      expect(await warehouse().adherenceDifferences(10)).toEqual({
        count: 1,
        first: [{ managementUnitId: 'mu-1', userId: 'ana', localDate: '2024-01-02', published: 88, computed: 87.5 }],
      });
    });

    it('counts the rows of each table, unit and day, and sums what they hold, for verification', async () => {
      await loadDocuments(warehouse(), window, [adherenceOf(window, ['ana', 'ben'], 1)]);
      expect(await warehouse().countRows('adherence')).toEqual([
        {
          table: 'adherence_day',
          managementUnitId: 'mu-1',
          localDate: '2024-01-01',
          rows: 2,
          contents: 'md5-1:1508372829285170830',
        },
      ]);
      expect(await warehouse().countRows('occupancy')).toEqual([]);
    });
  });
}

const RANGE = { dataset: 'adherence', managementUnitIds: ['mu-1'] } as const;
const LATER = { requestedAt: '2026-01-11T00:00:00.000Z' } as const;
const WITHOUT_IMPACT = dayMetrics(86_400, { impactSeconds: undefined });

async function contents(warehouse: Warehouse): Promise<object> {
  return {
    rows: await warehouse.query('SELECT * FROM adherence_day ORDER BY management_unit_id, user_id, local_date'),
    coverage: await warehouse.allCoverage(),
    seals: await warehouse.openSeals(),
  };
}
