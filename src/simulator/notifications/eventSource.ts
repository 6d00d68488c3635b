import { adherenceEvent, routingStatusEvent } from '../live/adherenceBodies.js';
import type { AgentChange, AgentState } from '../live/agentState.js';
import { localDateOf } from '../data/zoneDays.js';
import type { ChangedAgent } from '../schedules/changedAgents.js';
import type { ListedSchedule } from '../schedules/schedules.js';
import { isInFailover, type Trunk } from '../telephony/trunks.js';
import type { Channels } from './channels.js';

interface Unreadable {
  readonly topic: string;
  readonly as: 'text' | 'envelope' | 'body';
  left: number;
}

/** Turns what happens to an organisation into messages, of the topics and shapes that the official SDK has. */
export class EventSource {
  #aheadMs = 0;
  #unreadable: Unreadable[] = [];
  readonly #vanished = new Set<string>();

  constructor(
    private readonly channels: Channels,
    private readonly unitsOf: (businessUnitId: string) => readonly string[],
  ) {}

  /** Adds so much to every instant inside events. */
  setClock(aheadSeconds: number): void {
    this.#aheadMs = aheadSeconds * 1000;
  }

  /** The next messages of topics that begin so cannot be read. */
  garble(topic: string, as: Unreadable['as'], times: number): void {
    this.#unreadable.push({ topic, as, left: times });
  }

  /** A topic goes away, or comes back. */
  vanish(topic: string, back: boolean): void {
    if (back) this.#vanished.delete(topic);
    else this.#vanished.add(topic);
  }

  hasVanished(topic: string): boolean {
    return this.#vanished.has(topic);
  }

  /** One message to those of a unit and of the user; routing status besides. */
  agentChanged({ after, isRouting }: AgentChange): void {
    const body = adherenceEvent(after, this.#aheadMs);
    this.#publish(`v2.workforcemanagement.managementunits.${after.unit.id}.adherence`, body);
    this.#publish(`v2.users.${after.userId}.workforcemanagement.adherence`, body);
    if (isRouting) this.#publish(`v2.users.${after.userId}.routingStatus`, routingStatusEvent(after, this.#aheadMs));
  }

  /** Somebody belongs to a unit no longer. */
  agentLeft(state: AgentState): void {
    const body = adherenceEvent(state, this.#aheadMs, true);
    this.#publish(`v2.workforcemanagement.managementunits.${state.unit.id}.adherence`, body);
    this.#publish(`v2.users.${state.userId}.workforcemanagement.adherence`, body);
  }

  /** `TrunkInstanceTopicTrunk`: states alone, nothing of the trunk's configuration. */
  trunkChanged(trunk: Trunk): void {
    const asked = trunk.options === 'up' || trunk.options === 'down';
    this.#publish(`v2.telephony.providers.edges.trunks.${trunk.id}`, {
      id: trunk.id,
      connectedStatus: { connected: trunk.connected, connectedStateTime: this.#iso(trunk.connectedSinceMs) },
      optionsStatus: asked
        ? [
            {
              proxyAddress: trunk.proxyAddress,
              optionState: trunk.options === 'up',
              optionStateTime: this.#iso(trunk.optionsSinceMs),
              ...(isInFailover(trunk) && { errorInfo: { text: 'Request Timeout', code: '408' } }),
            },
          ]
        : [],
      registersStatus: [],
      ipStatus: { address: '198.51.100.7' },
    });
  }

  /** `WfmBuScheduleTopicBuScheduleNotification` of the schedule that changed, and a word to its management units. */
  scheduleChanged(schedule: ListedSchedule, eventType: 'Update' | 'Copy' = 'Update'): void {
    this.#publish(`v2.workforcemanagement.businessunits.${schedule.businessUnitId}.schedules`, {
      status: 'Complete',
      operationId: schedule.id,
      eventType,
      result: {
        id: schedule.id,
        // An instant: so the SDK's model of this topic declares it, where REST has a date.
        weekDate: `${localDateOf(schedule.week)}T00:00:00.000Z`,
        weekCount: 1,
        description: schedule.description,
        published: schedule.published,
        metadata: { version: schedule.version, dateModified: this.#iso(schedule.modifiedAtMs) },
      },
    });
    for (const unitId of this.unitsOf(schedule.businessUnitId)) {
      const topic = `v2.workforcemanagement.managementunits.${unitId}`;
      this.#publish(`${topic}.schedules`, {
        status: 'Complete',
        operationId: schedule.id,
        percentComplete: 100,
        eventType,
      });
    }
  }

  /** `AgentMuScheduleChangedNotification`, to each unit that has such agents. */
  agentSchedulesChanged(agents: readonly ChangedAgent[], { startMs, endMs }: { startMs: number; endMs: number }): void {
    const [startDate, endDate] = [this.#iso(startMs), this.#iso(endMs)];
    for (const unitId of new Set(agents.map((agent) => agent.unitId)))
      this.#publish(`v2.workforcemanagement.managementunits.${unitId}.agentschedules.changed`, {
        agents: agents
          .filter((agent) => agent.unitId === unitId)
          .map(({ userId }) => ({ agentId: userId, startDate, endDate })),
      });
  }

  #publish(topic: string, body: Record<string, unknown>): void {
    if (this.#vanished.has(topic)) return;
    this.#unreadable = this.#unreadable.filter(({ left }) => left > 0);
    const fault = this.#unreadable.find((one) => topic.startsWith(one.topic));
    if (!fault) {
      this.channels.publish(topic, body);
      return;
    }
    fault.left--;
    this.channels.publish(topic, body, garbled(fault.as, topic, body));
  }

  #iso(atMs: number): string {
    return new Date(atMs + this.#aheadMs).toISOString();
  }
}

function garbled(as: Unreadable['as'], topic: string, body: Record<string, unknown>): string {
  const whole = JSON.stringify({ topicName: topic, version: '2', eventBody: body });
  if (as === 'text') return whole.slice(0, Math.floor(whole.length / 2));
  if (as === 'envelope') return JSON.stringify({ version: '2', eventBody: body });
  return JSON.stringify({ topicName: topic, version: '2', eventBody: { unforeseen: Object.keys(body) } });
}
