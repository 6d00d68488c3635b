import type { LiveReport } from './liveState.js';

/** The feed in some lines of Markdown, for the server's own screen. */
export function describeFeed(report: LiveReport): string {
  const { takeOver, connected, since, whole, topics, gaps, occupancyOff, problem } = report;
  const heard = Object.values(topics).reduce((sum, count) => sum + count, 0);
  return [
    connected ? `**Listening** since ${since ?? '?'}, to ${heard} topics` : '**Not connected**',
    `take-over ${takeOver} · ${whole ? 'whole: no gap is open' : 'not whole'} · gaps of this listener: ${gaps.met}, open: ${gaps.open}`,
    ...report.rejected.map(
      ({ pattern, count, reason, missingPermissions }) =>
        `- rejected: ${count} × \`${pattern}\` (${[reason, ...missingPermissions].join(', ')})`,
    ),
    ...(occupancyOff === null ? [] : [`- occupancy_live is off: ${occupancyOff}`]),
    ...(problem === null ? [] : [`- ${problem}`]),
  ].join('\n\n');
}
