import type { DatasetName } from '../exportWindow.js';
import { addDays, localDays } from '../calendar.js';
import type { KnownDay } from './daysToRead.js';
import type { NightUnit } from './nightlyLoadResult.js';

/** Lines of a night's result. */
const UNITS_IN_RESULT = 200;

/** What coverage has of one dataset of one unit when a night has ended. */
export interface CoveredUnit {
  readonly dataset: DatasetName;
  readonly unit: { readonly id: string; readonly name: string; readonly timeZone: string };
  readonly from: string;
  readonly to: string;
  readonly days: readonly KnownDay[];
}

/**
 * What a night came to for one dataset of one unit.
 *
 * A day is there when a complete answer covers it, whether or not Genesys may still restate it.
 *
 * @param startedAt when the load began: answers asked for since are its own.
 */
export function nightUnit({ dataset, unit, from, to, days }: CoveredUnit, startedAt: string): NightUnit {
  const there = new Map(
    days.filter(({ state }) => state !== 'pending' && state !== 'failed').map((day) => [day.localDate, day]),
  );
  const asked = localDays(unit.timeZone, from, to).map(({ localDate }) => localDate);
  const lastDay = asked.at(-1) ?? addDays(to, -1);
  const startedMs = Date.parse(startedAt);
  return {
    dataset,
    managementUnitId: unit.id,
    unit: unit.name,
    lastDay,
    isLastDayThere: there.has(lastDay),
    daysRead: [...there.values()].filter(({ requestedAt }) => Date.parse(requestedAt ?? '') >= startedMs).length,
    daysMissing: asked.filter((date) => !there.has(date)).length,
  };
}

/** The lines that a result shows: those that lack days first, then in their order. */
export function unitsInResult(all: readonly NightUnit[]): { units: NightUnit[]; unitsLeftOut: number } {
  const units = [...all.filter(lacks), ...all.filter((unit) => !lacks(unit))].slice(0, UNITS_IN_RESULT);
  return { units, unitsLeftOut: all.length - units.length };
}

function lacks({ daysMissing }: NightUnit): boolean {
  return daysMissing > 0;
}
