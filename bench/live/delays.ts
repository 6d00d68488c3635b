import type { PublishedMessage } from './organisationControl.js';
import type { RowsSeen } from './rowWatch.js';
import type { SignalTaken } from './signalsOf.js';

/** How long events took, in milliseconds, and how many were never seen. */
export interface Delays {
  readonly ms: readonly number[];
  readonly missing: number;
}

/** From each schedule or trunk event to the signal that tells it, as the Temporal server wrote it down. */
export function signalDelays(messages: readonly PublishedMessage[], signals: readonly SignalTaken[]): Delays {
  return delaysOf(
    messages.filter(({ topic }) => TRUNK.test(topic) || SCHEDULES.test(topic)),
    (message) => {
      const body = JSON.stringify(message.eventBody);
      const trunkId = TRUNK.exec(message.topic)?.[1];
      return signals.find(({ name, told }) =>
        name === 'trunkChanged'
          ? told['trunkId'] === trunkId && body.includes(String(told['at']))
          : trunkId === undefined &&
            body.includes(String(told['scheduleId'])) &&
            body.includes(`"version":${String(told['version'])},`),
      )?.takenMs;
    },
  );
}

/** From each event of an agent to the first look at the rows that showed it, or a later one of the same agent. */
export function rowDelays(messages: readonly PublishedMessage[], looks: readonly RowsSeen[]): Delays {
  const ofAgents = messages.filter(({ topic }) => ADHERENCE.test(topic) || STATUS.test(topic));
  return delaysOf(ofAgents, ({ topic, eventBody, atMs }) => {
    const { key, eventMs } = rowOf(topic, eventBody as AgentBody);
    return looks.find((look) => look.atMs >= atMs && (look.eventMs.get(key) ?? -Infinity) >= eventMs)?.atMs;
  });
}

const TRUNK = /^v2\.telephony\.providers\.edges\.trunks\.([^.]+)$/;
const SCHEDULES = /^v2\.workforcemanagement\.businessunits\.[^.]+\.schedules$/;
const ADHERENCE = /^v2\.workforcemanagement\.managementunits\.[^.]+\.adherence$/;
const STATUS = /^v2\.users\.[^.]+\.routingStatus$/;

interface AgentBody {
  readonly id?: string;
  readonly user?: { readonly id: string };
  readonly routingStatus?: { readonly startTime: string };
  readonly adherenceChangeTime?: string;
  readonly presenceUpdateTime?: string;
}

function rowOf(topic: string, body: AgentBody): { key: string; eventMs: number } {
  if (STATUS.test(topic))
    return { key: `routingStatus ${body.id ?? ''}`, eventMs: Date.parse(body.routingStatus?.startTime ?? '') };
  const times = [body.adherenceChangeTime, body.presenceUpdateTime].map((time) => Date.parse(time ?? ''));
  return { key: `adherence ${body.user?.id ?? ''}`, eventMs: Math.max(...times) };
}

function delaysOf(
  messages: readonly PublishedMessage[],
  seenMs: (message: PublishedMessage) => number | undefined,
): Delays {
  const delays = messages.map((message) => {
    const at = seenMs(message);
    return at === undefined ? null : at - message.atMs;
  });
  const ms = delays.filter((delay) => delay !== null);
  return { ms, missing: delays.length - ms.length };
}
