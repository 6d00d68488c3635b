import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { AdherenceEvent, RoutingStatusEvent } from '../../src/domain/live/liveEvent.js';
import { type RunningSimulator, startSimulator } from '../../src/simulator/startSimulator.js';
import { eventually } from '../support/eventually.js';
import { everything, type Listening, startListening } from './support/listening.js';

let simulator: RunningSimulator;
let listening: Listening | null = null;

beforeEach(async () => {
  simulator = await startSimulator({ telephony: {}, live: { eventsPerSecond: 0 } });
});
afterEach(async () => {
  await listening?.stop();
  listening = null;
  await simulator.close();
});

describe('a listener', () => {
  it('hears of schedules, trunks, adherence and routing statuses', async () => {
    listening = startListening(simulator, everything(simulator));
    await listening.whole();
    simulator.notifications.move(20);
    simulator.telephony.happen({ kind: 'trunks', carrier: 'M1', connected: false });
    await eventually('every kind came', () => new Set(listening?.events.map(({ kind }) => kind)).size >= 3);
  });
});
