import type { WrittenWrite } from '../../domain/sync/syncState.js';
import type { HandChanges } from './changesByHand.js';
import type { Explained, ExplainedRoute } from './explainedAt.js';
import { instant, trunkName } from './statusText.js';

const ROLES = { primary: 'carried calls', standby: 'stood by', failover: 'was out' } as const;

/** Why a trunk or route was as it was, for people. */
export function explainText(at: string, { routes }: Explained, byHand: readonly HandChanges[]): string[] {
  return routes.flatMap((route, index) => [
    ...(index > 0 ? [''] : []),
    ...(route.trunk === null ? routeText(at, route) : trunkText(at, route, route.trunk)),
    ...becameText(route),
    ...route.writes.map((write) => writeText(route, write)),
    ...driftText(
      route,
      byHand.find(({ outboundRoute }) => outboundRoute === route.outboundRoute),
    ),
    `  sealed   round ${route.round}, ${instant(route.endedAt)}, ${route.seal}`,
  ]);
}

function trunkText(at: string, route: ExplainedRoute, trunk: NonNullable<ExplainedRoute['trunk']>): string[] {
  const observed = route.enabled ? '' : ', as decided: the sync only observed';
  return [
    `${trunk.name} (${trunk.carrier}) ${ROLES[trunk.role]} in ${route.name} at ${instant(at)}${observed}`,
    `  why      ${trunk.why}`,
    `  route    ${order(route, route.decision.trunkBases)}: ${route.decision.why}`,
  ];
}

function routeText(at: string, route: ExplainedRoute): string[] {
  const observed = route.enabled ? '' : ', as decided: the sync only observed';
  return [
    `${route.name} at ${instant(at)}: ${order(route, route.decision.trunkBases)}${observed}`,
    `  why      ${route.decision.why}`,
    ...route.decision.trunks
      .filter(({ role }) => role !== 'standby')
      .map(({ name, role, why }) => `  ${name}: ${ROLES[role]}; ${why}`),
  ];
}

function becameText({ since, round }: ExplainedRoute): string[] {
  if (since === null || since.round === round) return [];
  return [`  since    round ${since.round}, ${instant(since.endedAt)}: ${since.why}`];
}

function writeText(route: ExplainedRoute, { kind, outcome, before, after, at, problem }: WrittenWrite): string {
  const shown = (value: unknown): string =>
    Array.isArray(value)
      ? order(route, value.map(String))
      : typeof value === 'object'
        ? JSON.stringify(value)
        : String(value);
  const ended = outcome === 'written' ? instant(at) : `${outcome}${problem ? `: ${problem}` : ''}`;
  return `  ${kind === 'row' ? 'row  ' : kind}    ${shown(before)} → ${shown(after)} (${ended})`;
}

function driftText(route: ExplainedRoute, changes: HandChanges | undefined): string[] {
  if (!route.drift) return [];
  return [
    `  by hand  first seen ${instant(route.drift.since)}: ${order(route, route.drift.expected)} → ${order(route, route.drift.found)}`,
    ...(changes?.changes ?? []).map(
      ({ at, who, action }) => `           ${instant(at)} ${action ?? 'changed'} by ${who}`,
    ),
    ...(changes?.notTold ? [`           who did it: ${changes.notTold}`] : []),
  ];
}

function order(route: ExplainedRoute, trunkBases: readonly string[]): string {
  return trunkBases.map((id) => trunkName(route.decision, id)).join(' · ') || 'nothing';
}
