import { describe, expect, it } from '@jest/globals';
import {
  expectedJob,
  jobSeen,
  nextPollDelayMs,
  type PollSchedule,
  UNTAUGHT_POLL_SCHEDULE,
} from '../../src/domain/pollSchedule.js';

/** Deterministic numbers in [0, 1): mulberry32. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Lognormal between two bounds: the bounds are two standard deviations from the median. */
function longTailed(random: () => number, lowMs: number, highMs: number): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const [low, high] = [Math.log(lowMs), Math.log(highMs)];
  const drawn = Math.exp((low + high) / 2 + (normal * (high - low)) / 4);
  return Math.min(Math.max(drawn, lowMs), highMs);
}

interface Run {
  pollsPerJob: number;
  noticedAfterMs: number;
  schedule: PollSchedule;
}

/** Jobs one after another, eight at a time learning nothing of each other, each polled as the schedule says. */
function run(drawMs: () => number, jobs: number, start: PollSchedule = UNTAUGHT_POLL_SCHEDULE): Run {
  let schedule = start;
  let polls = 0;
  let lateMs = 0;
  for (let first = 0; first < jobs; first += 8) {
    const known = schedule;
    for (let job = first; job < Math.min(first + 8, jobs); job++) {
      const durationMs = drawMs();
      let [notDoneMs, elapsedMs] = [0, 0];
      do {
        if (elapsedMs > 0) notDoneMs = elapsedMs;
        // A worker's retry comes at least a second later.
        elapsedMs += Math.max(1_000, nextPollDelayMs(known, elapsedMs));
        polls++;
      } while (elapsedMs < durationMs);
      lateMs += elapsedMs - durationMs;
      schedule = jobSeen(schedule, { notDoneMs, doneMs: elapsedMs });
    }
  }
  return { pollsPerJob: polls / jobs, noticedAfterMs: lateMs / jobs, schedule };
}

/** Jobs of an export of one year of two units in windows of seven days. */
const JOBS_OF_A_YEAR = 106;

const KINDS = [
  { kind: '2 to 20 s', lowMs: 2_000, highMs: 20_000, latestMs: 5_000 },
  { kind: '0.5 to 3 s', lowMs: 500, highMs: 3_000, latestMs: 2_000 },
  { kind: '0.2 s', lowMs: 200, highMs: 200, latestMs: 2_500 },
  { kind: '1 to 10 min', lowMs: 60_000, highMs: 600_000, latestMs: 75_000 },
];

describe('poll schedule', () => {
  it.each(KINDS)('costs few calls and little waiting from the first job on, for jobs of $kind', (given) => {
    const { kind, lowMs, highMs, latestMs } = given;
    const runs = [1, 2, 3, 4, 5].map((seed) => {
      const random = seeded(seed);
      return run(() => longTailed(random, lowMs, highMs), JOBS_OF_A_YEAR);
    });
    const worstCalls = Math.max(...runs.map(({ pollsPerJob }) => (1 + pollsPerJob + 1) / 3));
    const worstLateMs = Math.max(...runs.map(({ noticedAfterMs }) => noticedAfterMs));
    console.info(
      `jobs of ${kind}: calls ${worstCalls.toFixed(3)} × fewest, done jobs noticed after ${worstLateMs | 0} ms`,
    );
    expect(worstLateMs).toBeLessThanOrEqual(latestMs);
    if (highMs <= 20_000) expect(worstCalls).toBeLessThanOrEqual(1.25);
  });
});

describe('what a plan expects of jobs', () => {
  it.each(KINDS)(
    'is within 15 % of the calls they come to and half of the time, once jobs of $kind have been seen',
    ({ lowMs, highMs }) => {
      const random = seeded(1);
      const taught = run(() => longTailed(random, lowMs, highMs), JOBS_OF_A_YEAR).schedule;
      const expected = expectedJob(taught);
      const durations = Array.from({ length: JOBS_OF_A_YEAR }, () => longTailed(random, lowMs, highMs));
      const next = [...durations];
      const actual = run(() => next.shift() ?? lowMs, JOBS_OF_A_YEAR, taught);
      const noticedMs = durations.reduce((sum, ms) => sum + ms, 0) / JOBS_OF_A_YEAR + actual.noticedAfterMs;
      // A window of each dataset: two POSTs and the polls.
      const callsRatio = (2 + expected.polls) / (2 + actual.pollsPerJob);
      console.info(`expected ${expected.polls.toFixed(2)} polls, took ${actual.pollsPerJob.toFixed(2)}`);
      expect(Math.abs(callsRatio - 1)).toBeLessThan(0.15);
      expect(expected.noticedMs / noticedMs).toBeGreaterThan(0.5);
      expect(expected.noticedMs / noticedMs).toBeLessThan(1.5);
    },
  );

  it('is an assumption before any was seen: one and a half polls at most, and some seconds', () => {
    const { polls, noticedMs } = expectedJob(UNTAUGHT_POLL_SCHEDULE);
    expect(polls).toBeGreaterThanOrEqual(1);
    expect(polls).toBeLessThanOrEqual(1.6);
    expect(noticedMs).toBeGreaterThan(5_000);
    expect(noticedMs).toBeLessThan(15_000);
  });
});
