import type { AdherenceEvent, RoutingStatusEvent } from './liveEvent.js';
import { type LiveWatch, NOTHING_WATCHED } from './liveWatch.js';

/** How far an event's own time may be from Genesys's clock: it comes within seconds, and its clocks agree within as many. */
const CREDIBLE_MS = 600_000;

/**
 * What is to be read by REST instead of an event whose own time is not credible; null where it is.
 *
 * Rows are ordered by these times: one that is an hour ahead would keep an hour's news out, and one that is an hour behind would be
 * dropped. Late adherence alone says nothing, because Genesys tells of other things about an agent under the time of the last change;
 * but then it is not older than what is known.
 *
 * @param knownMs the latest time that is known of the agent's adherence; null where none is.
 */
export function untimely(
  event: AdherenceEvent | RoutingStatusEvent,
  genesysMs: number,
  knownMs: number | null,
): LiveWatch | null {
  const { atMs } = event;
  if (Math.abs(atMs - genesysMs) <= CREDIBLE_MS) return null;
  if (event.kind === 'routingStatus') return { ...NOTHING_WATCHED, userIds: [event.userId] };
  const isAhead = atMs > genesysMs;
  const isOlder = knownMs !== null && atMs < knownMs;
  if ((!isAhead && !isOlder) || event.managementUnitId === null) return null;
  return { ...NOTHING_WATCHED, managementUnitIds: [event.managementUnitId] };
}
