import type { SimulatorSettings } from '../simulatorOptions.js';
import { PERSON_NAMES } from './personNames.js';
import { type Random, seededRandom, seededUuid } from './seededRandom.js';
import type { Unit } from './unit.js';
import { type EpochDay, epochDayAt } from './zoneDays.js';

/** A stay in a unit: local dates of that unit, `from` inclusive, `to` exclusive. */
export interface Membership {
  readonly unit: Unit;
  readonly from: EpochDay;
  readonly to: EpochDay;
}

/** How somebody works. Decides their days; never shown by the API. */
export interface Habits {
  readonly startMinute: number;
  readonly shiftMinutes: number;
  readonly daysOff: readonly number[];
  /** Scales how far from the schedule they are; 0 is on the second. */
  readonly sloppiness: number;
  readonly worksOver: boolean;
  /** Share of on-queue time with a customer. */
  readonly busyness: number;
}

export interface Person {
  readonly id: string;
  readonly name: string | null;
  readonly memberships: readonly Membership[];
  readonly habits: Habits;
  /** `silent`: results do not name them. `bare`: results name them without a day. */
  readonly adherence: 'full' | 'silent' | 'bare';
  readonly routing: boolean;
  /** Whether a day without schedule and work stands in the results as zeros, or is left out. */
  readonly quietDays: 'zeros' | 'leftOut';
  /** How an undefined percentage is written. */
  readonly undefinedPercentage: 'null' | 'absent';
  readonly knownToAnalytics: boolean;
}

const ALWAYS = { from: -1_000_000, to: 1_000_000 };
const START_MINUTES = [360, 420, 480, 480, 540, 540, 600, 780, 840, 1320, 1335];

/**
 * The people of an organisation, with the stays that make its history hard.
 *
 * Of each twenty in a unit: one left, one left and came back, two joined, one moved to the next unit, one moved there and
 * back, one has no data at all, one has routing statuses but no adherence. All stays change inside `changes`.
 */
export function peopleOf(
  settings: SimulatorSettings,
  units: readonly Unit[],
  changes: { from: EpochDay; to: EpochDay },
): Person[] {
  return units.flatMap((unit, unitIndex) => {
    const agents = settings.units[unitIndex]?.agents ?? 0;
    const nextUnit = units[(unitIndex + 1) % units.length] ?? unit;
    return Array.from({ length: agents }, (_, index) => {
      const random = seededRandom(settings.seed, 'person', unit.id, index);
      const role = settings.turnover ? index % 20 : 0;
      return {
        id: seededUuid(settings.seed, 'user', unit.id, index),
        name: settings.userNames ? nameOf(unitIndex, index) : null,
        memberships: membershipsOf(role, unit, nextUnit, changes, random),
        habits: habitsOf(random),
        adherence: adherenceOf(role, index),
        routing: role !== 9,
        quietDays: random.chance(0.5) ? 'zeros' : 'leftOut',
        undefinedPercentage: random.chance(0.5) ? 'null' : 'absent',
        knownToAnalytics: index >= settings.usersUnknownToAnalytics,
      } satisfies Person;
    });
  });
}

/** The unit that holds a person at an instant, as today's user lists show it; undefined once they left. */
export function presentUnit(person: Person, atSeconds: number): Unit | undefined {
  return person.memberships
    .filter((stay) => {
      const today = epochDayAt(stay.unit.timeZone, atSeconds);
      return stay.from <= today && today < stay.to;
    })
    .map((stay) => stay.unit)
    .sort((one, other) => (one.id < other.id ? -1 : 1))[0];
}

function nameOf(unitIndex: number, index: number): string {
  const name = PERSON_NAMES[(index + unitIndex * 11) % PERSON_NAMES.length] ?? 'Agent';
  return index < PERSON_NAMES.length ? name : `${name} ${(Math.floor(index / PERSON_NAMES.length) + 1).toString()}`;
}

function adherenceOf(role: number, index: number): Person['adherence'] {
  if (role !== 9 && role !== 19) return 'full';
  return Math.floor(index / 20) % 2 === 0 ? 'bare' : 'silent';
}

function membershipsOf(
  role: number,
  unit: Unit,
  nextUnit: Unit,
  changes: { from: EpochDay; to: EpochDay },
  random: Random,
): Membership[] {
  const first = random.integer(changes.from + 1, Math.max(changes.from + 1, changes.to - 1));
  const second = first + random.integer(10, 60);
  const movable = nextUnit.id !== unit.id;
  if (role === 3) return [{ unit, from: ALWAYS.from, to: first }];
  if (role === 13)
    return [
      { unit, from: ALWAYS.from, to: first },
      { unit, from: second, to: ALWAYS.to },
    ];
  if (role === 5 || role === 15) return [{ unit, from: first, to: ALWAYS.to }];
  if (role === 7 && movable)
    return [
      { unit, from: ALWAYS.from, to: first },
      { unit: nextUnit, from: first, to: ALWAYS.to },
    ];
  if (role === 17 && movable)
    return [
      { unit, from: ALWAYS.from, to: first },
      { unit: nextUnit, from: first, to: second },
      { unit, from: second, to: ALWAYS.to },
    ];
  return [{ unit, ...ALWAYS }];
}

function habitsOf(random: Random): Habits {
  const firstOff = random.chance(0.7) ? 6 : random.integer(0, 6);
  return {
    startMinute: random.pick(START_MINUTES),
    shiftMinutes: random.pick([360, 480, 510, 510, 540, 570]),
    daysOff: [firstOff, (firstOff + 1) % 7],
    sloppiness: 0.4 + random.next() * 1.4,
    worksOver: random.chance(0.15),
    busyness: 0.5 + random.next() * 0.4,
  };
}
