import { describe, expect, it } from '@jest/globals';
import type { SimulatorCounts } from '../../src/simulator/control/counters.js';
import { LimitSettings } from '../../src/simulator/limits/limitSettings.js';
import { askedBody, askedJob, askedJobs } from '../../bench/pacing/asked.js';
import { CUT_AT, judged, percentile, type Run } from '../../bench/pacing/judge.js';
import { medianRows } from '../../bench/pacing/medians.js';
import type { ShapeRun } from '../../bench/pacing/runShape.js';
import { bestMsOf, limitOf, SHAPES } from '../../bench/pacing/shapes.js';
import { MOST_CALLS, URGENT_EVERY_MS, workSize } from '../../bench/pacing/work.js';
import { dealt } from '../../bench/pacing/workMessage.js';

const JOBS = askedJobs('backfill', 4);
const FIRST = askedJob('backfill', 0);
const URGENT = [askedJob('urgent', 0), askedJob('urgent', 1)] as const;

/** Counts of a simulator that accepted these jobs at these instants, and refused some. */
function counts(accepted: readonly [ReturnType<typeof askedJob>, number][], refused = 0): SimulatorCounts {
  return {
    jobs: {
      requests: accepted.map(([job, arrivedAtMs]) => ({ body: askedBody(job), jobs: [{ arrivedAtMs }] })),
    },
    limits: { bench: { accepted: accepted.length, refused, insideClosed: 1 } },
  } as unknown as SimulatorCounts;
}

function verdictOf(run: Partial<Run>) {
  return judged({
    contender: 'rosterline',
    jobs: JOBS,
    urgent: [],
    beganAtMs: 1000,
    endedAtMs: 90_000,
    counts: counts(JOBS.map((job, index) => [job, 1000 + index * 10_000])),
    bestMsFor: (calls) => calls * 5000,
    ...run,
  });
}

describe('the verdict on a contender', () => {
  it('goes by the acceptance of the last job, against the best time for as many calls', () => {
    expect(verdictOf({})).toMatchObject({ cut: false, timesBest: 30 / 20, jobs: { asked: 4, accepted: 4 } });
  });

  it('grants the time of the urgent calls that were accepted meanwhile, not of later ones', () => {
    const accepted: [ReturnType<typeof askedJob>, number][] = JOBS.map((job, index) => [job, 1000 + index * 10_000]);
    const urgent = URGENT.map((job) => ({ job, askedAtMs: 5000 }));
    const withUrgent = counts([...accepted, [URGENT[0], 6000], [URGENT[1], 50_000]]);
    expect(verdictOf({ urgent, counts: withUrgent }).timesBest).toBe(30 / 25);
  });

  it('counts a run that was cut with what it is at least, and says how far it came', () => {
    expect(verdictOf({ counts: counts([[FIRST, 2000]], 7) })).toMatchObject({
      cut: true,
      timesBest: CUT_AT,
      jobs: { asked: 4, accepted: 1 },
      made: 8,
      refused: 7,
      insideClosed: 1,
    });
  });

  it('counts an urgent call that was never accepted with the time that it waited in vain', () => {
    const urgent = URGENT.map((job, index) => ({ job, askedAtMs: 10_000 * (index + 1) }));
    const verdict = verdictOf({ urgent, counts: counts([[URGENT[0], 10_400]]) });
    expect(verdict.urgent).toEqual({ asked: 2, accepted: 1, p95Ms: 70_000 });
  });

  it('takes no limit, or two, for no run of this benchmark', () => {
    const { limits, ...rest } = counts([]);
    const two = Object.fromEntries(
      Object.values(limits).flatMap((limit) => [
        ['one', limit],
        ['other', limit],
      ]),
    );
    expect(() => verdictOf({ counts: { ...rest, limits: {} } })).toThrow(RangeError);
    expect(() => verdictOf({ counts: { ...rest, limits: two } })).toThrow(RangeError);
  });

  it('takes the nearest rank for a percentile', () => {
    const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect(percentile(hundred, 0.95)).toBe(95);
    expect(percentile([3, 1, 2], 0.95)).toBe(3);
    expect(percentile([], 0.95)).toBeNaN();
  });
});

describe('the medians of a shape', () => {
  const run = (seed: number, timesBest: number, refused: number, cut = false): ShapeRun => ({
    shape: 'fixed told',
    seed,
    bestMs: 40_000,
    verdicts: [
      {
        contender: 'loop',
        timesBest,
        cut,
        seconds: 1,
        jobs: { asked: 1, accepted: 1 },
        made: 100,
        refused,
        insideClosed: seed,
        urgent: { asked: 1, accepted: 1, p95Ms: seed * 100 },
      },
    ],
    machine: { busyShare: 0.5, cores: {}, lateMs: 1 },
  });

  it('are taken of each figure by itself, and say how many runs were cut', () => {
    expect(medianRows([run(1, 1.2, 30), run(2, 2.5, 10, true), run(3, 1.1, 20)])).toEqual([
      {
        shape: 'fixed told',
        contender: 'loop',
        timesBest: 1.2,
        cutRuns: 1,
        runs: 3,
        made: 100,
        refused: 20,
        refusedShare: 0.2,
        insideClosed: 2,
        urgentP95Ms: 200,
      },
    ]);
  });
});

describe('the work of a run', () => {
  it('is what the limiter passes in the time, less the urgent calls that come meanwhile', () => {
    // Ten at once, and ten more every 10 s.
    const work = workSize((calls) => Math.floor((calls - 1) / 10) * 10_000, 45_000);
    expect(work).toEqual({ jobs: 50 - Math.floor(40_000 / URGENT_EVERY_MS), bestMs: 40_000 });
  });

  it('is never more than 400 calls', () => {
    expect(workSize((calls) => calls, 45_000)).toEqual({ jobs: MOST_CALLS, bestMs: MOST_CALLS });
  });

  it('is dealt to workers so that each has its turn, and nothing twice', () => {
    expect(dealt([1, 2, 3, 4, 5], 2)).toEqual([
      [1, 3, 5],
      [2, 4],
    ]);
  });
});

describe.each(SHAPES)('the limiter "$name"', (shape) => {
  it.each([1, 2, 3])('gives a run of seed %d enough to measure by, and time in which to learn', (seed) => {
    const limit = limitOf(shape, seed);
    const jobs = askedJobs('backfill', MOST_CALLS);
    const work = workSize(bestMsOf(shape, { limit, seed, jobs }), 45_000);
    expect(work.jobs).toBeGreaterThanOrEqual(20);
    expect(work.bestMs).toBeGreaterThanOrEqual(20_000);
  });

  it('is shortened by 6 at most, is met by jobs alone, and never tells less than two seconds', () => {
    const limit = LimitSettings.parse(limitOf(shape, 1));
    const always = Number(limit.told.split(':')[1] ?? 2);
    expect(shape.scale).toBeLessThanOrEqual(6);
    expect(limit).toMatchObject({ on: 'wfm-jobs', toldAtLeastSeconds: 2 });
    expect(always).toBeGreaterThanOrEqual(2);
  });
});
