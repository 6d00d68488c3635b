import { jobDurationMs } from '../../src/simulator/api/jobDuration.js';
import { sorted } from '../../src/simulator/control/jobLedger.js';
import { bestPossibleMs } from '../../src/simulator/limits/bestPossibleMs.js';
import type { LimitInput } from '../../src/simulator/limits/limitSettings.js';
import { drawnLimit } from '../../src/simulator/limits/limitSize.js';
import { type AskedJob, askedBody } from './asked.js';

/** A kind of limiter on making jobs that contenders are measured against. */
export interface Shape {
  readonly name: string;
  /** By how much the limiter's time is shortened, 6 at most: a minute's window is then 10 s. */
  readonly scale: number;
  /** How long its jobs take. */
  readonly jobSeconds: { readonly min: number; readonly max: number };
  /** The middle that the limit is drawn around. */
  readonly around: LimitInput;
}

/** Of the limiter that shapes are drawn from: nothing under two seconds is ever told. */
const LIMITED = { name: 'bench', on: 'wfm-jobs', toldAtLeastSeconds: 2 } as const;

/** Jobs that are over soon: how many are in flight is not what these limiters look at. */
const SOON = { min: 0.2, max: 1 };

/** 12 s of a minute: sooner than it opens, most of the time. */
const EARLY = { ...LIMITED, shape: 'fixed', calls: 30, windowSeconds: 10, told: 'early:2' } as const;

export const SHAPES: readonly Shape[] = [
  {
    name: 'fixed told',
    scale: 6,
    jobSeconds: SOON,
    around: { ...LIMITED, shape: 'fixed', calls: 30, windowSeconds: 10, told: 'exact' },
  },
  { name: 'fixed told early', scale: 6, jobSeconds: SOON, around: EARLY },
  // 20 s for each call that comes too soon.
  { name: 'early, penalty', scale: 6, jobSeconds: SOON, around: { ...EARLY, penaltySeconds: 20 / 6 } },
  {
    name: 'rolling silent',
    scale: 6,
    jobSeconds: SOON,
    around: { ...LIMITED, shape: 'rolling', calls: 50, windowSeconds: 10, told: 'absent' },
  },
  {
    name: 'bucket silent',
    scale: 6,
    jobSeconds: SOON,
    around: { ...LIMITED, shape: 'bucket', burst: 50, perSecond: 3, told: 'absent' },
  },
  {
    name: 'jobs in flight',
    scale: 1,
    jobSeconds: { min: 2, max: 20 },
    around: { ...LIMITED, shape: 'jobs', jobs: 10, told: 'absent' },
  },
];

/** The limit that a shape is with a seed. */
export function limitOf({ around }: Shape, seed: number): LimitInput {
  return drawnLimit(around, seed);
}

/**
 * The best time in which a limit passes the first so many of a shape's jobs, all asked for at once, in milliseconds.
 *
 * @param seed that of the organisation: with what is asked it decides how long a job takes.
 */
export function bestMsOf(
  { jobSeconds }: Shape,
  { limit, seed, jobs }: { limit: LimitInput; seed: number; jobs: readonly AskedJob[] },
): (calls: number) => number {
  const jobMs = jobs.map((job) => jobDurationMs(jobSeconds, seed, sorted(askedBody(job)), 1));
  return (calls) => bestPossibleMs(limit, calls, { jobMs });
}
