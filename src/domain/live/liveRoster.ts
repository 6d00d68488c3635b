import { z } from 'zod';
import { ExternalId } from '../exportWindow.js';
import type { LiveSettings } from './liveSettings.js';
import type { LiveWatch } from './liveWatch.js';

/** Who and what there is to watch: read once an hour, and kept for a listener that takes over. Ids alone. */
export const LiveRoster = z.object({
  v: z.literal(1),
  businessUnitIds: z.array(ExternalId),
  managementUnits: z.array(z.object({ id: ExternalId, userIds: z.array(ExternalId) })),
  trunks: z.array(z.object({ id: ExternalId, trunkBaseId: ExternalId.nullable() })),
});
export type LiveRoster = z.infer<typeof LiveRoster>;

/** What is to be listened to of it. */
export function watchOf(roster: LiveRoster, settings: LiveSettings): LiveWatch {
  return {
    businessUnitIds: settings.schedules ? roster.businessUnitIds : [],
    trunks: settings.trunks ? roster.trunks : [],
    managementUnitIds: settings.adherence ? roster.managementUnits.map(({ id }) => id) : [],
    userIds: settings.occupancy ? usersOf(roster) : [],
  };
}

/** Users of some management units, each once; of all where none are named. */
export function usersOf(roster: LiveRoster, managementUnitIds?: readonly string[]): string[] {
  const units = roster.managementUnits.filter(({ id }) => managementUnitIds?.includes(id) ?? true);
  return [...new Set(units.flatMap(({ userIds }) => userIds))];
}

/** What came to a roster and is to be watched: units that have other agents than before among it, whose events are heard already. */
export function cameTo(before: LiveRoster, now: LiveRoster, settings: LiveSettings): LiveWatch {
  const was = watchOf(before, settings);
  const is = watchOf(now, settings);
  const unitsBefore = new Map(before.managementUnits.map(({ id, userIds }) => [id, new Set(userIds)]));
  const hasNewcomers = (unitId: string): boolean =>
    usersOf(now, [unitId]).some((userId) => !unitsBefore.get(unitId)?.has(userId));
  return {
    businessUnitIds: is.businessUnitIds.filter((id) => !was.businessUnitIds.includes(id)),
    trunks: is.trunks.filter(({ id }) => !was.trunks.some((trunk) => trunk.id === id)),
    managementUnitIds: is.managementUnitIds.filter((id) => !was.managementUnitIds.includes(id) || hasNewcomers(id)),
    userIds: withoutThose(is.userIds, was.userIds),
  };
}

/** Agents who belong to no unit of it any more. */
export function leftBetween(before: LiveRoster, now: LiveRoster): string[] {
  return withoutThose(usersOf(before), usersOf(now));
}

function withoutThose(ids: readonly string[], those: readonly string[]): string[] {
  const known = new Set(those);
  return ids.filter((id) => !known.has(id));
}

/** A roster as it was kept, with what it was read for; null where it is another version's, or was read for other settings. */
export function keptRoster(text: string, readFor: string): LiveRoster | null {
  const parsed = Kept.safeParse(jsonOf(text));
  return parsed.success && parsed.data.readFor === readFor ? parsed.data.roster : null;
}

/** How a roster is kept. @param readFor what it was read for: the same settings read the same. */
export function rosterText(roster: LiveRoster, readFor: string): string {
  return JSON.stringify({ readFor, roster } satisfies z.infer<typeof Kept>);
}

const Kept = z.object({ readFor: z.string(), roster: LiveRoster });

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
