import type { SyncPolicy } from '../../../domain/sync/syncPolicy.js';
import type { TelephonyFacts } from './telephonyControl.js';

/** What is wrong with an organisation's route and rows after a storm; nothing where all is right. */
export interface FinalState {
  readonly route: readonly string[];
  readonly wrong: readonly string[];
}

/**
 * Holds an organisation to what its trunks and agents ask for, reckoned anew from the policy's words: the healthy trunk bases in order of
 * preference until they carry the calls wanted, never fewer than the minimum; a row for each with its role.
 *
 * @param agents who work in the interval, as the round that decided last counted them.
 */
export function finalState(policy: SyncPolicy, facts: TelephonyFacts, agents: number): FinalState {
  const [route] = policy.sites[0]?.routes ?? [];
  const found = facts.routes.find(({ id }) => id === route?.outboundRoute)?.trunkBaseIds ?? [];
  if (!route) return { route: found, wrong: ['the policy has no route'] };
  const down = new Set(facts.trunkBases.filter(({ inFailover }) => inFailover).map(({ id }) => id));
  const wanted = Math.ceil(agents * route.callsPerAgent);
  const right: string[] = [];
  let carried = 0;
  for (const { trunkBase, maxCalls } of route.trunks.filter((trunk) => !down.has(trunk.trunkBase))) {
    if (carried >= wanted && right.length >= route.minimumTrunks) break;
    right.push(trunkBase);
    carried += maxCalls;
  }
  const name = (id: string): string => facts.trunkBases.find((base) => base.id === id)?.name ?? id;
  const wrong = [
    ...found.filter((id) => down.has(id)).map((id) => `the route names ${name(id)}, which is down`),
    ...(found.join() === right.join()
      ? []
      : [`the route is ${found.map(name).join(', ')}, not ${right.map(name).join(', ')}`]),
    ...route.trunks.flatMap(({ trunkBase }) => {
      const role = down.has(trunkBase) ? 'failover' : right.includes(trunkBase) ? 'primary' : 'standby';
      const row = facts.rows[trunkBase];
      return row?.['role'] === role ? [] : [`the row of ${name(trunkBase)} says ${String(row?.['role'])}, not ${role}`];
    }),
  ];
  return { route: found, wrong };
}
