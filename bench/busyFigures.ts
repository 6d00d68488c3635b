import type { ExportStage } from './exportStage.js';
import type { Figure } from './figures.js';
import { processorSeconds } from './processMemory.js';

/** Processor seconds that each process of a stage has used so far. */
export function busySeconds({ processes }: ExportStage): Record<string, number> {
  return Object.fromEntries(Object.entries(processes).map(([name, pid]) => [name, processorSeconds(pid)]));
}

/**
 * How many processors each process kept busy since `before`, over so many seconds.
 *
 * What comes to the machine's number in all, or a process near 1 that has one thread, is what bounds an export.
 */
export function busyFigures(stage: ExportStage, before: Readonly<Record<string, number>>, seconds: number): Figure[] {
  return Object.entries(busySeconds(stage)).map(([name, used]) => ({
    name: `processors busy with the ${name}`,
    value: (used - (before[name] ?? 0)) / seconds,
    unit: 'cores',
  }));
}
