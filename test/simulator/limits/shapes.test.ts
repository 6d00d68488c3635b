import { describe, expect, it } from '@jest/globals';
import { SCENARIOS } from '../../../src/simulator/limits/scenarios.js';
import { at, enforced, START } from './enforcedLimits.js';

describe('a limit of calls in a fixed window', () => {
  it('opens its window with the first call and lets the next ones in a window later', () => {
    const limit = enforced({ shape: 'fixed', calls: 3, windowSeconds: 60 });
    expect(at(limit, [0, 20, 59.9, 59.99])).toBe('yes yes yes no');
    expect(at(limit, [60, 100, 119, 119.9, 120])).toBe('yes yes yes no yes');
  });

  it('aligned to the clock, begins anew with each minute, whenever it was called first', () => {
    const limit = enforced({ shape: 'fixed', calls: 2, windowSeconds: 60, aligned: true });
    expect(at(limit, [0, 1, 2, 52.9, 53, 54, 55])).toBe('yes yes no no yes yes no');
  });
});

describe('a limit of calls in a rolling window', () => {
  it('lets a call in whenever fewer than its number came in the window before', () => {
    const limit = enforced({ shape: 'rolling', calls: 3, windowSeconds: 60 });
    expect(at(limit, [0, 30, 31, 32, 59.9])).toBe('yes yes yes no no');
    expect(at(limit, [60, 61, 90, 90.5, 91, 92])).toBe('yes no yes no yes no');
  });

  it('never sees more than its number in any window, however it is hammered', () => {
    const limit = enforced({ shape: 'rolling', calls: 20, windowSeconds: 7 });
    const accepted: number[] = [];
    for (let ms = 0; ms < 100_000; ms += 37) if (limit.meet(START + ms).admitted) accepted.push(ms);
    const most = Math.max(...accepted.map((from) => accepted.filter((ms) => ms >= from && ms < from + 7000).length));
    expect([most, accepted.length]).toEqual([20, 20 * Math.ceil(100 / 7)]);
  });
});

describe('a token bucket', () => {
  it('lets a burst through, then calls at the rate it is filled at', () => {
    const limit = enforced({ shape: 'bucket', burst: 3, perSecond: 0.5 });
    expect(at(limit, [0, 0, 0, 0, 1.9, 2, 2.1, 4, 5.9])).toBe('yes yes yes no no yes no yes no');
  });

  it('saves no more than its burst, however long nobody calls', () => {
    const limit = enforced({ shape: 'bucket', burst: 3, perSecond: 0.5 });
    expect(at(limit, [0, 5000, 5000, 5000, 5000])).toBe('yes yes yes yes no');
  });
});

describe('a limit of jobs in flight', () => {
  it('counts a job from the call that asks for it to its end', () => {
    const limit = enforced({ shape: 'jobs', jobs: 2 });
    for (const endsAfter of [10, 4]) {
      const verdict = limit.meet(START);
      if (verdict.admitted) verdict.pass.jobMade(START + endsAfter * 1000);
    }
    expect(at(limit, [0, 3.9])).toBe('no no');
    expect(at(limit, [4])).toBe('yes');
  });

  it('gives the place back of a call that was answered without a job', () => {
    const limit = enforced({ shape: 'jobs', jobs: 1 });
    const verdict = limit.meet(START);
    expect(at(limit, [1])).toBe('no');
    if (verdict.admitted) verdict.pass.answered();
    expect(at(limit, [1])).toBe('yes');
  });
});

describe('a daily quota', () => {
  it('begins anew at midnight UTC', () => {
    const limit = enforced({ shape: 'daily', calls: 2 });
    const midnight = (Date.parse('2025-03-02T00:00:00Z') - START) / 1000;
    expect(at(limit, [0, 3600, 7200, midnight - 0.001, midnight])).toBe('yes yes no no yes');
  });
});

describe('a limit with a penalty', () => {
  it('opens later for each call that came well after the refusal and before it opened', () => {
    const limit = enforced({ shape: 'fixed', calls: 1, windowSeconds: 60, penaltySeconds: 20 });
    expect(at(limit, [0, 10, 10.3, 30, 40])).toBe('yes no no no no');
    expect(at(limit, [100])).toBe('yes');
    const patient = enforced({ shape: 'fixed', calls: 1, windowSeconds: 60, penaltySeconds: 20 });
    expect(at(patient, [0, 10, 10.3, 60])).toBe('yes no no yes');
  });

  it('never opens for somebody who comes back every five seconds', () => {
    const limit = enforced({ shape: 'fixed', calls: 1, windowSeconds: 60, penaltySeconds: 20 });
    const seconds = Array.from({ length: 1000 }, (_, call) => call * 5);
    expect(at(limit, seconds).match(/yes/g)).toHaveLength(1);
  });
});

describe('the limit that no document names', () => {
  const [hidden] = SCENARIOS['hidden-limit'];

  it('lets a call a second through for fifteen minutes, refuses for three, and so on', () => {
    const limit = enforced(hidden);
    const accepted = at(
      limit,
      Array.from({ length: 3600 }, (_, second) => second),
    ).split(' ');
    const runs = accepted.join('').match(/(yes)+|(no)+/g) ?? [];
    expect(runs.map((run) => run.replaceAll('yes', '.').replaceAll('no', '.').length)).toEqual([
      900, 180, 900, 180, 900, 180, 360,
    ]);
  });

  it('never refuses fifty calls a minute at an even pace', () => {
    const limit = enforced(hidden);
    const day = Array.from({ length: 50 * 60 * 24 }, (_, call) => (call * 60) / 50);
    expect(at(limit, day)).not.toContain('no');
  });
});
