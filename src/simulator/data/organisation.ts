import type { SimulatedUnit, SimulatorSettings } from '../simulatorOptions.js';
import { activityCodesOf } from './activityCodes.js';
import { type Person, peopleOf } from './people.js';
import type { RecentDays } from './recentDays.js';
import { seededUuid } from './seededRandom.js';
import type { Unit } from './unit.js';
import { type EpochDay, epochDayOf } from './zoneDays.js';

/** Everything that is true of a simulated organisation, of which the API shows what it would show. */
export interface Organisation {
  readonly seed: number;
  readonly id: string;
  readonly name: string;
  readonly divisionId: string;
  readonly historyStarts: EpochDay;
  readonly businessUnits: readonly { readonly id: string; readonly name: string }[];
  readonly units: readonly Unit[];
  readonly people: readonly Person[];
  readonly recentDays: RecentDays;
  /** Secondary (organisation) presences by system presence. */
  readonly presences: Readonly<Record<string, readonly string[]>>;
}

const SYSTEM_PRESENCES = ['Available', 'Away', 'Busy', 'Offline', 'OnQueue', 'Meal', 'Training', 'Meeting', 'Break'];

/** Builds the organisation that the settings describe. Pure: the same settings give the same one. */
export function organisationOf(settings: SimulatorSettings): Organisation {
  const { seed } = settings;
  const businessUnits = [...new Set(settings.units.map((unit) => unit.businessUnit))].map((name) => ({
    id: seededUuid(seed, 'business unit', name),
    name,
  }));
  const units = settings.units.map((unit) => unitOf(seed, unit));
  const historyStarts = epochDayOf(settings.historyStarts);
  const changes = settings.changes
    ? { from: epochDayOf(settings.changes.from), to: epochDayOf(settings.changes.to) }
    : { from: historyStarts, to: historyStarts + 365 };
  return {
    seed,
    id: seededUuid(seed, 'organisation'),
    name: 'Merlion & Lion Contact Centres 獅',
    divisionId: seededUuid(seed, 'division'),
    historyStarts,
    recentDays: {
      restatedDays: settings.restatedDays,
      restatedEverySeconds: settings.restatedEverySeconds,
      lateDataHours: settings.lateDataHours,
    },
    businessUnits,
    units,
    people: peopleOf(settings, units, changes),
    presences: Object.fromEntries(
      SYSTEM_PRESENCES.map((name) => [name, [0, 1].map((n) => seededUuid(seed, 'presence', name, n))]),
    ),
  };
}

function unitOf(seed: number, unit: SimulatedUnit): Unit {
  const businessUnitId = seededUuid(seed, 'business unit', unit.businessUnit);
  return {
    id: seededUuid(seed, 'management unit', unit.name),
    name: unit.name,
    timeZone: unit.timeZone,
    startDayOfWeek: unit.startDayOfWeek,
    businessUnitId,
    activityCodes: activityCodesOf(seed, businessUnitId),
  };
}
