import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type RunningSimulator, startSimulator } from '../../src/simulator/startSimulator.js';
import { eventually } from '../support/eventually.js';
import { everything, type Listening, startListening } from './support/listening.js';
import { heardBy, heardLast, toldBy } from './support/told.js';

describe('of two channels that bring the same, a listener tells it once', () => {
  let simulator: RunningSimulator;
  let listening: Listening;
  /** The answers to subscriptions are held back while there is one; the channel is subscribed all the same. */
  let gate: Promise<void> | null;
  let open: () => void;
  let subscribed: number;
  const close = (): void => {
    gate = new Promise((resolve) => {
      open = resolve;
    });
  };

  beforeEach(async () => {
    [gate, subscribed] = [null, 0];
    simulator = await startSimulator({ live: { eventsPerSecond: 0 } });
    listening = startListening(
      simulator,
      everything(simulator),
      { overlapMs: 3_600_000, callTimeoutMs: 3_600_000 },
      {
        calls: (real) => ({
          ...real,
          subscribe: async (...given) => {
            const answer = await real.subscribe(...given);
            subscribed++;
            await gate;
            return answer;
          },
        }),
      },
    );
    await listening.whole();
  });

  afterEach(async () => {
    await listening.stop();
    await simulator.close();
  });

  /** What came last comes by the newest channel alone: all that it brought before was read then. */
  async function toldOnce(): Promise<void> {
    open();
    await listening.whole();
    simulator.notifications.move(1);
    await heardLast(listening, toldBy(simulator).at(-1));
    expect(heardBy(listening).sort()).toEqual(toldBy(simulator).sort());
  }

  it('also where the next channel is lost while the one before is listened to still', async () => {
    simulator.notifications.befall({ kind: 'closing', afterSeconds: 3_600 });
    await eventually('the next channel is subscribed', () => subscribed === 2);
    simulator.notifications.move(5);
    await heardLast(listening, toldBy(simulator).at(-1));
    close();
    const next = simulator.notifications.channels().at(-1)?.id ?? '';
    await gapAfterLossOf(next);
    await eventually('the one after it is subscribed', () => subscribed === 3);
    simulator.notifications.move(5);
    await heardLast(listening, toldBy(simulator).at(-1));
    await toldOnce();
  });

  it('also where the one before is lost before the next is known to be subscribed', async () => {
    close();
    simulator.notifications.befall({ kind: 'closing', afterSeconds: 3_600 });
    const [before] = simulator.notifications.channels();
    await eventually('the next channel is subscribed', () => subscribed === 2);
    simulator.notifications.move(5);
    await gapAfterLossOf(before?.id ?? '');
    await toldOnce();
  });

  async function gapAfterLossOf(channelId: string): Promise<void> {
    const before = listening.began.length;
    simulator.notifications.befall({ kind: 'evict', channelId });
    await eventually('the loss is told', () => listening.began.length > before);
  }
});
