import type { ExpectedRows } from '../../src/simulator/expectedRows.js';
import type { Warehouse } from '../../src/warehouse/warehouse.js';
import { localDays } from '../../src/domain/calendar.js';
import type { ExportEnvironment } from './exportEnvironment.js';

/** State of each local day, with the reason behind it where there is one: `failed TooLarge`. */
export type DayStates = Readonly<Record<string, string>>;

/** What a warehouse of one unit says of its days, by dataset. */
export async function coverageStates(warehouse: Warehouse): Promise<Record<string, DayStates>> {
  const states: Record<string, Record<string, string>> = {};
  for (const { dataset, localDate, state, reason } of await warehouse.allCoverage()) {
    const days = (states[dataset] ??= {});
    if (days[localDate] !== undefined) throw new Error(`${dataset} of ${localDate} is there twice`);
    days[localDate] = reason === null ? state : `${state} ${reason}`;
  }
  return states;
}

/** The true rows of a range of days, from the simulator's own generator. */
export async function trueRows(environment: ExportEnvironment, from: string, to: string): Promise<ExpectedRows> {
  const answer = await fetch(`${environment.simulator.controlUrl}/expected?from=${from}&to=${to}`);
  return (await answer.json()) as ExpectedRows;
}

/** What coverage of adherence says once everything is there: `empty` on days on which nobody was scheduled or worked. */
export async function adherenceStates(environment: ExportEnvironment, from: string, to: string): Promise<DayStates> {
  const { adherence_day: rows } = await trueRows(environment, from, to);
  const busy = new Set(rows.map((row) => row['local_date']));
  const days = localDays(environment.simulator.units[0]?.timeZone ?? '', from, to);
  return Object.fromEntries(days.map(({ localDate }) => [localDate, busy.has(localDate) ? 'loaded' : 'empty']));
}
