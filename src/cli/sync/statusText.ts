import type { RoundRecord, SyncState } from '../../domain/sync/syncState.js';
import { duration } from '../progressText.js';
import { labelled } from '../screenText.js';

/**
 * A sync's state for people: what it does and waits for, then each route with its trunks in order and why.
 *
 * @param last whose names of routes and trunks are shown; without it ids are.
 */
export function statusText(state: SyncState, last: RoundRecord | null, nowMs: number): string[] {
  const decided = new Map((last?.routes ?? []).map((route) => [route.outboundRoute, route]));
  return [
    ...headline(state, nowMs),
    ...trouble(state),
    ...state.routes.flatMap(({ outboundRoute, trunkBases, why }) => {
      const route = decided.get(outboundRoute);
      return [
        '',
        route ? `${route.name}  (${outboundRoute})` : outboundRoute,
        ...labelled(
          state.enabled ? 'carried by' : 'would be',
          trunkBases.map((id) => trunkName(route, id)).join(' · ') || 'nothing known yet',
        ),
        ...labelled('why', why),
        ...(route?.trunks ?? [])
          .filter(({ health }) => health !== 'healthy')
          .flatMap(({ why: trunkWhy }) => labelled('out', trunkWhy)),
      ];
    }),
    ...state.drift.flatMap((drift) => {
      const route = decided.get(drift.outboundRoute);
      const names = (ids: readonly string[]): string => ids.map((id) => trunkName(route, id)).join(' · ');
      return [
        '',
        `changed by hand, first seen ${instant(drift.since)}: ${route?.name ?? drift.outboundRoute}`,
        ...labelled('it was', names(drift.expected)),
        ...labelled('it is', names(drift.found)),
      ];
    }),
  ];
}

/** A trunk base's name where the route's decision has it, else its id. */
export function trunkName(
  route: { readonly trunks: readonly { readonly trunkBase: string; readonly name: string }[] } | undefined,
  trunkBase: string,
): string {
  return route?.trunks.find((trunk) => trunk.trunkBase === trunkBase)?.name ?? trunkBase;
}

/** An instant for people: UTC, to the second. */
export function instant(iso: string): string {
  return `${iso.slice(0, 19).replace('T', ' ')} UTC`;
}

function headline(state: SyncState, nowMs: number): string[] {
  const mode = state.paused
    ? 'paused'
    : state.enabled
      ? 'enabled'
      : "observes and writes nothing until 'rosterline sync enable'";
  const last =
    state.at === null
      ? 'no round has ended yet'
      : `round ${state.round} ended ${instant(state.at)}, ${duration(Math.max(0, nowMs - Date.parse(state.at)))} ago: ${count(state.writes, 'write')}`;
  return [last, ...labelled('the sync', mode), ...labelled('next round', state.next)];
}

function trouble(state: SyncState): string[] {
  const lines: string[] = [];
  const add = (label: string, text: string): void => void lines.push(...labelled(label, text));
  if (state.paused)
    add('paused', `since ${instant(state.paused.since)}${state.paused.reason ? `: ${state.paused.reason}` : ''}`);
  if (state.problem !== null) add('problem', state.problem);
  if (state.throttledUntil !== null)
    add(
      'waits',
      `until ${instant(state.throttledUntil)}: the API is closed; the round goes on then, with what is true then`,
    );
  if (state.needsApproval !== null)
    add(
      'approval',
      `of round ${state.needsApproval}: after 'rosterline sync plan', 'rosterline sync approve ${state.needsApproval}'`,
    );
  if (state.heldWrites > 0) add('held back', count(state.heldWrites, 'write'));
  if (state.unreadableSignals > 0)
    add('signals', `${state.unreadableSignals} could not be read since the start; rounds read the truth all the same`);
  return lines;
}

/** `1 write`, `3 writes`. */
export function count(many: number, what: string): string {
  return `${many} ${what}${many === 1 ? '' : 's'}`;
}
