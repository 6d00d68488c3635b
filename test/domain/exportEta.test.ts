import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { callsLeftOf, expectedEnd, noSoonerThanCalls, type PaceSoFar } from '../../src/domain/exportEta.js';
import { GATE_NAMES } from '../../src/domain/family.js';

const START = Date.UTC(2026, 2, 2);
const MINUTE = 60_000;
const at = (ms: number): string => new Date(ms).toISOString();
const endMs = (end: string | null): number => Date.parse(end ?? 'never');

const TEN_OF_FORTY: PaceSoFar = {
  startedAt: at(START),
  stoodStillMs: 0,
  windows: { total: 40, done: 10 },
  gates: [],
};
const NOW = START + 10 * MINUTE;

const paces = fc.record({
  startedAt: fc.constant(at(START)),
  stoodStillMs: fc.integer({ min: 0, max: 20 * MINUTE }),
  windows: fc
    .tuple(fc.integer({ min: 3, max: 5000 }), fc.integer({ min: 0, max: 5000 }))
    .map(([done, left]) => ({ total: done + left, done })),
  gates: fc.array(
    fc.record({
      family: fc.constantFrom(...GATE_NAMES),
      until: fc.integer({ min: -60, max: 6000 }).map((minutes) => at(NOW + minutes * MINUTE)),
    }),
    { maxLength: 4 },
  ),
});
const closing = fc.integer({ min: 1, max: 6000 }).map((minutes) => NOW + minutes * MINUTE);

describe('when an export should end', () => {
  it('is at the pace so far', () => {
    expect(expectedEnd(TEN_OF_FORTY, NOW)).toBe(at(NOW + 30 * MINUTE));
  });

  it('does not count the time in which it was paused', () => {
    expect(expectedEnd({ ...TEN_OF_FORTY, stoodStillMs: 5 * MINUTE }, NOW)).toBe(at(NOW + 15 * MINUTE));
  });

  it('is not known before three windows have ended, and now when none is left', () => {
    expect(expectedEnd({ ...TEN_OF_FORTY, windows: { total: 40, done: 2 } }, NOW)).toBeNull();
    expect(expectedEnd({ ...TEN_OF_FORTY, windows: { total: 2, done: 2 } }, NOW)).toBe(at(NOW));
  });

  it('comes after every gate that is closed, and later the longer a gate is closed', () => {
    fc.assert(
      fc.property(paces, closing, fc.integer({ min: 0, max: 600 }), (pace, untilMs, moreMinutes) => {
        const gate = (ms: number) => ({ family: 'wfm-jobs', until: at(ms) });
        const before = endMs(expectedEnd(pace, NOW));
        const closed = endMs(expectedEnd({ ...pace, gates: [...pace.gates, gate(untilMs)] }, NOW));
        const longer = endMs(
          expectedEnd({ ...pace, gates: [...pace.gates, gate(untilMs + moreMinutes * MINUTE)] }, NOW),
        );
        expect(closed).toBeGreaterThanOrEqual(before);
        expect(longer).toBeGreaterThanOrEqual(closed);
        if (pace.windows.total > pace.windows.done) expect(closed).toBeGreaterThanOrEqual(untilMs);
      }),
      { seed: 34 },
    );
  });

  it('comes later the more windows are left', () => {
    fc.assert(
      fc.property(paces, fc.integer({ min: 0, max: 1000 }), (pace, more) => {
        const { total, done } = pace.windows;
        const longer = { ...pace, windows: { total: total + more, done } };
        expect(endMs(expectedEnd(longer, NOW))).toBeGreaterThanOrEqual(endMs(expectedEnd(pace, NOW)));
      }),
      { seed: 35 },
    );
  });
});

describe('the calls that are left', () => {
  const end = at(NOW + MINUTE);
  const open = { family: 'wfm-jobs', gateUntil: null, ratePerSecond: null } as const;

  it('cannot be made faster than the rate that was learnt, and not before the gate opens', () => {
    const bounds = { callsLeft: { 'wfm-jobs': 120 } };
    expect(noSoonerThanCalls(end, { ...bounds, families: [open] }, NOW)).toBe(end);
    expect(noSoonerThanCalls(end, { ...bounds, families: [{ ...open, ratePerSecond: 0.5 }] }, NOW)).toBe(
      at(NOW + 4 * MINUTE),
    );
    const closed = { ...open, gateUntil: at(NOW + 10 * MINUTE), ratePerSecond: 0.5 };
    expect(noSoonerThanCalls(end, { ...bounds, families: [closed] }, NOW)).toBe(at(NOW + 14 * MINUTE));
  });

  it('say nothing of families that the export does not call, and all wait for the client’s own gate', () => {
    const closedMs = NOW + 60 * MINUTE;
    const families = (family: 'analytics' | 'token') => [{ family, gateUntil: at(closedMs), ratePerSecond: null }];
    const callsLeft = { 'wfm-jobs': 3 };
    expect(noSoonerThanCalls(end, { callsLeft, families: families('analytics') }, NOW)).toBe(end);
    expect(noSoonerThanCalls(end, { callsLeft, families: families('token') }, NOW)).toBe(at(closedMs));
    expect(noSoonerThanCalls(null, { callsLeft, families: families('token') }, NOW)).toBeNull();
  });

  it('push the end back with a slower rate or a longer gate, and never forward', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...GATE_NAMES),
        fc.integer({ min: 1, max: 100_000 }),
        fc.double({ min: 0.01, max: 50, noNaN: true }),
        closing,
        (family, calls, ratePerSecond, untilMs) => {
          const bounded = (rate: number | null, gateUntil: string | null): number =>
            endMs(
              noSoonerThanCalls(
                end,
                {
                  callsLeft: { reads: calls, [family]: calls },
                  families: [{ family, gateUntil, ratePerSecond: rate }],
                },
                NOW,
              ),
            );
          const free = bounded(null, null);
          expect(free).toBe(endMs(end));
          expect(bounded(ratePerSecond, null)).toBeGreaterThanOrEqual(free);
          expect(bounded(ratePerSecond / 2, null)).toBeGreaterThanOrEqual(bounded(ratePerSecond, null));
          expect(bounded(ratePerSecond, at(untilMs))).toBeGreaterThan(untilMs);
        },
      ),
      { seed: 36 },
    );
  });

  it('are one for each window that is left, of the family that brings it, and the reads beside', () => {
    const windows = { total: 40, done: 10 };
    expect(callsLeftOf(['adherence', 'occupancy'], windows, 20)).toEqual({ 'wfm-jobs': 15, analytics: 15, reads: 30 });
    expect(callsLeftOf(['adherence', 'schedules'], windows, 10)).toEqual({ 'wfm-jobs': 30, analytics: 0, reads: 0 });
    expect(callsLeftOf(['occupancy'], { total: 40, done: 0 }, 4)).toEqual({ 'wfm-jobs': 0, analytics: 40, reads: 0 });
  });
});
