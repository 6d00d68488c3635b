import { setTimeout as sleep } from 'node:timers/promises';
import type { PublishedMessage } from '../../src/simulator/notifications/publishedLedger.js';
import type { RunningSimulator } from '../../src/simulator/startSimulator.js';
import { eventually } from '../support/eventually.js';
import type { GapRow } from './listenerRows.js';
import type { ListenerSite } from './listenerSite.js';

/** How long a listener may take to say that it is whole: reads by REST among it. */
export const WHOLE_WITHIN_MS = 120_000;
/** Genesys's clock is known by the `Date` of its answers: whole seconds. */
const CLOCK_MS = 1_500;
/** So near to the strike and to the new subscription a gap's bounds lie, on a busy machine. */
const BOUND_WITHIN_MS = 6_000;

/** When, after a strike, channels that are connected carried every topic again; null while they do not. */
export function carriedAgain(
  simulator: RunningSimulator,
  topics: ReadonlySet<string>,
  struckMs: number,
): number | null {
  const { notifications } = simulator;
  const hearing = notifications.channels().filter(({ isConnected, isSilent }) => isConnected && !isSilent);
  const carried = new Set(hearing.flatMap((channel) => channel.topics));
  if ([...topics].some((topic) => !carried.has(topic))) return null;
  const ids = new Set(hearing.map(({ id }) => id));
  const since = notifications
    .moments()
    .filter(({ atMs, channelId, what }) => atMs >= struckMs && ids.has(channelId) && what !== 'removed')
    .map(({ atMs }) => atMs);
  return since.length === 0 ? null : Math.max(...since);
}

/** Waits until a listener of that number, or a later one, says that nothing is missing. */
export async function whole({ rows }: ListenerSite, takeOver: number): Promise<void> {
  await eventually(
    'the feed says that it is whole',
    async () => {
      const feed = await rows.feed();
      return feed !== null && feed.takeOver >= takeOver && feed.connected && feed.whole && feed.openGaps === 0;
    },
    WHOLE_WITHIN_MS,
  );
}

/** How the rows differ from the truth, once nothing moves; null as soon as they do not. */
export async function differences({ rows, rig }: ListenerSite, untilMs: number): Promise<string | null> {
  for (;;) {
    const { adherence, occupancy } = await rows.differences(rig.simulator);
    if (adherence.counts === undefined && occupancy.counts === undefined) return null;
    if (Date.now() > untilMs) return JSON.stringify({ adherence, occupancy });
    await sleep(50);
  }
}

/** Messages of some topics that no channel carried. */
export function unheardIn(messages: readonly PublishedMessage[], topics: ReadonlySet<string>): PublishedMessage[] {
  return messages.filter(({ topic, channelIds }) => topics.has(topic) && channelIds.length === 0);
}

/** Whether a gap tells of an instant. */
export function covers({ fromMs, toMs }: GapRow, atMs: number): boolean {
  return (fromMs ?? -Infinity) - CLOCK_MS <= atMs && atMs <= (toMs ?? Infinity) + CLOCK_MS;
}

/** Whether a gap's bound is at an instant: what was heard last may have come a while before. */
export function isNear(boundMs: number | null, atMs: number): boolean {
  return boundMs !== null && Math.abs(boundMs - atMs) <= BOUND_WITHIN_MS;
}
