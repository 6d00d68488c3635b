/**
 * When a job turned out to be done: not yet at `notDoneMs` (0 when no poll came before), done at `doneMs`.
 *
 * Milliseconds since the job was created. The truth lies between; the API never tells it.
 */
export interface SeenJob {
  readonly notDoneMs: number;
  readonly doneMs: number;
}

/** What is known of how long jobs take: the most recent ones, oldest first. Small, plain, serialisable. */
export interface PollSchedule {
  readonly seen: readonly SeenJob[];
}

/** Jobs remembered: enough for the tail to show, few enough that a service that became faster is noticed soon. */
const REMEMBERED_JOBS = 32;

/**
 * Polls that one job may cost on average. With one POST a window, and one more call for its occupancy, 1.5 keeps a whole export
 * within 1.17 times the fewest calls possible.
 */
const TARGET_POLLS = 1.5;

/** Soonest next poll. */
const SHORTEST_DELAY_MS = 250;
/** Polls after the first are retries, which Temporal is told to wait at least this long for: `nextRetryDelayMs`. */
const SHORTEST_RETRY_MS = 1_000;
/** Longest wait between polls of one job, however long jobs usually take. */
const LONGEST_DELAY_MS = 120_000;

/** Jobs assumed before any is seen: rather short, as a poll too early costs a call and one too late everybody's time. Each one seen pushes one out. */
const ASSUMED_JOBS: readonly SeenJob[] = [1_000, 1_500, 2_500, 3_500, 5_000, 8_000, 13_000, 22_000].map((doneMs) => ({
  notDoneMs: doneMs / 2,
  doneMs,
}));

/** Rounds of the estimate: with more, the schedule trusts few jobs too much and notices long ones later. */
const ESTIMATE_ROUNDS = 3;

/** Nothing seen yet. */
export const UNTAUGHT_POLL_SCHEDULE: PollSchedule = { seen: [] };

/** Remembers how one job went. Values that make no sense are left out. */
export function jobSeen(schedule: PollSchedule, job: SeenJob): PollSchedule {
  const valid = job.notDoneMs >= 0 && job.doneMs > job.notDoneMs && Number.isFinite(job.doneMs);
  return valid ? { seen: [...schedule.seen, job].slice(-REMEMBERED_JOBS) } : schedule;
}

/**
 * How long to wait for the next poll of a job that was created `elapsedMs` ago and is not done as far as we know.
 *
 * Polls lie where they save the most waiting for the calls they cost: each is priced in milliseconds of waiting, by dynamic
 * programming over the jobs seen, with the price set so that a job costs 1.5 polls on average. What a poll saw is an interval,
 * and its middle counts too, so that the schedule keeps trying sooner instead of believing its own polling instants.
 *
 * Milliseconds in and out; at least 250, at most 120,000.
 */
export function nextPollDelayMs(schedule: PollSchedule, elapsedMs: number): number {
  const elapsed = Number.isFinite(elapsedMs) ? Math.max(0, elapsedMs) : 0;
  const points = durationPoints(schedule);
  const next = nextPollInstantMs(points, elapsed);
  // Slower than every job seen: a quarter of its age is as exact as anyone needs to know.
  const delay = next === null ? elapsed / 4 : next - elapsed;
  return Math.round(Math.min(Math.max(delay, SHORTEST_DELAY_MS), LONGEST_DELAY_MS));
}

/**
 * What a job should take until a poll finds it done, and how many polls that takes: means over the jobs seen, or assumed.
 *
 * For plans. Once as many jobs have been seen as are assumed, polls lie half way between the fewest that the jobs seen needed (one, or
 * two where a poll came before) and what they would need if they were spread over their intervals, which the schedule takes them to be
 * in order to keep trying sooner. Jobs that always take as long come close to the one, long-tailed ones to the other.
 */
export function expectedJob(schedule: PollSchedule): { noticedMs: number; polls: number } {
  const points = durationPoints(schedule);
  const longestMs = points.at(-1)?.ms ?? 0;
  const polls: number[] = [];
  while ((polls.at(-1) ?? 0) < longestMs) {
    const before = polls.at(-1) ?? 0;
    const delayMs = nextPollDelayMs(schedule, before);
    polls.push(before + (before === 0 ? delayMs : Math.max(delayMs, SHORTEST_RETRY_MS)));
  }
  let [noticed, made, total] = [0, 0, 0];
  for (const { ms, weight } of points) {
    const finding = polls.findIndex((pollMs) => pollMs >= ms);
    noticed += weight * (polls[finding] ?? 0);
    made += weight * (finding + 1);
    total += weight;
  }
  const { seen } = schedule;
  const fewest = 1 + seen.filter(({ notDoneMs }) => notDoneMs > 0).length / Math.max(1, seen.length);
  const spread = made / total;
  return { noticedMs: noticed / total, polls: seen.length < ASSUMED_JOBS.length ? spread : (fewest + spread) / 2 };
}

/** A possible duration of a job, and how much of what was seen speaks for it. */
interface Point {
  readonly ms: number;
  readonly weight: number;
}

/**
 * Possible durations, ascending: three for each job seen, spread over the interval in which it became done.
 *
 * Each job speaks for the durations in its interval, and more for those that other jobs speak for too (Turnbull's estimate for
 * censored data, JRSS B 38, 1976, stopped early because few jobs say little): a job that was only known to be done by 5 s then counts
 * as done by 1 s once others were seen to be.
 */
function durationPoints({ seen }: PollSchedule): Point[] {
  const jobs = [...ASSUMED_JOBS.slice(Math.min(seen.length, ASSUMED_JOBS.length)), ...seen];
  const instants = jobs
    .flatMap(({ notDoneMs, doneMs }) => [1, 3, 5].map((sixth) => notDoneMs + ((doneMs - notDoneMs) * sixth) / 6))
    .sort((a, b) => a - b);
  let weights = instants.map(() => 1);
  for (let round = 0; round < ESTIMATE_ROUNDS; round++) {
    const next = instants.map(() => 0);
    for (const { notDoneMs, doneMs } of jobs) {
      const first = instants.findIndex((instant) => instant > notDoneMs);
      let end = first;
      let total = 0;
      while (end < instants.length && (instants[end] ?? 0) <= doneMs) total += weights[end++] ?? 0;
      for (let i = first; i < end; i++) next[i] = (next[i] ?? 0) + (weights[i] ?? 0) / total;
    }
    weights = next;
  }
  return instants.map((ms, i) => ({ ms, weight: weights[i] ?? 0 }));
}

/** The first planned poll after `elapsedMs`, or null when no job seen took that long. */
function nextPollInstantMs(points: readonly Point[], elapsedMs: number): number | null {
  const passed = points.findIndex(({ ms }) => ms > elapsedMs);
  if (passed === -1) return null;
  let [cheap, dear] = [0, points.at(-1)?.ms ?? 0];
  let next = plan(points, dear);
  for (let halving = 0; halving < 12; halving++) {
    const price = (cheap + dear) / 2;
    const tried = plan(points, price);
    if (expectedPolls(points, tried) <= TARGET_POLLS) {
      dear = price;
      next = tried;
    } else cheap = price;
  }
  return points[next[passed] ?? points.length - 1]?.ms ?? null;
}

/**
 * For each i: the index of the point at which to poll, when the job is known not to be done before point i.
 *
 * cost(i) = min over j ≥ i of: price of the poll for all jobs still open + their waiting from done to poll + cost(j + 1).
 */
function plan(points: readonly Point[], priceMs: number): number[] {
  const weights = runningSums(points.map(({ weight }) => weight));
  const weightedMs = runningSums(points.map(({ ms, weight }) => ms * weight));
  const open = points.length;
  const cost = new Array<number>(open + 1).fill(0);
  const next = new Array<number>(open).fill(open - 1);
  for (let i = open - 1; i >= 0; i--) {
    let best = Number.POSITIVE_INFINITY;
    for (let j = i; j < open; j++) {
      const waiting = (points[j]?.ms ?? 0) * between(weights, i, j + 1) - between(weightedMs, i, j + 1);
      const total = priceMs * between(weights, i, open) + waiting + (cost[j + 1] ?? 0);
      if (total < best) {
        best = total;
        next[i] = j;
      }
    }
    cost[i] = best;
  }
  return next;
}

function expectedPolls(points: readonly Point[], next: readonly number[]): number {
  const weights = runningSums(points.map(({ weight }) => weight));
  let polls = 0;
  for (let i = 0; i < points.length; i = (next[i] ?? i) + 1) polls += between(weights, i, points.length);
  return polls / between(weights, 0, points.length);
}

/** The sums of the first 0, 1, 2 … values. */
function runningSums(values: readonly number[]): number[] {
  const sums = [0];
  for (const value of values) sums.push((sums.at(-1) ?? 0) + value);
  return sums;
}

function between(sums: readonly number[], from: number, to: number): number {
  return (sums[to] ?? 0) - (sums[from] ?? 0);
}
