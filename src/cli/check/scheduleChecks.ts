import { ACCESS_RIGHTS, neededText } from '../../domain/accessRights.js';
import type { Checklist } from '../../domain/checklist.js';
import { weekDateAt } from '../../domain/scheduleWeeks.js';
import type { GenesysClient } from '../../genesys/genesysClient.js';
import type { ManagementUnit } from '../../genesys/structureCalls.js';
import { answered, pastPermission } from './callOutcome.js';

const HOUR_MS = 3_600_000;

/** What these checks are called, and what each needs. */
const LOOKS = [
  ['weeks', ACCESS_RIGHTS.businessUnit],
  ['published schedules', ACCESS_RIGHTS.publishedSchedules],
  ['schedule searches', ACCESS_RIGHTS.searchManagementUnitSchedules],
] as const;

/** The three calls that an export of schedules makes, about one hour of one unit. */
export async function checkSchedules(
  list: Checklist,
  { client, now }: { client: GenesysClient; now: () => number },
  unit: ManagementUnit,
  waiting: <T>(call: () => Promise<T>) => Promise<T>,
): Promise<void> {
  const [weeks, published, searches] = LOOKS;
  const endDate = new Date(Math.floor(now() / HOUR_MS) * HOUR_MS).toISOString();
  const startDate = new Date(Date.parse(endDate) - HOUR_MS).toISOString();
  const counted = await list.look(weeks[0], neededText(weeks[1]), () =>
    answered(
      waiting(() => client.businessUnit(unit.businessUnitId)),
      ({ startDayOfWeek, timeZone }) => `begin on ${startDayOfWeek}, by the clock of ${timeZone}`,
    ),
  );
  if (counted === null) list.skip(published[0], neededText(published[1]), 'when weeks begin is not known');
  else
    await list.look(published[0], neededText(published[1]), () =>
      answered(
        waiting(() => client.publishedSchedules(unit.businessUnitId, weekDateAt(counted, startDate))),
        ({ length }) => `${length} in this week of the business unit`,
      ),
    );
  await list.look(searches[0], neededText(searches[1]), () =>
    pastPermission(
      waiting(() => client.searchSchedules({ unit: { managementUnitId: unit.id }, startDate, endDate })),
      'published shifts may be searched',
    ),
  );
}

/** Says why none of them could be made. */
export function skipSchedules(list: Checklist, because: string): void {
  for (const [name, right] of LOOKS) list.skip(name, neededText(right), because);
}
