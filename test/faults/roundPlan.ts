import { type Random, seededRandom } from '../../src/simulator/data/seededRandom.js';
import type { SimulatorOptions } from '../../src/simulator/simulatorOptions.js';
import type { Asked } from './checks.js';
import { drawStrikes, type Strike } from './strikes.js';

/** All that a round does, drawn from its seed: who is exported, what is asked for, what strikes and when. */
export interface RoundPlan {
  readonly seed: number;
  readonly organisation: SimulatorOptions;
  readonly asked: Asked;
  readonly windowDays: { readonly adherence: number; readonly occupancy: number };
  readonly maxParallelWindows: number;
  readonly strikes: readonly Strike[];
}

/** Zones with days of other lengths, offsets of half and quarter hours, and clocks that change at midnight. */
const ZONES = [
  'Asia/Singapore',
  'Europe/London',
  'Australia/Lord_Howe',
  'Asia/Kathmandu',
  'Africa/Cairo',
  'America/St_Johns',
  'Pacific/Chatham',
  'America/New_York',
  'Antarctica/Troll',
  'Pacific/Apia',
] as const;

/** First days near which clocks change in some of the zones, and quiet ones. */
const STARTS = [
  '2024-03-02',
  '2024-03-24',
  '2024-04-01',
  '2024-04-18',
  '2024-09-20',
  '2024-10-20',
  '2023-12-20',
  '2024-02-10',
];

/** Windows that a round may have; more only make it longer. */
const MOST_WINDOWS = 110;

/** Draws a round. The same seed is the same round. */
export function drawRound(seed: number): RoundPlan {
  const random = seededRandom('round', seed);
  const zones = drawnFrom(random, ZONES, random.integer(1, 3));
  const units = zones.map((timeZone) => ({
    name: timeZone.replace(/^.*\//, ''),
    timeZone,
    agents: random.integer(4, 16),
  }));
  const from = random.pick(STARTS);
  const windowDays = { adherence: random.integer(1, 7), occupancy: random.integer(1, 9) };
  const windowsADay = zones.length * (1 / windowDays.adherence + 1 / windowDays.occupancy);
  const days = Math.max(10, Math.min(random.integer(14, 49), Math.floor(MOST_WINDOWS / windowsADay)));
  const asked: Asked = {
    datasets: [
      ...(random.chance(0.85) ? (['adherence', 'occupancy'] as const) : (['adherence'] as const)),
      // By a draw of its own, so that a round of a seed is otherwise what it was before there were schedules.
      ...(seededRandom('schedules', seed).chance(0.5) ? (['schedules'] as const) : []),
    ],
    exceptions: true,
    actuals: random.chance(0.4),
    from,
    to: shiftedBy(from, days),
    managementUnits: units.map(({ name }) => name),
  };
  const organisation: SimulatorOptions = {
    seed,
    units,
    historyStarts: shiftedBy(from, random.pick([-7, -7, 3])),
    // Within the range only: whose the hours of a night between two units are, is told by the day after it.
    changes: { from: shiftedBy(from, 3), to: shiftedBy(from, days - 3) },
    tokenLimitPerMinute: random.pick([null, null, null, 600]),
    tokenLifetimeSeconds: random.pick([86_400, 86_400, 15]),
    urlLifetimeSeconds: random.pick([600, 600, 2]),
    jobSeconds: { min: 0.1, max: random.pick([0.5, 3]) },
    downloadBytesPerSecond: random.pick([100_000, 1_000_000, 4_000_000]),
    gzipDownloads: random.chance(0.7),
  };
  const strikes = drawStrikes(random, { asked, units, windowDays: windowDays.adherence, windows: days * windowsADay });
  // Occupancy of days without adherence is asked for today's people alone: nobody is to have left then.
  const turnover = !strikes.some(({ what }) => what === 'gap');
  return {
    seed,
    organisation: { ...organisation, turnover },
    asked,
    windowDays,
    maxParallelWindows: random.pick([2, 4, 8, 16]),
    strikes,
  };
}

/** A date so many days later. */
export function shiftedBy(date: string, days: number): string {
  return new Date(Date.parse(date) + days * 86_400_000).toISOString().slice(0, 10);
}

function drawnFrom<T>(random: Random, choices: readonly T[], count: number): T[] {
  const left = [...choices];
  return Array.from({ length: count }, () => left.splice(random.integer(0, left.length - 1), 1)).flat();
}
