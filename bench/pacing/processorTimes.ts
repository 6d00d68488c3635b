import { readFileSync } from 'node:fs';

/** How busy the machine has been since it started, in units that only matter to each other. Linux. */
export interface ProcessorTimes {
  readonly busy: number;
  readonly all: number;
}

/** The machine's processors, everything that runs on it included. */
export function processorTimes(): ProcessorTimes {
  const [first = ''] = readFileSync('/proc/stat', 'utf8').split('\n', 1);
  // user nice system idle iowait irq softirq steal; guest time is in user's.
  const times = first.trim().split(/\s+/).slice(1, 9).map(Number);
  const all = times.reduce((sum, time) => sum + time, 0);
  return { busy: all - (times[3] ?? 0) - (times[4] ?? 0), all };
}

/** Share of the machine's processors that were busy between two looks, from 0 to 1. */
export function busyShare(before: ProcessorTimes, after: ProcessorTimes): number {
  return (after.busy - before.busy) / Math.max(1, after.all - before.all);
}
