import { z } from 'zod';
import type { AdherenceEvent } from './liveEvent.js';

const text = z.string().nullish();
const instant = z.iso.datetime({ offset: true }).nullish();

/** What an agent's adherence is called the same in a notification and in the answer of a call. Names of persons are not read. */
export const AdherenceFacts = z.object({
  adherenceState: text,
  impact: text,
  scheduledActivityCategory: text,
  actualActivityCategory: text,
  systemPresence: text,
  organizationSecondaryPresenceId: text,
  routingStatus: text,
  presenceUpdateTime: instant,
  activeQueuesModifiedTime: instant,
  isOutOfOffice: z.boolean().nullish(),
  removedFromManagementUnit: z.boolean().nullish(),
});
export type AdherenceFacts = z.infer<typeof AdherenceFacts>;

/** What a notification and an answer call differently. */
export interface WhoseAdherence {
  readonly userId: string;
  readonly managementUnitId: string | null;
  /** ISO 8601: `adherenceChangeTime` of a notification, `timeOfAdherenceChange` of an answer. */
  readonly changedAt: string | null | undefined;
}

/**
 * An agent's adherence in our terms. It is as new as the latest of the times in it: a notification bears none of its own.
 *
 * @returns null where there is no time in it, so that nobody could tell which of two is newer.
 */
export function adherenceEvent(
  facts: AdherenceFacts,
  { userId, managementUnitId, changedAt }: WhoseAdherence,
): AdherenceEvent | null {
  const adherenceChangedAtMs = instantMs(changedAt);
  const presenceChangedAtMs = instantMs(facts.presenceUpdateTime);
  const times = [adherenceChangedAtMs, presenceChangedAtMs, instantMs(facts.activeQueuesModifiedTime)];
  const known = times.filter((time) => time !== null);
  if (known.length === 0) return null;
  return {
    kind: 'adherence',
    userId,
    managementUnitId,
    atMs: Math.max(...known),
    adherenceState: facts.adherenceState ?? null,
    adherenceChangedAtMs,
    impact: facts.impact ?? null,
    scheduledActivityCategory: facts.scheduledActivityCategory ?? null,
    actualActivityCategory: facts.actualActivityCategory ?? null,
    systemPresence: facts.systemPresence ?? null,
    secondaryPresenceId: facts.organizationSecondaryPresenceId ?? null,
    routingStatus: facts.routingStatus ?? null,
    presenceChangedAtMs,
    isOutOfOffice: facts.isOutOfOffice ?? null,
    isRemoved: facts.removedFromManagementUnit ?? false,
  };
}

function instantMs(time: string | null | undefined): number | null {
  return time == null ? null : Date.parse(time);
}
