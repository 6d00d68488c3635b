import { describe, expect, it } from '@jest/globals';
import { decide, tallyEveryMs } from '../../../src/domain/budget/decideLimit.js';
import { describeLimit } from '../../../src/domain/budget/describeLimit.js';
import { jobRoom } from '../../../src/domain/budget/jobRoom.js';
import type { LimitEvent } from '../../../src/domain/budget/limitEvent.js';
import { limitFrom, newLimit } from '../../../src/domain/budget/limitState.js';
import { step } from '../../../src/domain/budget/stepLimit.js';
import { acceptedCalls, MONDAY_MS, refusedCall } from '../../support/limitEvents.js';

/** Bursts of jobs that are refused at ten under way, each time the gate had opened. */
const refusedAtTen: LimitEvent[] = [0, 12, 24].flatMap((second) => [
  acceptedCalls(second, second + 0.9, 10, { jobsInFlight: 10 }),
  refusedCall(second + 1, null, { jobsInFlight: 10 }),
  acceptedCalls(second + 1, second + 1.2, 0, { jobsInFlight: 10 }),
  { kind: 'tick', atMs: MONDAY_MS + (second + 3) * 1000 },
]);

describe('jobs under way', () => {
  it('are bounded where refusals met as many of them each time, and their number is told every two seconds', () => {
    const state = refusedAtTen.reduce(step, newLimit());
    expect(decide(state, MONDAY_MS + 60_000).maxJobs).toBe(10);
    expect(tallyEveryMs(state)).toBe(2_000);
    expect(describeLimit(state, MONDAY_MS + 60_000)).toMatchObject({ mode: 'jobs', maxJobs: 10, ratePerSecond: null });
  });

  it('are not what is limited where refusals go on under the bound', () => {
    const learnt = refusedAtTen.reduce(step, newLimit());
    const refusedAgain = [40, 45, 50].map((second) => refusedCall(second, null, { jobsInFlight: 4 }));
    expect(decide(refusedAgain.reduce(step, learnt), MONDAY_MS + 60_000).maxJobs).toBeNull();
  });

  it('are not what is limited where a gate stays closed though they have ended', () => {
    const windows = [0, 60, 120, 180, 240].flatMap((second) => [
      acceptedCalls(second, second + 4.9, 50, { jobsInFlight: 45 }),
      refusedCall(second + 5, null, { jobsInFlight: 50 }),
      refusedCall(second + 12, null, { jobsInFlight: 20 }),
      refusedCall(second + 25, null, { jobsInFlight: 0 }),
    ]);
    for (let told = 1; told <= windows.length; told++)
      expect(decide(windows.slice(0, told).reduce(step, newLimit()), MONDAY_MS + 300_000).maxJobs).toBeNull();
    expect(windows.reduce(step, newLimit()).mode).toBe('track');
  });

  it('are not taken for what is limited while a rate that was learnt is refused now and then', () => {
    const tries = [0, 300, 600, 900].flatMap((second) => [
      acceptedCalls(second, second + 290, 240, { jobsInFlight: 6 }),
      refusedCall(second + 291, null, { jobsInFlight: 6 }),
      acceptedCalls(second + 296, second + 297, 1, { jobsInFlight: 1 }),
    ]);
    const known = limitFrom({ ratePerSecond: 0.83, windowMs: 60_000, maxJobs: null }, MONDAY_MS);
    expect(tries.reduce(step, known).mode).toBe('track');
  });

  it('are not what is limited where many more calls got through than jobs were under way', () => {
    const windows = (jobsInFlight: number): LimitEvent[] =>
      [0, 70, 140].flatMap((second) => [
        acceptedCalls(second, second + 30, 40, { jobsInFlight }),
        refusedCall(second + 31, null, { jobsInFlight }),
        { kind: 'tick', atMs: MONDAY_MS + (second + 55) * 1000 },
      ]);
    expect(windows(5).reduce(step, newLimit())).toMatchObject({ mode: 'track', jobs: { most: null } });
    // Where jobs may explain it, the test lasts longer than a window of so many calls.
    expect(windows(20).reduce(step, newLimit())).toMatchObject({ mode: 'jobs', jobs: { most: 20, testLeft: 60 } });
  });

  it('are cut one by one when refused, and faster while nothing gets through', () => {
    const known = limitFrom({ ratePerSecond: null, windowMs: null, maxJobs: 20 }, MONDAY_MS);
    const once = step(known, refusedCall(10, null, { jobsInFlight: 20 }));
    expect(decide(once, MONDAY_MS + 10_500)).toMatchObject({ maxJobs: 19, gateUntilMs: MONDAY_MS + 11_200 });
    const twice = step(once, refusedCall(12, null, { jobsInFlight: 14 }));
    expect(decide(twice, MONDAY_MS + 12_500)).toMatchObject({ maxJobs: 14, gateUntilMs: MONDAY_MS + 14_200 });
  });

  it('stay one below the bound where each refusal costs a long wait', () => {
    const known = limitFrom({ ratePerSecond: null, windowMs: null, maxJobs: 5 }, MONDAY_MS);
    const state = step(known, refusedCall(10, 30, { jobsInFlight: 6 }));
    expect(decide(state, MONDAY_MS + 41_000).maxJobs).toBe(4);
  });
});

describe('room for jobs', () => {
  const room = { maxJobs: 10, jobsInFlight: 4, workers: 2, ownSince: 0 };

  it('is a worker’s share of what is free', () => {
    expect(jobRoom(room)).toBe(3);
    expect(jobRoom({ ...room, maxJobs: null })).toBe(Number.POSITIVE_INFINITY);
    expect(jobRoom({ ...room, workers: 0 })).toBe(6);
  });

  it('is what the worker itself freed, though nobody else knows of it yet', () => {
    expect(jobRoom({ ...room, jobsInFlight: 10, ownSince: -2 })).toBe(2);
    expect(jobRoom({ ...room, ownSince: 3 })).toBe(0);
  });

  it('gives what does not go evenly into the workers to some of them, by lot', () => {
    const left = { ...room, jobsInFlight: 9, workers: 4 };
    expect([0, 0.3, 0.6, 0.9].map((turn) => jobRoom({ ...left, turn }))).toEqual([1, 0, 0, 0]);
    const tooMany = { ...room, jobsInFlight: 11, workers: 4, ownSince: -1 };
    expect([0, 0.3, 0.6, 0.9].map((turn) => jobRoom({ ...tooMany, turn }))).toEqual([0, 1, 1, 1]);
  });
});
