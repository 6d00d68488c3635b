import type { SyncState } from './syncState.js';

/** A sync's state for the Temporal UI, as markdown. */
export function describeSync(state: SyncState): string {
  const lines = [`**${headline(state)}**`];
  if (state.problem !== null) lines.push(state.problem);
  if (state.needsApproval !== null)
    lines.push(`Round ${state.needsApproval} waits for approval: \`rosterline sync approve ${state.needsApproval}\`.`);
  lines.push(...state.routes.map(({ outboundRoute, why }) => `- \`${outboundRoute}\`: ${why}`));
  lines.push(...state.drift.map(({ outboundRoute, since }) => `- \`${outboundRoute}\` was changed by hand (${since})`));
  lines.push(`Next round ${state.next}.`);
  return lines.join('\n\n').slice(0, 15_000);
}

function headline({ round, at, enabled, writes, heldWrites, paused }: SyncState): string {
  if (paused !== null) return `Paused since ${paused.since}${paused.reason === null ? '' : `: ${paused.reason}`}`;
  if (at === null) return 'Before its first round';
  const what = enabled ? `${writes} writes` : `observing, ${heldWrites} writes held back`;
  return `Round ${round} at ${at}: ${what}`;
}
