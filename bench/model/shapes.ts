import type { Random } from '../../src/simulator/data/seededRandom.js';
import { fixedWindow, jobsInFlight, type Limiter, nested, rollingWindow, tokenBucket } from './limiter.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A limit and how it is told, at full length. */
export interface Shape {
  readonly name: string;
  /** Which of the promised rows it is held to. */
  readonly row: Row;
  /** Calls that it lets through in each `windowMs`. */
  readonly perWindow: number;
  readonly windowMs: number;
  readonly windows: number;
  /** Windows after which what is used counts. */
  readonly fromWindow: number;
  readonly limiter: (random: Random) => Limiter;
  /** What a refusal names when the limit opens in so long; null for nothing. */
  readonly told: (opensInMs: number) => number | null;
  /** Mean length of a job, where calls make jobs. */
  readonly jobMs: number | null;
  /** Largest share of the quota that others take. */
  readonly others: number;
  readonly change: { readonly atWindow: number; readonly factor: number } | null;
}

export type Row = 'dated' | 'undated' | 'jobs' | 'daily' | 'beyond';

const NOTHING = (): null => null;
/** `Retry-After` is in whole seconds, never too few. */
const EXACTLY = (opensInMs: number): number => Math.ceil(opensInMs / SECOND) * SECOND;
const always = (ms: number) => (): number => ms;

type Basis = Pick<Shape, 'name' | 'row' | 'perWindow' | 'windowMs' | 'limiter' | 'told'> & Partial<Shape>;

function shape(basis: Basis): Shape {
  return { windows: 60, fromWindow: 10, jobMs: null, others: 0, change: null, ...basis };
}

function fixed(
  name: string,
  row: Row,
  perWindow: number,
  windowMs: number,
  told: Shape['told'],
  more: Partial<Shape> & { penaltyMs?: number; openedByCall?: boolean } = {},
): Shape {
  const { penaltyMs = 0, openedByCall = false, ...rest } = more;
  return shape({
    name,
    row,
    perWindow,
    windowMs,
    told,
    limiter: (random) =>
      fixedWindow(perWindow, windowMs, { phaseMs: random.next() * windowMs, penaltyMs, openedByCall }),
    ...rest,
  });
}

function rolling(
  name: string,
  row: Row,
  perWindow: number,
  windowMs: number,
  told: Shape['told'],
  more: Partial<Shape> = {},
): Shape {
  return shape({ name, row, perWindow, windowMs, told, limiter: () => rollingWindow(perWindow, windowMs), ...more });
}

/** Windows of a bucket are the time in which it fills. */
function bucket(
  name: string,
  row: Row,
  burst: number,
  perSecond: number,
  told: Shape['told'],
  more: Partial<Shape> = {},
): Shape {
  const windowMs = (burst / perSecond) * SECOND;
  return shape({ name, row, perWindow: burst, windowMs, told, limiter: () => tokenBucket(burst, perSecond), ...more });
}

/** Windows of jobs are a minute. */
function jobs(name: string, row: Row, most: number, told: Shape['told'], more: Partial<Shape> = {}): Shape {
  const jobMs = 7.5 * SECOND;
  const perWindow = (most * MINUTE) / jobMs;
  return shape({ name, row, perWindow, windowMs: MINUTE, told, jobMs, limiter: () => jobsInFlight(most), ...more });
}

function daily(name: string, row: Row, told: Shape['told']): Shape {
  return shape({
    name,
    row,
    perWindow: 2_000,
    windowMs: DAY,
    windows: 8,
    fromWindow: 2,
    told,
    limiter: (random) =>
      nested(
        fixedWindow(300, MINUTE, { phaseMs: random.next() * MINUTE }),
        fixedWindow(2_000, DAY, { phaseMs: random.next() * DAY }),
      ),
  });
}

/** The shapes of the specification (`docs/decisions`, the budget's record), then some that nothing was tuned on. */
export const SHAPES: readonly Shape[] = [
  fixed('fixed 300/min, told exactly', 'dated', 300, MINUTE, EXACTLY),
  fixed('fixed 300/min, opened by a call, told exactly', 'dated', 300, MINUTE, EXACTLY, { openedByCall: true }),
  fixed('fixed 1,000/h, told exactly', 'dated', 1_000, HOUR, EXACTLY, { windows: 30 }),
  rolling('rolling 300/min, told exactly', 'dated', 300, MINUTE, EXACTLY),
  fixed('fixed 50/min, nothing told', 'undated', 50, MINUTE, NOTHING),
  fixed('fixed 60/5 min, told 30 s', 'undated', 60, 5 * MINUTE, always(30 * SECOND)),
  fixed('fixed 60/5 min, told 30 s, penalty 20 s', 'undated', 60, 5 * MINUTE, always(30 * SECOND), {
    penaltyMs: 20 * SECOND,
  }),
  fixed('fixed 20/15 min, told in the body', 'undated', 20, 15 * MINUTE, EXACTLY),
  rolling('rolling 100/5 min, nothing told', 'undated', 100, 5 * MINUTE, NOTHING),
  bucket('bucket 100 + 1/s, told exactly', 'undated', 100, 1, EXACTLY),
  bucket('bucket 50 + 0.5/s, nothing told', 'undated', 50, 0.5, NOTHING),
  jobs('10 jobs, nothing told', 'jobs', 10, NOTHING),
  jobs('5 jobs, always told 30 s', 'beyond', 5, always(30 * SECOND)),
  daily('300/min and 2,000/day, told exactly', 'daily', EXACTLY),
  daily('300/min and 2,000/day, nothing told', 'daily', NOTHING),
  fixed('fixed 1,000/h, nothing told', 'beyond', 1_000, HOUR, NOTHING, { windows: 30 }),
  fixed('fixed 300/min, told exactly, others 0–40 %', 'beyond', 300, MINUTE, EXACTLY, { others: 0.4 }),
  rolling('rolling 100/5 min, nothing told, others 0–40 %', 'beyond', 100, 5 * MINUTE, NOTHING, { others: 0.4 }),
  fixed('120/2 min, nothing told', 'undated', 120, 2 * MINUTE, NOTHING),
  fixed('500/10 min, told 30 s', 'undated', 500, 10 * MINUTE, always(30 * SECOND)),
  fixed('30/7 min, nothing told', 'undated', 30, 7 * MINUTE, NOTHING),
  rolling('rolling 40/h, told exactly', 'beyond', 40, HOUR, EXACTLY, { windows: 30 }),
  bucket('bucket 10 + 0.1/s, told exactly', 'beyond', 10, 0.1, EXACTLY),
  bucket('bucket 500 + 2/s, nothing told', 'undated', 500, 2, NOTHING),
  jobs('20 jobs, nothing told', 'jobs', 20, NOTHING),
  // Calls that make jobs, of which nothing limits the number: what is learnt is the rate all the same.
  fixed('fixed 50/min, nothing told, of jobs', 'undated', 50, MINUTE, NOTHING, { jobMs: 7.5 * SECOND }),
  fixed('fixed 60/5 min, told 30 s, of short jobs', 'undated', 60, 5 * MINUTE, always(30 * SECOND), { jobMs: 200 }),
  rolling('rolling 300/min, told exactly, of short jobs', 'dated', 300, MINUTE, EXACTLY, { jobMs: 200 }),
  rolling('rolling 900/18 min, nothing told, of jobs', 'beyond', 900, 18 * MINUTE, NOTHING, {
    jobMs: 7.5 * SECOND,
    windows: 30,
  }),
];
