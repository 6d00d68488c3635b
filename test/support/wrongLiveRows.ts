import type { RunningSimulator } from '../../src/simulator/startSimulator.js';
import type { LiveStore } from '../../src/warehouse/live/liveStore.js';

/** Agents whose rows say something else than the organisation does now: empty where all are right. */
export async function wrongLiveRows(
  simulator: Pick<RunningSimulator, 'notifications'>,
  store: Pick<LiveStore, 'query'>,
  tables: readonly ('adherence_live' | 'occupancy_live')[] = ['adherence_live', 'occupancy_live'],
): Promise<string[]> {
  const rows = await store.query(
    `SELECT user_id, adherence_state, system_presence, actual_activity_category, routing_status AS adherence_routing
       FROM adherence_live`,
  );
  const statuses = await store.query('SELECT user_id, routing_status, status_since FROM occupancy_live');
  const of = (all: Record<string, unknown>[], userId: string) => all.find(({ user_id }) => user_id === userId);
  return simulator.notifications.agents().flatMap(({ userId, adherence, routingStatus }) => {
    const is = { ...of(rows, userId), ...of(statuses, userId) };
    const should = {
      ...(tables.includes('adherence_live') && {
        adherence_state: adherence['adherenceState'],
        system_presence: adherence['systemPresence'],
        actual_activity_category: adherence['actualActivityCategory'],
        adherence_routing: adherence['routingStatus'],
      }),
      ...(tables.includes('occupancy_live') && {
        routing_status: routingStatus['status'],
        status_since: routingStatus['startTime'],
      }),
    };
    const wrong = Object.entries(should).filter(([column, value]) => (is as Record<string, unknown>)[column] !== value);
    return wrong.map(
      ([column, value]) =>
        `${userId} ${column}: ${String((is as Record<string, unknown>)[column])}, not ${String(value)}`,
    );
  });
}
