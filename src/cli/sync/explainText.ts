import type { WrittenWrite } from '../../domain/sync/syncState.js';
import type { HandChanges } from './changesByHand.js';
import type { Explained, ExplainedRoute } from './explainedAt.js';
import { labelled } from '../screenText.js';
import { rowDiff } from './rowDiff.js';
import { instant, trunkName } from './statusText.js';

const ROLES = { primary: 'carried calls', standby: 'stood by', failover: 'was out' } as const;

/** Why a trunk or route was as it was, for people. */
export function explainText(at: string, { routes }: Explained, byHand: readonly HandChanges[]): string[] {
  return routes.flatMap((route, index) => [
    ...(index > 0 ? [''] : []),
    ...(route.trunk === null ? routeText(at, route) : trunkText(at, route, route.trunk)),
    ...becameText(route),
    ...route.writes.flatMap((write) => writeText(route, write)),
    ...driftText(
      route,
      byHand.find(({ outboundRoute }) => outboundRoute === route.outboundRoute),
    ),
    ...labelled('sealed', `round ${route.round}, ${instant(route.endedAt)}, ${route.seal}`),
  ]);
}

function trunkText(at: string, route: ExplainedRoute, trunk: NonNullable<ExplainedRoute['trunk']>): string[] {
  return [
    `${trunk.name} (${trunk.carrier}) ${ROLES[trunk.role]} in ${route.name} at ${instant(at)}${observed(route)}`,
    ...labelled('why', trunk.why),
    ...labelled('route', `${order(route, route.decision.trunkBases)}: ${route.decision.why}`),
  ];
}

function routeText(at: string, route: ExplainedRoute): string[] {
  return [
    `${route.name} at ${instant(at)}: ${order(route, route.decision.trunkBases)}${observed(route)}`,
    ...labelled('why', route.decision.why),
    ...route.decision.trunks
      .filter(({ role }) => role !== 'standby')
      .flatMap(({ role, why }) => labelled(role === 'primary' ? 'carried' : 'out', why)),
  ];
}

function observed({ enabled }: ExplainedRoute): string {
  return enabled ? '' : ', as decided: the sync only observed';
}

function becameText({ since, round }: ExplainedRoute): string[] {
  if (since === null || since.round === round) return [];
  return labelled('since', `round ${since.round}, ${instant(since.endedAt)}: ${since.why}`);
}

function writeText(route: ExplainedRoute, { kind, outcome, before, after, at, problem }: WrittenWrite): string[] {
  const list = (value: unknown): string => (Array.isArray(value) ? order(route, value.map(String)) : String(value));
  const change = kind === 'row' ? rowDiff(before, after) : `${list(before)} → ${list(after)}`;
  const ended = outcome === 'written' ? instant(at) : `${outcome}${problem ? `: ${problem}` : ''}`;
  return labelled(kind === 'route' ? 'written' : kind, `${change} (${ended})`);
}

function driftText(route: ExplainedRoute, changes: HandChanges | undefined): string[] {
  const { drift } = route;
  if (!drift) return [];
  return [
    ...labelled(
      'by hand',
      `first seen ${instant(drift.since)}: ${order(route, drift.expected)} → ${order(route, drift.found)}`,
    ),
    ...(changes?.changes ?? []).flatMap(({ at, who, action }) =>
      labelled('by', `${who}, ${instant(at)} (${action ?? 'changed'})`),
    ),
    ...(changes?.notTold ? labelled('by', `not told: ${changes.notTold}`) : []),
  ];
}

function order(route: ExplainedRoute, trunkBases: readonly string[]): string {
  return trunkBases.map((id) => trunkName(route.decision, id)).join(' · ') || 'nothing';
}
