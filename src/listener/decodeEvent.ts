import { z } from 'zod';
import { AdherenceFacts, adherenceEvent } from '../domain/live/adherenceFacts.js';
import type { LiveEvent, LiveKind } from '../domain/live/liveEvent.js';
import type { LiveWatch } from '../domain/live/liveWatch.js';
import { subjectOf } from '../domain/live/topics.js';

const id = z.string().min(1);
const instant = z.iso.datetime({ offset: true }).nullish();

/** Where it has no result, it is still a hint. */
const ScheduleBody = z.object({
  status: z.string().nullish(),
  result: z
    .object({
      id: id.nullish(),
      weekDate: z.string().nullish(),
      metadata: z.object({ version: z.number().int().nullish(), dateModified: instant.catch(null) }).nullish(),
    })
    .nullish(),
});

const TrunkBody = z.object({
  connectedStatus: z.object({ connected: z.boolean().nullish(), connectedStateTime: instant }).nullish(),
  optionsStatus: z.array(z.object({ optionStateTime: instant })).nullish(),
  registersStatus: z.array(z.object({ registerStateTime: instant })).nullish(),
});

const AdherenceBody = AdherenceFacts.extend({
  user: z.object({ id }),
  managementUnitId: id.nullish(),
  adherenceChangeTime: instant,
});

const RoutingBody = z.object({ routingStatus: z.object({ status: id, startTime: z.iso.datetime({ offset: true }) }) });

/** An event in our terms (null where it says nothing that matters), or why it could not be read: never anything of its contents. */
export type DecodedEvent = { readonly event: LiveEvent | null } | { readonly why: string };

/**
 * Reads an event's body. Unknown fields are ignored; a required one that is missing is told with its path.
 *
 * @param watch what the channel carries: it knows the trunk base of a trunk.
 */
export function decodeEvent(topic: string, body: unknown, watch: LiveWatch): DecodedEvent {
  const subject = subjectOf(topic);
  if (subject === null) return { why: 'its topic was not subscribed to' };
  try {
    const event = DECODERS[subject.kind](body, subject.id, watch);
    return event === undefined
      ? { why: 'it has no time in it, so that nobody could tell whether it is newer' }
      : { event };
  } catch (error) {
    if (error instanceof z.ZodError) return { why: `${pathOf(error)} is missing or has another shape than documented` };
    throw error;
  }
}

/** Null: of no matter. Undefined: without a time. @throws ZodError */
const DECODERS: Readonly<
  Record<LiveKind, (body: unknown, id: string, watch: LiveWatch) => LiveEvent | null | undefined>
> = {
  scheduleChanged(body, businessUnitId) {
    const { status, result } = ScheduleBody.parse(body);
    // Its end is told too.
    if (status === 'Processing') return null;
    return {
      kind: 'scheduleChanged',
      businessUnitId,
      ...(result?.weekDate == null ? {} : { weekDate: result.weekDate }),
      ...(result?.id == null ? {} : { scheduleId: result.id }),
      ...(result?.metadata?.version == null ? {} : { version: result.metadata.version }),
      atMs: latestMs([result?.metadata?.dateModified]),
    };
  },

  trunkChanged(body, trunkId, watch) {
    const { connectedStatus, optionsStatus, registersStatus } = TrunkBody.parse(body);
    const trunkBaseId = watch.trunks.find((trunk) => trunk.id === trunkId)?.trunkBaseId;
    return {
      kind: 'trunkChanged',
      trunkId,
      ...(trunkBaseId == null ? {} : { trunkBaseId }),
      ...(connectedStatus?.connected == null ? {} : { connected: connectedStatus.connected }),
      atMs: latestMs([
        connectedStatus?.connectedStateTime,
        ...(optionsStatus ?? []).map(({ optionStateTime }) => optionStateTime),
        ...(registersStatus ?? []).map(({ registerStateTime }) => registerStateTime),
      ]),
    };
  },

  adherence(body, managementUnitId) {
    const facts = AdherenceBody.parse(body);
    const whose = { userId: facts.user.id, managementUnitId: facts.managementUnitId ?? managementUnitId };
    return adherenceEvent(facts, { ...whose, changedAt: facts.adherenceChangeTime }) ?? undefined;
  },

  routingStatus(body, userId) {
    const { status, startTime } = RoutingBody.parse(body).routingStatus;
    return { kind: 'routingStatus', userId, status, atMs: Date.parse(startTime) };
  },
};

function latestMs(times: readonly (string | null | undefined)[]): number | null {
  const known = times.filter((time) => time != null).map((time) => Date.parse(time));
  return known.length === 0 ? null : Math.max(...known);
}

function pathOf(error: z.ZodError): string {
  const path = error.issues[0]?.path ?? [];
  return path.length === 0 ? 'its body' : path.join('.');
}
