import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Closing } from '../src/cli/closing.js';
import { EXIT } from '../src/cli/output.js';
import { type Figure, machine, type Report } from './figures.js';
import { bundlePacingWorkflows } from './pacing/bundle.js';
import { CONTENDERS, type ContenderName } from './pacing/contender.js';
import { type MedianRow, medianRows } from './pacing/medians.js';
import { runShape, type ShapeRun } from './pacing/runShape.js';
import { SHAPES, type Shape } from './pacing/shapes.js';

/** What is run. Options of the command line replace parts of it. */
export interface PacingSize {
  /** Real time that the limiter needs for the work of a run, at best, in milliseconds. */
  readonly withinMs: number;
  readonly seeds: readonly number[];
  readonly shapes: readonly Shape[];
  /** Who runs before a shape. */
  readonly contenders: (shape: Shape) => readonly ContenderName[];
  /** Runs at the same time. */
  readonly atOnce: number;
  /** Whether a run ends with ours: the others then show only that they still work. */
  readonly untilOurs: boolean;
}

/**
 * One that is told and one that is not; before the first the others show that they still work. Those that are told wrongly, and jobs
 * instead of calls, are held by the model's benchmark in `ci`: a run of each here takes a minute and a half more.
 */
const SHORT_SHAPES = ['fixed told', 'rolling silent'];

export const PACING_SIZES: Readonly<Record<Report['form'], PacingSize>> = {
  full: {
    withinMs: 45_000,
    seeds: [1, 2, 3],
    shapes: SHAPES,
    contenders: () => CONTENDERS,
    atOnce: 1,
    untilOurs: false,
  },
  short: {
    withinMs: 30_000,
    seeds: [1],
    shapes: SHAPES.filter(({ name }) => SHORT_SHAPES.includes(name)),
    contenders: ({ name }) => (name === SHORT_SHAPES[0] ? CONTENDERS : ['rosterline']),
    atOnce: 2,
    untilOurs: true,
  },
};

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** Above this share of busy processors contenders wait for one another, and delays say little of limits. */
const STARVED_ABOVE = 0.9;

/** Where one of a hundred timers comes later than this, a limiter's window of 10 s is over before a call that was due in it. Milliseconds. */
const LATE_ABOVE_MS = 50;

/** What was found, with every run. */
export interface PacingReport extends Report {
  readonly runs: readonly ShapeRun[];
  readonly medians: readonly MedianRow[];
}

/**
 * The same jobs from two worker processes against limiters of several shapes: ours beside what people really use, side by side, each
 * against a simulator of its own.
 */
export async function pacingBench(
  form: Report['form'],
  size: PacingSize,
  say: (line: string) => void,
): Promise<PacingReport> {
  const startedAt = Date.now();
  const directory = await mkdtemp(join(tmpdir(), 'rosterline-bench-'));
  const runs: ShapeRun[] = [];
  const open = new Set<Closing>();
  const interrupted = (): void =>
    void Promise.allSettled([...open].map((closing) => closing.close())).finally(() => process.exit(EXIT.interrupted));
  for (const signal of SIGNALS) process.once(signal, interrupted);
  try {
    const workflowBundle = await bundlePacingWorkflows(directory);
    const wanted = size.shapes.flatMap((shape) => size.seeds.map((seed) => ({ shape, seed })));
    for (let first = 0; first < wanted.length; first += size.atOnce)
      runs.push(
        ...(await Promise.all(
          wanted
            .slice(first, first + size.atOnce)
            .map(({ shape, seed }) =>
              runShape({ ...size, contenders: size.contenders(shape), shape, seed, workflowBundle, open, say }),
            ),
        )),
      );
  } finally {
    for (const signal of SIGNALS) process.off(signal, interrupted);
    await rm(directory, { recursive: true, force: true });
  }
  const medians = medianRows(runs);
  return {
    bench: 'pacing',
    form,
    about: {
      'work of, at best, s': size.withinMs / 1000,
      seeds: size.seeds.join(' '),
      'time shortened, at most': Math.max(...size.shapes.map(({ scale }) => scale)),
    },
    table: medianTable(medians),
    figures: [
      ...medians
        .filter(({ contender }) => contender === 'rosterline')
        .flatMap((row) => ourFigures(row, starved(runs, row.shape))),
      ...load(runs),
    ],
    runs,
    medians,
    seconds: (Date.now() - startedAt) / 1000,
    machine: machine(),
  };
}

function medianTable(medians: readonly MedianRow[]): NonNullable<Report['table']> {
  return {
    head: ['limiter', 'contender', 'time ÷ best', '', 'calls', 'refused', 'when closed', 'urgent p95'],
    rows: medians.map((row) => [
      row.shape,
      row.contender,
      `${row.cutRuns * 2 > row.runs ? '≥ ' : ''}${row.timesBest.toFixed(2)}`,
      row.cutRuns === 0 ? '' : `cut ${row.cutRuns} of ${row.runs}`,
      row.made,
      row.refused,
      row.insideClosed,
      `${(row.urgentP95Ms / 1000).toFixed(1)} s`,
    ]),
    right: [2, 7],
  };
}

/** Why the runs of a shape say nothing of limits, where a machine that others had made every call late. */
function starved(runs: readonly ShapeRun[], shape: string): string | undefined {
  const lateMs = Math.max(...runs.filter((run) => run.shape === shape).map(({ machine: { lateMs: late } }) => late));
  return lateMs > LATE_ABOVE_MS ? `timers came ${Math.round(lateMs)} ms late` : undefined;
}

/**
 * What a short form is held to. Of few calls and seconds one run differs from the next by more than a third: hence the slack, which is
 * still far below what a herd behind a gate costs.
 */
function ourFigures(
  { shape, timesBest, refusedShare, insideClosed, urgentP95Ms }: MedianRow,
  unjudged: string | undefined,
): Figure[] {
  const held = (name: string, value: number, unit: string, slack: number): Figure => ({
    name: `${shape}: ${name}`,
    value,
    unit,
    recorded: { as: `pacing, ${shape}: ${name}`, better: 'lower', slack, ...(unjudged !== undefined && { unjudged }) },
  });
  return [
    held('time against the best', timesBest, '×', 0.2),
    held('calls refused', refusedShare * 100, '%', 5),
    held('calls when closed', insideClosed, 'calls', 10),
    held('delay of an urgent call, p95', urgentP95Ms / 1000, 's', 5),
  ];
}

function load(runs: readonly ShapeRun[]): Figure[] {
  const most = (value: (run: ShapeRun) => number): number => Math.max(...runs.map(value));
  const busy = most(({ machine: { busyShare } }) => busyShare);
  return [
    {
      name: `processors busy, worst run${busy > STARVED_ABOVE ? ': TOO BUSY, do not trust these times' : ''}`,
      value: busy * 100,
      unit: '%',
    },
    { name: 'timers late by, p99, worst run', value: most(({ machine: { lateMs } }) => lateMs), unit: 'ms' },
    ...[...CONTENDERS, 'Temporal server'].map((name) => ({
      name: `processors that ${name} kept busy, worst run`,
      value: most(({ machine: { cores } }) => cores[name] ?? 0),
      unit: 'cores',
    })),
  ];
}
