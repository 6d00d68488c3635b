import { describe, expect, it } from '@jest/globals';
import { at, enforced, START, throughput } from './enforcedLimits.js';

const HUNDRED = { shape: 'fixed', calls: 100, windowSeconds: 60 } as const;

describe('a limit that becomes another while it is in force', () => {
  it('is halved or doubled so many windows after its first call', () => {
    const through = (factor: number): number[] =>
      throughput(enforced({ ...HUNDRED, changes: [{ factor, afterWindows: 2 }] }), {
        stretches: 4,
        seconds: 60,
        everySeconds: 0.25,
      });
    expect([through(0.5), through(2)]).toEqual([
      [100, 100, 50, 50],
      [100, 100, 200, 200],
    ]);
  });

  it('is halved in the middle of a window too: what was used stays used', () => {
    const limit = enforced({ ...HUNDRED, calls: 4, changes: [{ factor: 0.5, afterSeconds: 10 }] });
    expect(at(limit, [0, 1, 2, 11, 60, 61, 62])).toBe('yes yes yes no yes yes no');
  });

  it('changes at an instant, and more than once', () => {
    const limit = enforced({
      ...HUNDRED,
      shape: 'rolling',
      calls: 2,
      changes: [
        { factor: 2, at: new Date(START + 5000).toISOString() },
        { factor: 0.5, afterSeconds: 70 },
      ],
    });
    expect(at(limit, [0, 1, 2, 5, 6, 7])).toBe('yes yes no yes yes no');
    expect(at(limit, [66.5, 67, 68, 71])).toBe('yes yes yes no');
  });

  it.each([
    [{ shape: 'bucket', burst: 10, perSecond: 1 }, 10, 9],
    [{ shape: 'rolling', calls: 10, windowSeconds: 10 }, 10, 5],
    [{ shape: 'fixed', calls: 10, windowSeconds: 10 }, 10, 5],
  ] as const)('is changed by hand: %j', (limit, before, after) => {
    const changed = enforced(limit);
    const ten = { stretches: 2, seconds: 10, everySeconds: 0.1 };
    expect(throughput(changed, ten)[1]).toBe(before);
    changed.resize(
      Object.fromEntries(Object.entries(changed.size).map(([name, value]) => [name, Number(value) / 2])),
      START + 20_000,
    );
    const later = Array.from({ length: 100 }, (_, call) => 30 + call / 10);
    expect(at(changed, later).match(/yes/g)).toHaveLength(after);
  });
});

describe('the truth about a limit that changes', () => {
  it('goes by the latest instant that was told, though it opened sooner', () => {
    const limit = enforced({ shape: 'rolling', calls: 1, windowSeconds: 60 });
    expect(at(limit, [0, 10])).toBe('yes no');
    limit.resize({ windowSeconds: 20 }, START + 11_000);
    expect(at(limit, [12, 30, 61])).toBe('no yes yes');
    expect(limit.truth).toMatchObject({ insideClosed: 1, beforeTold: 2 });
  });

  it('finds nobody inside a closed window who came after it had opened for others', () => {
    const limit = enforced({ shape: 'bucket', burst: 1, perSecond: 0.1, others: { upTo: 0.95 } });
    const patient = Array.from({ length: 500 }, (_, call) => call * 11);
    expect(at(limit, patient).match(/no/g)?.length).toBeGreaterThan(50);
    expect(limit.truth.insideClosed).toBe(0);
  });
});

describe('a limit that others use part of', () => {
  const others = { upTo: 0.4 };
  const hammered = (seed: number, limit: Parameters<typeof enforced>[0]): number[] =>
    throughput(enforced({ ...limit, others }, seed), { stretches: 100, seconds: 60, everySeconds: 0.3 });

  it.each([HUNDRED, { ...HUNDRED, shape: 'rolling' }, { shape: 'bucket', burst: 20, perSecond: 100 / 60 }] as const)(
    'leaves between 60 %% and all of it, now more and now less: %j',
    (limit) => {
      const accepted = hammered(1, limit);
      const mean = accepted.reduce((sum, calls) => sum + calls, 0) / accepted.length;
      expect(mean).toBeGreaterThan(65);
      expect(mean).toBeLessThan(95);
      expect(Math.min(...accepted)).toBeGreaterThanOrEqual(55);
      expect(new Set(accepted).size).toBeGreaterThan(10);
    },
  );

  it('is used the same way for the same seed, and otherwise for another', () => {
    expect(hammered(1, HUNDRED)).toEqual(hammered(1, HUNDRED));
    expect(hammered(2, HUNDRED)).not.toEqual(hammered(1, HUNDRED));
  });

  it('of jobs in flight has fewer places left while others hold some', () => {
    const limit = enforced({ shape: 'jobs', jobs: 100, others: { upTo: 0.9, everySeconds: 60 } });
    const places = [0, 61, 122, 183].map((second) => {
      let held = 0;
      for (; ; held++) {
        const verdict = limit.meet(START + second * 1000);
        if (!verdict.admitted) return held;
        verdict.pass.jobMade(START + (second + 50) * 1000);
      }
    });
    expect(Math.min(...places)).toBeGreaterThanOrEqual(10);
    expect(new Set(places).size).toBeGreaterThan(2);
  });
});
