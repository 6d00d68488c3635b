import type { LiveCarried, LiveReport } from './liveState.js';

/** What a report makes of the feed: one of an older listener is dropped. */
export function reported(carried: LiveCarried, report: LiveReport, at: string): LiveCarried {
  const { takeOver: known } = carried.report;
  if (report.takeOver < known) return carried;
  return { ...carried, report, at, takeOvers: carried.takeOvers + (report.takeOver > known ? 1 : 0) };
}

/** Whether a later report says more than that time has passed. */
export function saysMore(before: LiveReport, after: LiveReport): boolean {
  return JSON.stringify(timeless(before)) !== JSON.stringify(timeless(after));
}

/** Figures that only grow are told with the next report that says more. */
function timeless(report: LiveReport): object {
  const { waiting, unreadable, sync } = report;
  return { ...report, lastMessage: null, waiting: waiting > 0, unreadable: unreadable > 0, sync: sync.state };
}
