import { addDays, isTimeZone } from '../calendar.js';
import { DATASET_NAMES, type DatasetName, type LocalDate } from '../exportWindow.js';
import { lastCompleteDay } from '../provisional.js';
import { groupedBy } from './groupedBy.js';
import type { CoverageChoice } from './coverageChoice.js';
import type { CoverageFacts, CoveredDay, JudgedUnit } from './coverageFacts.js';

/** One dataset of one unit, and the days of it that are to be there. */
export interface ExpectedDays {
  readonly dataset: DatasetName;
  readonly unit: JudgedUnit;
  /** `from` inclusive, `to` exclusive; no days where `to` is not after `from`. */
  readonly from: LocalDate;
  readonly to: LocalDate;
  /** What coverage has of it, whole, in any order. */
  readonly days: readonly CoveredDay[];
}

/** A unit that others were loaded long before. */
export interface NewUnit {
  readonly dataset: DatasetName;
  readonly managementUnitId: string;
  readonly unit: string;
  /** First day that coverage has of it; null: none yet. */
  readonly since: LocalDate | null;
  /** Whether a nightly load is to bring it. */
  readonly isExpected: boolean;
}

/** How long ago a unit may have appeared and still count as new. */
const NEW_FOR_DAYS = 31;

/**
 * Which days of which units are to be there.
 *
 * - From the first day that coverage has of the dataset and unit, or from where was asked.
 * - Where a nightly load brings them, up to the last day that was over in the unit's zone at `asOf`; a unit that it is to bring and of
 *   which nothing is there yet is to have that day. Else up to the last day that was loaded of the dataset, of any unit: nobody promised more.
 * - Of a closed unit, up to the day on which it closed.
 *
 * @throws Failure `InvalidInput` when `asOf` is no instant.
 */
export function expectedDays(facts: CoverageFacts): ExpectedDays[] {
  const { datasets = DATASET_NAMES, from, to } = facts.only ?? {};
  const units = knownUnits(facts);
  const byPair = groupedBy(facts.days, ({ dataset, managementUnitId }) => `${dataset} ${managementUnitId}`);
  return datasets.flatMap((dataset) => {
    const lastOfDataset = latest(facts.days.filter((day) => day.dataset === dataset));
    return units.flatMap((unit): ExpectedDays[] => {
      if (!isChosen(unit, facts.only)) return [];
      const days = byPair.get(`${dataset} ${unit.id}`) ?? [];
      const nightly = isExpected(facts, dataset, unit);
      if (days.length === 0 && !nightly) return [];
      const over = addDays(lastCompleteDay(facts.asOf, zoneOf(unit)), 1);
      const last = latest(days);
      const promised = nightly ? over : min(over, lastOfDataset === null ? over : addDays(lastOfDataset, 1));
      const known = last === null ? promised : max(promised, addDays(last, 1));
      const end = [closedFrom(facts, unit), to ?? null].reduce<LocalDate>(
        (until, one) => min(until, one ?? until),
        known,
      );
      return [{ dataset, unit, from: from ?? earliest(days) ?? addDays(promised, -1), to: end, days }];
    });
  });
}

/**
 * Units of which a dataset has nothing, or nothing older than a month, though it has older days of others: older by more than the day
 * that zones are apart.
 */
export function newUnits(facts: CoverageFacts): NewUnit[] {
  const { datasets = DATASET_NAMES } = facts.only ?? {};
  return datasets.flatMap((dataset) => {
    const days = facts.days.filter((day) => day.dataset === dataset);
    const first = earliest(days);
    if (first === null) return [];
    const byUnit = groupedBy(days, ({ managementUnitId }) => managementUnitId);
    return knownUnits(facts).flatMap((unit): NewUnit[] => {
      if (!isChosen(unit, facts.only) || closedFrom(facts, unit) !== null) return [];
      const since = earliest(byUnit.get(unit.id) ?? []);
      const isNew =
        since === null || (since > addDays(first, 1) && since > addDays(facts.asOf.slice(0, 10), -NEW_FOR_DAYS));
      if (!isNew) return [];
      const named = { dataset, managementUnitId: unit.id, unit: unit.name };
      return [{ ...named, since, isExpected: isExpected(facts, dataset, unit) }];
    });
  });
}

/** Units that nightly loads are to bring, by id or name, and that no export has read: nothing can have been loaded of them. */
export function unknownUnits(facts: CoverageFacts): string[] {
  const { datasets = DATASET_NAMES, units: chosen } = facts.only ?? {};
  const known = new Set(knownUnits(facts).flatMap(({ id, name }) => [id, name]));
  const closed = new Set(facts.rules.closedUnits.map(({ unit }) => unit));
  const promised = facts.expected
    .filter((load) => load.datasets.some((dataset) => datasets.includes(dataset)))
    .flatMap(({ units }) => units ?? []);
  return [...new Set(promised)].filter(
    (unit) => !known.has(unit) && !closed.has(unit) && (chosen === undefined || chosen.includes(unit)),
  );
}

/** The unit's zone; UTC where this process does not know it. */
export function zoneOf({ timeZone }: JudgedUnit): string {
  return isTimeZone(timeZone) ? timeZone : 'UTC';
}

/** By name, those last that coverage names and the structure does not. */
function knownUnits({ units, days }: CoverageFacts): JudgedUnit[] {
  const ids = new Set(units.map(({ id }) => id));
  const others = new Set(days.map(({ managementUnitId }) => managementUnitId).filter((id) => !ids.has(id)));
  const named = units.toSorted((a, b) => compare(a.name, b.name) || compare(a.id, b.id));
  return [...named, ...[...others].sort().map((id) => ({ id, name: id, timeZone: 'UTC' }))];
}

function isExpected({ expected }: CoverageFacts, dataset: DatasetName, unit: JudgedUnit): boolean {
  return expected.some(({ datasets, units }) => datasets.includes(dataset) && (units === null || isNamed(unit, units)));
}

function isChosen(unit: JudgedUnit, only: CoverageChoice | undefined): boolean {
  return only?.units === undefined || isNamed(unit, only.units);
}

function isNamed({ id, name }: JudgedUnit, names: readonly string[]): boolean {
  return names.includes(id) || names.includes(name);
}

function closedFrom({ rules }: CoverageFacts, unit: JudgedUnit): LocalDate | null {
  return rules.closedUnits.find((closed) => isNamed(unit, [closed.unit]))?.from ?? null;
}

function latest(days: readonly CoveredDay[]): LocalDate | null {
  return days.reduce<LocalDate | null>(
    (last, { localDate }) => (last === null ? localDate : max(last, localDate)),
    null,
  );
}

function earliest(days: readonly CoveredDay[]): LocalDate | null {
  return days.reduce<LocalDate | null>(
    (first, { localDate }) => (first === null ? localDate : min(first, localDate)),
    null,
  );
}

function min(a: LocalDate, b: LocalDate): LocalDate {
  return a < b ? a : b;
}

function max(a: LocalDate, b: LocalDate): LocalDate {
  return a > b ? a : b;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
