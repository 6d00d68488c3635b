import { median } from '../figures.js';
import { CONTENDERS, type ContenderName } from './contender.js';
import type { Verdict } from './judge.js';
import type { ShapeRun } from './runShape.js';

/** What a contender did against a shape: medians over the seeds. */
export interface MedianRow {
  readonly shape: string;
  readonly contender: ContenderName;
  /** A cut run counts with what it is at least. */
  readonly timesBest: number;
  readonly cutRuns: number;
  readonly runs: number;
  readonly made: number;
  readonly refused: number;
  /** Refused calls ÷ calls made, from 0 to 1. */
  readonly refusedShare: number;
  readonly insideClosed: number;
  readonly urgentP95Ms: number;
}

/** One row for each shape and contender that ran, shapes as they came, contenders in their order. */
export function medianRows(runs: readonly ShapeRun[]): MedianRow[] {
  const shapes = [...new Set(runs.map(({ shape }) => shape))];
  return shapes.flatMap((shape) =>
    CONTENDERS.flatMap((contender) => {
      const verdicts = runs
        .filter((run) => run.shape === shape)
        .flatMap((run) => run.verdicts.filter((verdict) => verdict.contender === contender));
      return verdicts.length === 0 ? [] : [medianRow(shape, contender, verdicts)];
    }),
  );
}

function medianRow(shape: string, contender: ContenderName, verdicts: readonly Verdict[]): MedianRow {
  const of = (value: (verdict: Verdict) => number): number => median(verdicts.map(value));
  return {
    shape,
    contender,
    timesBest: of(({ timesBest }) => timesBest),
    cutRuns: verdicts.filter(({ cut }) => cut).length,
    runs: verdicts.length,
    made: of(({ made }) => made),
    refused: of(({ refused }) => refused),
    refusedShare: of(({ made, refused }) => refused / Math.max(1, made)),
    insideClosed: of(({ insideClosed }) => insideClosed),
    urgentP95Ms: of(({ urgent }) => urgent.p95Ms),
  };
}
