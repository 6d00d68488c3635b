import { afterEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LiveWatch } from '../../src/domain/live/liveWatch.js';
import type { NotificationFaultInput } from '../../src/simulator/notifications/notificationFaults.js';
import { type RunningSimulator, startSimulator } from '../../src/simulator/startSimulator.js';
import { eventually } from '../support/eventually.js';
import { everything, type Listening, startListening } from './support/listening.js';
import { heardBy } from './support/told.js';

let simulator: RunningSimulator;
let listening: Listening;
afterEach(async () => {
  await listening.stop();
  await simulator.close();
});

const FAULTS: readonly (NotificationFaultInput | 'revoke')[] = [
  { kind: 'cut' },
  { kind: 'silence' },
  { kind: 'closing', afterSeconds: 0.3 },
  { kind: 'closing', afterSeconds: 0 },
  { kind: 'evict' },
  { kind: 'expire' },
  'revoke',
];

/** Who or what a message is about, and as of when: what the listener tells of it is the same. */
function said(topic: string, body: Record<string, unknown>): string | null {
  const at = (time: unknown) => Date.parse(String(time));
  if (topic.endsWith('.routingStatus')) {
    const { startTime } = body['routingStatus'] as { startTime: string };
    return `routingStatus ${String(body['id'])} ${at(startTime)}`;
  }
  if (!/^v2\.workforcemanagement\.managementunits\.[^.]+\.adherence$/.test(topic)) return null;
  const { id } = body['user'] as { id: string };
  return `adherence ${id} ${Math.max(at(body['adherenceChangeTime']), at(body['presenceUpdateTime']))}`;
}

function covers({ userIds, managementUnitIds }: LiveWatch, topic: string): boolean {
  return [...userIds, ...managementUnitIds].some((id) => topic.includes(id));
}

describe('a listener in a storm', () => {
  it('tells each event once, or a gap in whose bounds it fell, whatever befalls its channels', async () => {
    const faults = fc.sample(fc.constantFrom(...FAULTS), { numRuns: 10, seed: 7 });
    simulator = await startSimulator({ live: { eventsPerSecond: 60 }, tokenLimitPerMinute: null });
    // The simulator goes by this machine's clock: bounds can be compared to the millisecond.
    listening = startListening(
      simulator,
      everything(simulator),
      { pingAfterMs: 100, pongWithinMs: 150, overlapMs: 150 },
      { genesysMs: () => Date.now() },
    );
    await listening.whole();
    const from = simulator.notifications.counts().published + 1;
    const connected = () =>
      simulator.notifications.channels().flatMap(({ id, isConnected }) => (isConnected ? [id] : []));
    let struck: string[] = [];
    for (const [index, fault] of faults.entries()) {
      // Some strike while it connects still, whatever the machine is at.
      if (index % 2 === 0) await listening.whole();
      await sleep(100);
      struck = connected();
      if (fault === 'revoke') simulator.addFault({ kind: 'tokenRevoked' });
      else simulator.notifications.befall(fault);
      // However quick the machine is, something happens before it is heard again.
      simulator.notifications.move(3);
    }
    await eventually('what was struck last is gone', () => !connected().some((id) => struck.includes(id)));
    await listening.whole();
    const published = (seq: number) =>
      simulator.notifications.messages(seq).flatMap(({ atMs, topic, eventBody }) => {
        const what = said(topic, eventBody as Record<string, unknown>);
        return what === null ? [] : [{ atMs, topic, what }];
      });
    const heard = (): string[] => heardBy(listening);
    // What was published before nothing was struck any more may lie in a gap; what comes now is heard to the last event.
    const now = simulator.notifications.counts().published + 1;
    await eventually('what is told after the storm is heard', () => {
      const known = new Set(heard());
      return published(now).some(({ what }) => known.has(what));
    });
    simulator.notifications.setEventsPerSecond(0);
    const messages = published(from);
    const isInGap = ({ atMs, topic }: { readonly atMs: number; readonly topic: string }): boolean =>
      listening.began.some(({ gap, fromMs, missed }) => {
        const toMs = listening.ended.find((end) => end.gap === gap)?.toMs ?? -Infinity;
        return (fromMs ?? 0) <= atMs && atMs <= toMs && covers(missed, topic);
      });
    // A machine that stands still long enough is a silence, and a gap, once more.
    const [last] = messages.slice(-1);
    await eventually(
      'the last event is heard, or lies in a gap',
      () => last && (heard().includes(last.what) || isInGap(last)),
    );

    const told = new Set(heard());
    expect(heard()).toHaveLength(told.size);
    const untold = messages.filter(({ what }) => !told.has(what));
    expect(untold.filter((message) => !isInGap(message))).toEqual([]);
    expect(untold.length).toBeGreaterThan(0);
    expect(listening.began.length).toBeGreaterThan(3);
  });
});
