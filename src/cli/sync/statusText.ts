import type { RouteDecision } from '../../domain/sync/roundDecision.js';
import type { RoundRecord, SyncState } from '../../domain/sync/syncState.js';
import { duration } from '../progressText.js';

/**
 * A sync's state for people: what it does and waits for, then each route with its trunks in order and why.
 *
 * @param last whose names of routes and trunks are shown; without it ids are.
 */
export function statusText(state: SyncState, last: RoundRecord | null, nowMs: number): string[] {
  const decided = new Map((last?.routes ?? []).map((route) => [route.outboundRoute, route]));
  return [
    headline(state, nowMs),
    ...trouble(state),
    ...state.routes.flatMap(({ outboundRoute, trunkBases, why }) => {
      const route = decided.get(outboundRoute);
      return [
        '',
        route ? `${route.name}  (${outboundRoute})` : outboundRoute,
        `  carried by  ${trunkBases.map((id) => trunkName(route, id)).join(' · ') || 'nothing known yet'}`,
        `  why         ${why}`,
        ...(route?.trunks ?? [])
          .filter(({ health }) => health !== 'healthy')
          .map(({ name, why: trunkWhy }) => `  out         ${name}: ${trunkWhy}`),
      ];
    }),
    ...state.drift.flatMap((drift) => {
      const route = decided.get(drift.outboundRoute);
      const names = (ids: readonly string[]): string => ids.map((id) => trunkName(route, id)).join(' · ');
      return [
        '',
        `changed by hand since ${instant(drift.since)}: ${route?.name ?? drift.outboundRoute}`,
        `  the sync left it at  ${names(drift.expected)}`,
        `  it is now            ${names(drift.found)}`,
      ];
    }),
  ];
}

/** A trunk base's name where the route's decision has it, else its id. */
export function trunkName(route: RouteDecision | undefined, trunkBase: string): string {
  return route?.trunks.find((trunk) => trunk.trunkBase === trunkBase)?.name ?? trunkBase;
}

/** An instant for people: UTC, to the second. */
export function instant(iso: string): string {
  return `${iso.slice(0, 19).replace('T', ' ')} UTC`;
}

function headline(state: SyncState, nowMs: number): string {
  const mode = state.paused ? 'paused' : state.enabled ? 'writes' : 'observes, writes nothing';
  if (state.at === null) return `no round has ended yet; ${mode}. Next: ${state.next}`;
  const ago = duration(Math.max(0, nowMs - Date.parse(state.at)));
  return `round ${state.round} ended ${instant(state.at)}, ${ago} ago, with ${count(state.writes, 'write')}; ${mode}. Next: ${state.next}`;
}

function trouble(state: SyncState): string[] {
  const lines: string[] = [];
  if (state.paused)
    lines.push(`paused since ${instant(state.paused.since)}${state.paused.reason ? `: ${state.paused.reason}` : ''}`);
  if (state.problem !== null) lines.push(`problem: ${state.problem}`);
  if (state.throttledUntil !== null)
    lines.push(
      `the API is closed until ${instant(state.throttledUntil)}; the round goes on then, with what is true then`,
    );
  if (state.needsApproval !== null)
    lines.push(
      `round ${state.needsApproval} waits for approval: look at 'rosterline sync plan', then 'rosterline sync approve ${state.needsApproval}'`,
    );
  if (state.heldWrites > 0) lines.push(`${count(state.heldWrites, 'write')} held back`);
  if (state.unreadableSignals > 0)
    lines.push(
      `${count(state.unreadableSignals, 'signal')} could not be read since the start; rounds read the truth all the same`,
    );
  return lines;
}

/** `1 write`, `3 writes`. */
export function count(many: number, what: string): string {
  return `${many} ${what}${many === 1 ? '' : 's'}`;
}
