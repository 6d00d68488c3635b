import { describe, expect, it } from '@jest/globals';
import { jobsUnderWay, NO_JOBS, withJobs } from '../../../src/domain/budget/jobsUnderWay.js';

const NOW_MS = Date.UTC(2026, 0, 5);
const began = (jobs: number) => ({ began: jobs, ended: 0 });
const ended = (jobs: number) => ({ began: 0, ended: jobs });

describe('jobs under way, as several workers tell of them', () => {
  it('are none when one worker told of their ends before another told that they had begun', () => {
    const first = withJobs(NO_JOBS, ended(10), NOW_MS);
    expect(jobsUnderWay(first, NOW_MS)).toBe(0);
    const both = withJobs(first, began(10), NOW_MS + 15_000);
    expect(jobsUnderWay(both, NOW_MS + 15_000)).toBe(0);
  });

  it('are not known before anything was told, and are forgotten when nothing is for ten minutes', () => {
    expect(jobsUnderWay(NO_JOBS, NOW_MS)).toBeNull();
    expect(withJobs(NO_JOBS, began(0), NOW_MS)).toBe(NO_JOBS);
    const seven = withJobs(NO_JOBS, began(7), NOW_MS);
    expect(jobsUnderWay(seven, NOW_MS + 600_000)).toBe(7);
    expect(jobsUnderWay(seven, NOW_MS + 600_001)).toBe(0);
    expect(jobsUnderWay(withJobs(seven, began(2), NOW_MS + 600_001), NOW_MS + 600_001)).toBe(2);
  });

  it('are counted anew once more have ended than begun for longer than any worker waits to tell', () => {
    const short = withJobs(withJobs(NO_JOBS, ended(4), NOW_MS), ended(1), NOW_MS + 90_000);
    expect(short.balance).toBe(-5);
    const anew = withJobs(short, ended(1), NOW_MS + 90_001);
    expect(anew).toEqual({ balance: 0, changedMs: NOW_MS + 90_001, belowSinceMs: 0 });
    expect(jobsUnderWay(withJobs(anew, began(3), NOW_MS + 90_002), NOW_MS + 90_002)).toBe(3);
  });
});
