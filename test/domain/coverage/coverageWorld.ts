import { addDays, localDays } from '../../../src/domain/calendar.js';
import type { CountedDay, CoverageFacts, CoveredDay } from '../../../src/domain/coverage/coverageFacts.js';
import { CoverageRules } from '../../../src/domain/coverage/coverageRules.js';
import { MAIN_TABLES } from '../../../src/domain/coverage/judgeCoverage.js';
import type { DatasetName } from '../../../src/domain/exportWindow.js';

export const LONDON = { id: 'mu-1', name: 'London Service Desk', timeZone: 'Europe/London' };
export const AUCKLAND = { id: 'mu-2', name: 'Auckland Night Desk', timeZone: 'Pacific/Auckland' };

/** Facts of a warehouse that has every day asked for, with ten agents and a row for each. `asOf` is noon in UTC of 22 November 2026. */
export function wholeWarehouse(
  { from, to }: { from: string; to: string },
  { datasets = ['adherence'], units = [LONDON] }: { datasets?: DatasetName[]; units?: (typeof LONDON)[] } = {},
): CoverageFacts {
  const days: CoveredDay[] = [];
  const counted: CountedDay[] = [];
  for (const dataset of datasets)
    for (const { id, timeZone } of units)
      for (const { localDate } of localDays(timeZone, from, to)) {
        const day = { dataset, managementUnitId: id, localDate };
        days.push({ ...day, state: 'loaded', rows: 10, requestedAt: '2026-11-22T03:00:00.000Z', reason: null });
        counted.push({ ...day, rows: { [MAIN_TABLES[dataset]]: 10 }, agents: 10 });
      }
  return {
    days,
    counted,
    countedFrom: null,
    units,
    expected: [{ datasets, units: null }],
    asOf: '2026-11-22T12:00:00.000Z',
    horizonDays: 14,
    exportsRun: false,
    rules: CoverageRules.parse({}),
  };
}

/** The same with the line of one day changed, or without it. */
export function withDay(facts: CoverageFacts, localDate: string, change: Partial<CoveredDay> | null): CoverageFacts {
  return {
    ...facts,
    days: facts.days.flatMap((day) => {
      if (day.localDate !== localDate) return [day];
      return change === null ? [] : [{ ...day, ...change }];
    }),
  };
}

/** The same with other agents and rows on some days, as Genesys gave them: coverage has as many. */
export function withAgents(facts: CoverageFacts, agents: Readonly<Record<string, number>>): CoverageFacts {
  const of = (localDate: string, otherwise: number) => agents[localDate] ?? otherwise;
  return {
    ...facts,
    days: facts.days.map((day) => ({ ...day, rows: of(day.localDate, day.rows) })),
    counted: facts.counted.map((day) => ({
      ...day,
      agents: of(day.localDate, day.agents),
      rows: { [MAIN_TABLES[day.dataset]]: of(day.localDate, day.agents) },
    })),
  };
}

/** Days from one to another, as many as a week's. */
export function datesOf(from: string, count: number): string[] {
  return Array.from({ length: count }, (_, day) => addDays(from, day));
}
