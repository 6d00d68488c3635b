import { describe, expect, it } from '@jest/globals';
import type { Warehouse } from '../../src/warehouse/warehouse.js';
import { adherenceOf, aggregates, bucket, loadDocuments, windowOf } from '../support/windowLoads.js';

const [FROM, NEXT, TO] = ['2024-01-02', '2024-01-03', '2024-01-04'];

/** Days begin at 18:15 UTC in Nepal and at 13:00 UTC on Lord Howe; of two units that held somebody, the first here counts. */
const UNITS = {
  nepal: { id: 'mu-1', timeZone: 'Asia/Kathmandu', minutes: 15 },
  howe: { id: 'mu-2', timeZone: 'Australia/Lord_Howe', minutes: 30 },
} as const;
type Unit = keyof typeof UNITS;

interface Move {
  readonly title: string;
  /** Days on which adherence names mia, by unit: `from` inclusive, `to` exclusive. */
  readonly held: Partial<Record<Unit, readonly [from: string, to: string]>>;
  /** When mia was on the phones: instants, the end exclusive. */
  readonly worked: readonly [string, string];
  /** Unit, start and end of each row that the warehouse then has of mia. */
  readonly rows: readonly string[];
  /** Rows and state of each unit's two days. */
  readonly days: Readonly<Record<Unit, readonly [string, string]>>;
}

const MOVES: readonly Move[] = [
  {
    title: 'whose first quarter of the day is the second of a half hour',
    held: { nepal: [FROM, TO] },
    worked: ['2024-01-02T01:15', '2024-01-02T02:00'],
    rows: ['nepal 01:15-01:30', 'nepal 01:30-01:45', 'nepal 01:45-02:00'],
    days: { nepal: ['3 loaded', '0 empty'], howe: ['0 empty', '1 loaded'] },
  },
  {
    title: 'whom the unit of half hours held',
    held: { howe: [FROM, TO] },
    worked: ['2024-01-02T01:15', '2024-01-02T02:00'],
    rows: ['howe 01:00-01:30', 'howe 01:30-02:00'],
    days: { nepal: ['0 empty', '0 empty'], howe: ['2 loaded', '1 loaded'] },
  },
  {
    title: 'who was held by one unit until the midst of a half hour, and by the other after',
    held: { nepal: [FROM, NEXT], howe: [NEXT, TO] },
    worked: ['2024-01-02T18:00', '2024-01-02T19:00'],
    // Nobody's grid has the quarter from 18:15 with a start that its unit holds.
    rows: ['howe 18:30-19:00', 'nepal 18:00-18:15'],
    days: { nepal: ['1 loaded', '0 empty'], howe: ['0 empty', '2 loaded'] },
  },
  {
    title: 'who came to the unit of quarters in the midst of a half hour',
    held: { nepal: [NEXT, TO], howe: [NEXT, TO] },
    worked: ['2024-01-02T18:00', '2024-01-02T18:45'],
    // The half hour began with the unit that held her then, and is whole in Genesys's answer.
    rows: ['howe 18:00-18:30', 'nepal 18:15-18:30', 'nepal 18:30-18:45'],
    days: { nepal: ['0 empty', '2 loaded'], howe: ['0 empty', '2 loaded'] },
  },
];

/** Occupancy of people who move between units whose intervals differ in length: the same rows whichever unit comes first. */
export function warehouseOverlapsContract(warehouse: () => Warehouse): void {
  const windowOfUnit = (unit: Unit, dataset: 'adherence' | 'occupancy', from = FROM, to = TO) =>
    windowOf(dataset, UNITS[unit].id, from, to, UNITS[unit].timeZone);
  const presence = async (mia: Unit) =>
    await warehouse().loadStructure({
      businessUnits: [],
      managementUnits: [],
      agents: [
        { userId: 'bob', name: 'bob', managementUnitId: UNITS.howe.id },
        { userId: 'mia', name: 'mia', managementUnitId: UNITS[mia].id },
      ],
      activityCodes: [],
      readAt: '2026-01-01T00:00:00.000Z',
    });
  const loadAdherence = async ({ held }: Move) => {
    for (const unit of ['nepal', 'howe'] as const) {
      const [from, to] = held[unit] ?? [FROM, TO];
      const window = windowOfUnit(unit, 'adherence', from, to);
      const days = (Date.parse(to) - Date.parse(from)) / 86_400_000;
      await loadDocuments(warehouse(), window, [adherenceOf(window, held[unit] ? ['mia'] : [], days)]);
    }
  };
  const loadOccupancy = async (unit: Unit, { worked }: Move, requestedAt = '2026-01-10T00:00:00.000Z') => {
    const { minutes } = UNITS[unit];
    const mia = bucketsOf(worked, minutes);
    const bob = unit === 'howe' ? [bucket('2024-01-02T20:00:00.000Z', { IDLE: 1000 })] : [];
    return await loadDocuments(warehouse(), windowOfUnit(unit, 'occupancy'), [aggregates({ mia, bob })], {
      requestedAt,
      settings: { granularity: `PT${minutes}M` },
    });
  };
  const rowsOfMia = async () =>
    (
      await warehouse().query(
        `SELECT management_unit_id AS unit, interval_start AS starts, interval_end AS ends FROM occupancy_interval WHERE user_id = 'mia'`,
      )
    )
      .map(({ unit, starts, ends }) => `${nameOf(unit)} ${String(starts).slice(11, 16)}-${String(ends).slice(11, 16)}`)
      .sort();
  const daysOf = async () => {
    const days: Record<string, string[]> = { nepal: [], howe: [] };
    for (const { dataset, managementUnitId, rows, state, reason } of await warehouse().allCoverage())
      if (dataset === 'occupancy')
        days[nameOf(managementUnitId)]?.push([rows, state, ...(reason === null ? [] : [reason])].join(' '));
    return days;
  };

  describe.each(MOVES)('the occupancy of somebody $title', (move) => {
    it.each([
      ['nepal', 'howe'],
      ['howe', 'nepal'],
    ] as const)('is the same when %s is loaded before %s', async (one, other) => {
      await presence(other);
      await loadAdherence(move);
      await loadOccupancy(one, move);
      await loadOccupancy(other, move);
      expect(await rowsOfMia()).toEqual(move.rows);
      expect(await daysOf()).toEqual(move.days);
    });

    it.each([
      ['nepal', 'howe'],
      ['howe', 'nepal'],
    ] as const)(
      'is the same when %s is loaded before any adherence is known, then %s, and the first again',
      async (one, other) => {
        await presence(one);
        await loadOccupancy(one, move);
        await loadAdherence(move);
        const { seal } = await loadOccupancy(other, move);
        expect(await rowsOfMia()).toEqual(move.rows);
        expect(await daysOf()).toEqual(move.days);
        expect(seal.taken.filter(({ managementUnitId }) => nameOf(managementUnitId) !== one)).toEqual([]);
        await loadOccupancy(one, move, '2026-01-11T00:00:00.000Z');
        expect(await rowsOfMia()).toEqual(move.rows);
        expect(await daysOf()).toEqual(move.days);
      },
    );
  });

  describe('a day whose rows another unit took', () => {
    const [move] = MOVES as [Move];

    it('is as provisional as it was', async () => {
      await presence('howe');
      const window = windowOfUnit('howe', 'occupancy');
      const answer = aggregates({ mia: bucketsOf(move.worked, 30) });
      await loadDocuments(warehouse(), window, [answer], { provisionalFrom: FROM });
      await loadAdherence(move);
      await loadOccupancy('nepal', move);
      expect((await daysOf())['howe']).toEqual(['0 provisional', '0 provisional']);
    });

    it('is loaded while it has one of somebody else', async () => {
      await presence('howe');
      const bob = [bucket('2024-01-02T05:00:00.000Z', { IDLE: 1000 })];
      const answer = aggregates({ mia: bucketsOf(move.worked, 30), bob });
      await loadDocuments(warehouse(), windowOfUnit('howe', 'occupancy'), [answer]);
      await loadAdherence(move);
      await loadOccupancy('nepal', move);
      expect((await daysOf())['howe']).toEqual(['1 loaded', '0 empty']);
    });
  });
}

/** Intervals of so many minutes, from the hour, in which somebody was idle at any time between two instants. */
function bucketsOf([from, to]: Move['worked'], minutes: number): object[] {
  const width = minutes * 60_000;
  const [start, end] = [Date.parse(`${from}:00.000Z`), Date.parse(`${to}:00.000Z`)];
  const buckets: object[] = [];
  for (let at = Math.floor(start / width) * width; at < end; at += width) {
    const idle = Math.min(end, at + width) - Math.max(start, at);
    buckets.push(bucket(new Date(at).toISOString(), { IDLE: idle }, minutes));
  }
  return buckets;
}

function nameOf(id: unknown): string {
  return Object.entries(UNITS).find(([, unit]) => unit.id === id)?.[0] ?? String(id);
}
