import { setTimeout as sleep } from 'node:timers/promises';
import type { StormEvent } from './storm.js';
import type { TelephonyControl } from './telephonyControl.js';

/** One who has to cope with a storm: an organisation of its own, and how it is told of an event. */
export interface Stormed {
  readonly control: TelephonyControl;
  /** What it does goes on by itself; a failure of it is its own. */
  notify(event: StormEvent): void;
}

/** What an event does to the simulated organisation. */
export function organisationEvent(event: StormEvent, businessUnitId: string): object {
  if (event.kind === 'trunk') return { kind: 'trunks', trunkBaseIds: [event.trunkBase], connected: event.connected };
  const { agents } = event;
  return { kind: 'schedules', businessUnitId, ...(agents > 0 ? { addAgents: agents } : { removeAgents: -agents }) };
}

/** Lets the same events happen to all at the same instants, and tells each of every event as it comes. */
export async function runStorm(
  events: readonly StormEvent[],
  businessUnitId: string,
  stormed: readonly Stormed[],
  onEvent: (event: StormEvent, left: number) => void,
): Promise<void> {
  const script = events.map((event) => ({
    afterSeconds: event.atMs / 1000,
    event: organisationEvent(event, businessUnitId),
  }));
  const startedMs = Date.now();
  await Promise.all(stormed.map(({ control }) => control.script(script)));
  for (const [index, event] of events.entries()) {
    await sleep(Math.max(0, startedMs + event.atMs + TOLD_AFTER_MS - Date.now()));
    for (const one of stormed) one.notify(event);
    onEvent(event, events.length - index - 1);
  }
}

/** The organisations' clocks start with the script's arrival: who is told earlier could not see it yet. */
const TOLD_AFTER_MS = 100;
