import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { Figure, Report } from './figures.js';

const FILE = fileURLToPath(new URL('recorded.json', import.meta.url));

/** A ratio may be worse than the recorded one by this share before it counts as a regression. */
const TOLERATED = 1 / 3;

const Recorded = z.object({
  command: z.string(),
  recordedAt: z.string(),
  cores: z.number(),
  node: z.string(),
  /** Ratios that mean the same on every machine. */
  ratios: z.record(z.string(), z.number()),
});
export type Recorded = z.infer<typeof Recorded>;

export function readRecord(): Recorded {
  return Recorded.parse(JSON.parse(readFileSync(FILE, 'utf8')));
}

/** Writes the ratios of the reports as what later ones are held to; those of other benchmarks stay. */
export function writeRecord(reports: readonly Report[], command: string): Recorded {
  const ratios = Object.fromEntries(reports.flatMap(ratiosOf).map(({ as, value }) => [as, Number(value.toFixed(3))]));
  const [first] = reports;
  if (!first) throw new RangeError('nothing was measured');
  const kept = readRecord().ratios;
  const recorded: Recorded = {
    command,
    recordedAt: new Date().toISOString(),
    ...first.machine,
    ratios: { ...kept, ...ratios },
  };
  writeFileSync(FILE, `${JSON.stringify(recorded, null, 2)}\n`);
  return recorded;
}

/** A ratio beside the recorded one. */
export interface Comparison {
  readonly as: string;
  readonly measured: number;
  readonly recorded: number | null;
  /** The worst that is tolerated. */
  readonly limit: number | null;
  readonly regressed: boolean;
  /** Why it was not held, where it was not. */
  readonly unjudged?: string;
}

/** Holds the ratios of a report against the record: worse by more than a third is a regression; a ratio without a record is one too. */
export function compared(report: Report, { ratios }: Recorded): Comparison[] {
  return ratiosOf(report).map(({ as, value, better, slack = 0, unjudged }) => {
    const recorded = ratios[as];
    if (unjudged !== undefined)
      return { as, measured: value, recorded: recorded ?? null, limit: null, regressed: false, unjudged };
    if (recorded === undefined) return { as, measured: value, recorded: null, limit: null, regressed: true };
    const limit = better === 'higher' ? recorded * (1 - TOLERATED) - slack : recorded * (1 + TOLERATED) + slack;
    // Written so that a figure which is no number regresses.
    const regressed = better === 'higher' ? !(value >= limit) : !(value <= limit);
    return { as, measured: value, recorded, limit, regressed };
  });
}

function ratiosOf({ figures }: Report): (NonNullable<Figure['recorded']> & { value: number })[] {
  return figures.flatMap(({ value, recorded }: Figure) => (recorded ? [{ ...recorded, value }] : []));
}
