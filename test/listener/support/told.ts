import type { RunningSimulator } from '../../../src/simulator/startSimulator.js';
import { eventually } from '../../support/eventually.js';
import type { Heard } from './listening.js';

/** Statuses and adherence that the simulator told since a message, as the listener tells them: whose, and as of when. */
export function toldBy(simulator: RunningSimulator, fromMessage = 1): string[] {
  return simulator.notifications.messages(fromMessage).flatMap(({ topic, eventBody }) => {
    const body = eventBody as {
      id: string;
      routingStatus?: { startTime?: string };
      user?: { id: string };
      adherenceChangeTime?: string;
      presenceUpdateTime?: string;
    };
    if (topic.endsWith('.routingStatus'))
      return [`routingStatus ${body.id} ${Date.parse(body.routingStatus?.startTime ?? '')}`];
    if (!topic.startsWith('v2.workforcemanagement.managementunits.') || !topic.endsWith('.adherence')) return [];
    const atMs = Math.max(Date.parse(body.adherenceChangeTime ?? ''), Date.parse(body.presenceUpdateTime ?? ''));
    return [`adherence ${body.user?.id} ${atMs}`];
  });
}

/** What a listener told of them, in the same words. */
export function heardBy(listening: Heard): string[] {
  return listening.events.flatMap((event) =>
    event.kind === 'adherence' || event.kind === 'routingStatus' ? [`${event.kind} ${event.userId} ${event.atMs}`] : [],
  );
}

/** Waits until the last thing that was told was heard. */
export async function heardLast(listening: Heard, last: string | undefined): Promise<void> {
  await eventually(`${last} was heard`, () => last !== undefined && heardBy(listening).includes(last));
}
