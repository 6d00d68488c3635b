import type { Client } from '@temporalio/client';
import type { Checklist, Found } from '../../domain/checklist.js';
import type { NightlySchedule } from '../../domain/nightly/nightlySchedule.js';
import { type NightlySummary, nightlySummaries } from '../../temporal/nightly/nightlySummaries.js';
import type { ManagementUnit } from '../../genesys/structureCalls.js';
import { instantText, pausedText } from '../nightly/nightlyText.js';

const NAME = 'nightly loads';
const NEEDED = "a Temporal Schedule for each entry of 'nightly:' in the configuration, none of them overdue";

/**
 * Nightly loads as they stand: each that is configured is on the server as configured, and none is overdue. An export does not need them,
 * so what is wrong is a warning; nothing is said where there are none.
 *
 * @param within runs a call with a deadline.
 */
export async function checkNightly(
  list: Checklist,
  client: Client,
  config: { readonly nightly: readonly NightlySchedule[]; readonly taskQueue: string },
  within: <T>(call: () => Promise<T>) => Promise<T>,
): Promise<void> {
  const asked = within(() => nightlySummaries(client, config));
  const isNone = await asked.then(
    (loads) => loads.length === 0,
    () => config.nightly.length === 0,
  );
  if (isNone) return;
  await list.look(NAME, NEEDED, async () => standing(await asked));
}

/** Says why they could not be looked at. */
export function skipNightly(list: Checklist, because: string): void {
  list.skip(NAME, NEEDED, because);
}

/** Units that nightly loads name, and that the organisation does not have: a night loads the others, and ends with gaps. */
export function nightlyUnits(nightly: readonly NightlySchedule[], units: readonly ManagementUnit[]): Found<true> {
  const known = new Set(units.flatMap(({ id, name }) => [id, name]));
  const unknown = nightly.flatMap(({ name, units: named }) =>
    (named ?? []).filter((unit) => !known.has(unit)).map((unit) => `${name}: ${unit}`),
  );
  return unknown.length === 0
    ? { value: true, message: 'every unit that they name is visible' }
    : {
        value: true,
        message: `this OAuth client sees no unit of these names or ids: ${unknown.join(', ')}; mend 'units:' and 'rosterline nightly apply'`,
        warning: true,
      };
}

function standing(loads: readonly NightlySummary[]): Found<true> {
  const troubles = loads.flatMap((load) => troublesOf(load).map((trouble) => `${load.name} ${trouble}`));
  if (troubles.length > 0) return { value: true, message: troubles.join('; '), warning: true };
  const next = loads.flatMap((load) => (load.next === null ? [] : [load.next])).sort()[0];
  return { value: true, message: `${loads.length}, as configured; the next is due ${instantText(next) ?? 'never'}` };
}

function troublesOf(load: NightlySummary): string[] {
  if (!load.isOnServer) return ["is in the configuration and not on the server: 'rosterline nightly apply' makes it"];
  return [
    ...(load.overdueSince === null
      ? []
      : [`is OVERDUE since ${instantText(load.overdueSince) ?? ''}: see 'rosterline nightly describe ${load.name}'`]),
    ...(load.paused ? [`is ${pausedText(load)}`] : []),
    ...(load.isInFile ? [] : ['is on the server and not in the configuration']),
    ...(load.differences.length > 0
      ? ["differs from the configuration: see 'rosterline nightly apply --dry-run'"]
      : []),
  ];
}
