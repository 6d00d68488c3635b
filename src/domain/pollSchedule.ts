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
 * For plans; a schedule that is still learning will do better than it says.
 */
export function expectedJob(schedule: PollSchedule): { noticedMs: number; polls: number } {
  const points = durationPoints(schedule);
  const polls: number[] = [];
  while ((polls.at(-1) ?? 0) < (points.at(-1) ?? 0)) {
    const before = polls.at(-1) ?? 0;
    const delayMs = nextPollDelayMs(schedule, before);
    polls.push(before + (before === 0 ? delayMs : Math.max(delayMs, SHORTEST_RETRY_MS)));
  }
  const found = points.map((point) => polls.findIndex((pollMs) => pollMs >= point));
  return {
    noticedMs: found.reduce((total, poll) => total + (polls[poll] ?? 0), 0) / points.length,
    polls: found.reduce((total, poll) => total + poll + 1, 0) / points.length,
  };
}

/** Possible durations, ascending: three for each job seen, spread over the interval in which it became done. */
function durationPoints({ seen }: PollSchedule): number[] {
  const assumed = ASSUMED_JOBS.slice(Math.min(seen.length, ASSUMED_JOBS.length));
  return [...assumed, ...seen]
    .flatMap(({ notDoneMs, doneMs }) => [1, 3, 5].map((sixth) => notDoneMs + ((doneMs - notDoneMs) * sixth) / 6))
    .sort((a, b) => a - b);
}

/** The first planned poll after `elapsedMs`, or null when no job seen took that long. */
function nextPollInstantMs(points: readonly number[], elapsedMs: number): number | null {
  const passed = points.findIndex((point) => point > elapsedMs);
  if (passed === -1) return null;
  let [cheap, dear] = [0, points.at(-1) ?? 0];
  let next = plan(points, dear);
  for (let halving = 0; halving < 12; halving++) {
    const price = (cheap + dear) / 2;
    const tried = plan(points, price);
    if (expectedPolls(points, tried) <= TARGET_POLLS) {
      dear = price;
      next = tried;
    } else cheap = price;
  }
  return points[next[passed] ?? points.length - 1] ?? null;
}

/**
 * For each i: the index of the point at which to poll, when the job is known not to be done before point i.
 *
 * cost(i) = min over j ≥ i of: price of the poll for all jobs still open + their waiting from done to poll + cost(j + 1).
 */
function plan(points: readonly number[], priceMs: number): number[] {
  const open = points.length;
  const sums = [0];
  for (const point of points) sums.push((sums.at(-1) ?? 0) + point);
  const cost = new Array<number>(open + 1).fill(0);
  const next = new Array<number>(open).fill(open - 1);
  for (let i = open - 1; i >= 0; i--) {
    let best = Number.POSITIVE_INFINITY;
    for (let j = i; j < open; j++) {
      const waiting = (points[j] ?? 0) * (j + 1 - i) - ((sums[j + 1] ?? 0) - (sums[i] ?? 0));
      const total = priceMs * (open - i) + waiting + (cost[j + 1] ?? 0);
      if (total < best) {
        best = total;
        next[i] = j;
      }
    }
    cost[i] = best;
  }
  return next;
}

function expectedPolls(points: readonly number[], next: readonly number[]): number {
  let polls = 0;
  for (let i = 0; i < points.length; i = (next[i] ?? i) + 1) polls += points.length - i;
  return polls / points.length;
}
