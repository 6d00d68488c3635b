import { BENCHES } from './benches.js';
import { holds, type Report } from './figures.js';
import { compared, type Comparison, type Recorded } from './record.js';

/**
 * Held by processor time, by memory, or by what is the same on every machine: in `ci` they run one after the other at the lowest
 * priority, beside those that wait.
 */
export const COMPUTING = ['load', 'verify', 's3', 'memory', 'model'] as const;

/** Those that wait for jobs and for limits to open and use a fifth of a processor: in `ci` they run beside each other. */
export const WAITING = ['calls', 'pacing', 'sync'] as const;

export type HeldBench = (typeof COMPUTING)[number] | (typeof WAITING)[number];

/** Those with ratios in `recorded.json`; the model is held to what it promises. */
export const RECORDED: readonly HeldBench[] = ['load', 'calls', 'memory', 'verify', 's3', 'pacing', 'sync'];

/** What a benchmark's short form came to beside the record. */
export interface Held {
  readonly reports: readonly Report[];
  readonly comparisons: readonly Comparison[];
  /** Whether all that was promised of every form holds too, where that is the same on every machine. */
  readonly kept: boolean;
}

/**
 * Measures a short form, and once more where something regressed: another program may have had the machine, and what is really slower is
 * slower twice. A ratio regressed that did so both times.
 *
 * @param onReport gets each report as it is there.
 */
export async function heldTo(
  name: HeldBench,
  recorded: Recorded,
  say: (line: string) => void,
  onReport: (report: Report) => void,
): Promise<Held> {
  const measure = async (): Promise<Report> => {
    const report = await BENCHES[name]('short', say, {});
    onReport(report);
    return report;
  };
  const first = await measure();
  const kept = name !== 'model' || first.figures.every((figure) => holds(figure, first.form) !== false);
  const comparisons = compared(first, recorded);
  if (!comparisons.some(({ regressed }) => regressed)) return { reports: [first], comparisons, kept };
  const second = await measure();
  const again = new Map(compared(second, recorded).map((comparison) => [comparison.as, comparison]));
  return {
    reports: [first, second],
    comparisons: comparisons.map((comparison) =>
      comparison.regressed ? (again.get(comparison.as) ?? comparison) : comparison,
    ),
    kept,
  };
}
