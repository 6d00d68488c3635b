import { addDays } from '../calendar.js';
import type { ExportUnit } from '../exportSteps.js';
import type { LocalDate } from '../exportWindow.js';
import type { HistoryExportInput } from '../historyExportInput.js';
import { lastCompleteDay } from '../provisional.js';
import { firstOfDoubled } from './clockChanges.js';
import type { NightlyLoadInput } from './nightlyLoadInput.js';
import type { z } from 'zod';

/** Units of one export: `historyExport` takes no more by id. */
const UNITS_AN_EXPORT = 500;

/** Days that left the horizon are read a last time when a window of them is full. */
const SETTLE_DAYS = 7;

/** One export of a night: units whose last complete local day is the same. */
export interface NightGroup {
  /** First and last (exclusive) local date that are looked at. */
  readonly from: LocalDate;
  readonly to: LocalDate;
  readonly units: readonly Pick<ExportUnit, 'id' | 'name' | 'timeZone'>[];
  readonly request: z.input<typeof HistoryExportInput>;
}

/**
 * The exports of one night: for each unit its last local day that was over at the nominal time, and before it the days that Genesys
 * still restates and those that an earlier night may have missed.
 *
 * Units are put together by that day, so that there are one to three exports wherever the units are.
 *
 * @param horizonDays where the input names none.
 * @throws Failure `InvalidInput` when a unit's zone does not exist.
 */
export function planNight(
  input: NightlyLoadInput,
  units: readonly ExportUnit[],
  { nominalTime, horizonDays }: { nominalTime: string; horizonDays: number },
): NightGroup[] {
  const byEnd = new Map<LocalDate, ExportUnit[]>();
  for (const unit of units) {
    const to = addDays(lastCompleteDay(nominalTime, unit.timeZone), 1);
    byEnd.set(to, [...(byEnd.get(to) ?? []), unit]);
  }
  const back = Math.max(1, (input.horizonDays ?? horizonDays) + input.lookBackDays);
  const unlessReadSince = firstOfDoubled(nominalTime, input.timeZone);
  const everyUnit = byEnd.size === 1 && input.managementUnits === undefined;
  return [...byEnd.keys()].sort().flatMap((to) =>
    chunks(byEnd.get(to) ?? [], everyUnit ? Number.POSITIVE_INFINITY : UNITS_AN_EXPORT).map((together) => {
      const from = addDays(to, -back);
      return {
        from,
        to,
        units: together.map(({ id, name, timeZone }) => ({ id, name, timeZone })),
        request: {
          datasets: input.datasets,
          from,
          to,
          ...(everyUnit ? {} : { managementUnits: together.map(({ id }) => id) }),
          exceptions: input.exceptions,
          actuals: input.actuals,
          windowDays: input.windowDays,
          maxParallelWindows: input.maxParallelWindows,
          lane: 'nightly' as const,
          reload: 'provisional' as const,
          unlessReadSince,
          settleDays: settleDaysOf(input.lookBackDays),
        },
      };
    }),
  );
}

/** Not more than half of what is looked back, so that a missed night takes none of those that wait out of sight. */
function settleDaysOf(lookBackDays: number): number {
  return Math.max(1, Math.min(SETTLE_DAYS, Math.floor(lookBackDays / 2)));
}

function chunks<T>(all: readonly T[], size: number): T[][] {
  const found: T[][] = [];
  for (let at = 0; at < all.length; at += size) found.push(all.slice(at, at + size));
  return found;
}
