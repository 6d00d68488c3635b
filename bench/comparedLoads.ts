import { type Figure, median } from './figures.js';
import type { Timed } from './timed.js';

/**
 * Figures of two ways to do the same that took turns, as medians. What is promised is their ratio by the clock, on a machine of one's
 * own; what is recorded and held is that by processor time, which other programs change little.
 */
export function comparedLoads(
  ours: readonly Timed[],
  theirs: readonly Timed[],
  names: {
    readonly ours: string;
    readonly theirs: string;
    readonly ratio: string;
    readonly atLeast: number;
    readonly as: string;
  },
): Figure[] {
  const seconds = (all: readonly Timed[]): number => median(all.map((one) => one.seconds));
  const processor = (all: readonly Timed[]): number => median(all.map((one) => one.processorSeconds));
  return [
    { name: names.ours, value: seconds(ours), unit: 's' },
    { name: names.theirs, value: seconds(theirs), unit: 's' },
    {
      name: names.ratio,
      value: seconds(theirs) / seconds(ours),
      unit: '×',
      must: { atLeast: names.atLeast },
    },
    {
      name: `${names.ratio}, by processor time`,
      value: processor(theirs) / processor(ours),
      unit: '×',
      recorded: { as: `${names.as}, by processor time`, better: 'higher' },
    },
  ];
}
