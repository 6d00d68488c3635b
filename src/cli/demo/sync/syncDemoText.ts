import { wrapped } from '../../screenText.js';
import { textTable } from '../../textTable.js';
import type { SyncDemoReport } from './runSyncDemo.js';

/** The sync makes at most this share of the loop's calls. */
const MOST_OF_THE_LOOP = 1 / 8;

/** The outcome for people: the picture of the route, then the calls beside the loop's. */
export function syncDemoText(report: SyncDemoReport): string[] {
  const { ours, loop, events } = report;
  const sides = [
    ['Rosterline', ours],
    ["the complaint's loop", loop],
  ] as const;
  return [
    '',
    `the route before, during and after ${events.edits} schedule edits and ${events.failovers} failovers in ${events.seconds} s; numbers are places in it:`,
    '',
    ...report.picture,
    '',
    ...wrapped(report.why, ''),
    '',
    ...textTable(
      ['', 'calls', 'refused', 'sent while closed', 'at the end'],
      sides.map(([name, { counts, final }]) => [
        name,
        counts.made,
        counts.refused,
        counts.insideGate,
        final.wrong.length === 0 ? 'right' : `${final.wrong.length} things wrong: ${final.wrong[0] ?? ''}`,
      ]),
    ),
    '',
    `${report.rounds} rounds; 1 call for each ${Math.round(loop.counts.made / Math.max(1, ours.counts.made))} of the loop; ${report.seconds} s in all`,
  ];
}

/** Whether the sync did what it promises: an eighth of the calls, none into a closed gate, the right state at the end. */
export function isAsPromised({ ours, loop }: SyncDemoReport): boolean {
  return (
    ours.counts.made <= loop.counts.made * MOST_OF_THE_LOOP &&
    ours.counts.insideGate === 0 &&
    ours.final.wrong.length === 0
  );
}
