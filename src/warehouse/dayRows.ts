import type { LocalDate } from '../domain/exportWindow.js';

/** Rows of one local day, by table, and distinct agents among them. */
export interface DayRows {
  readonly rows: ReadonlyMap<string, number>;
  readonly agents: number;
}

/** What one table has of a day. `agents` is 0 where the table does not count them. */
export interface TableDay {
  readonly localDate: LocalDate;
  readonly rows: number;
  readonly agents: number;
}

/** Each table's days as one, by local date. Agents of a day: the most that any of its tables names. */
export function dayRowsByDate(tables: ReadonlyMap<string, readonly TableDay[]>): Map<LocalDate, DayRows> {
  const days = new Map<LocalDate, DayRows>();
  for (const [table, found] of tables) {
    for (const { localDate, rows, agents } of found) {
      const day = days.get(localDate);
      days.set(localDate, {
        rows: new Map([...(day?.rows ?? []), [table, rows]]),
        agents: Math.max(agents, day?.agents ?? 0),
      });
    }
  }
  return days;
}
