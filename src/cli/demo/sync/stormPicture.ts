import type { SyncPolicy } from '../../../domain/sync/syncPolicy.js';
import { textTable } from '../../textTable.js';
import type { TelephonyFacts } from './telephonyControl.js';

/** How the organisation was at one moment. */
export interface Moment {
  readonly name: string;
  readonly facts: TelephonyFacts;
}

/**
 * The route before, during and after in one picture: a line for each trunk in order of preference, a column for each moment. A number is
 * the place in the route; `DOWN` is a trunk in failover, with its place where the route still names it.
 */
export function stormPicture(policy: SyncPolicy, moments: readonly Moment[]): string[] {
  const [route] = policy.sites[0]?.routes ?? [];
  if (!route) return [];
  const name = (id: string): string => moments[0]?.facts.trunkBases.find((base) => base.id === id)?.name ?? id;
  return textTable(
    ['trunk', ...moments.map((moment) => moment.name)],
    route.trunks.map(({ trunkBase }) => [
      name(trunkBase),
      ...moments.map(({ facts }) => cell(facts, route.outboundRoute, trunkBase)),
    ]),
  );
}

function cell(facts: TelephonyFacts, outboundRoute: string, trunkBase: string): string {
  const place = (facts.routes.find(({ id }) => id === outboundRoute)?.trunkBaseIds ?? []).indexOf(trunkBase) + 1;
  const isDown = facts.trunkBases.some(({ id, inFailover }) => id === trunkBase && inFailover);
  if (isDown) return place === 0 ? 'DOWN' : `DOWN, still ${place}`;
  return place === 0 ? '·' : String(place);
}
