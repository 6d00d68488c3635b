import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decide, tallyEveryMs } from '../../../src/domain/budget/decideLimit.js';
import { describeLimit } from '../../../src/domain/budget/describeLimit.js';
import type { LimitEvent } from '../../../src/domain/budget/limitEvent.js';
import { LONGEST_TOLD_MS, MOST_PER_SECOND } from '../../../src/domain/budget/limitParameters.js';
import { limitFrom, LimitState, newLimit } from '../../../src/domain/budget/limitState.js';
import { limitAt, step } from '../../../src/domain/budget/stepLimit.js';
import { acceptedCalls, anyEvents, MONDAY_MS, refusedCall } from '../../support/limitEvents.js';

const RUNS = { numRuns: 100, seed: 17 };

const learntRate = fc.record({
  ratePerSecond: fc.double({ min: 0.02, max: 20, noNaN: true }),
  windowMs: fc.constantFrom(10_000, 60_000, 300_000, 900_000),
  maxJobs: fc.constant(null),
});
const anyStart = fc.oneof(
  fc.constant(newLimit()),
  learntRate.map((known) => limitFrom(known, MONDAY_MS)),
  fc
    .integer({ min: 1, max: 30 })
    .map((maxJobs) => limitFrom({ ratePerSecond: null, windowMs: null, maxJobs }, MONDAY_MS)),
);

/** What an event told of the gate: the instant until which it has to stay closed. */
function toldUntilMs(event: LimitEvent): number {
  if (event.kind !== 'refused' || event.toldMs === null || Number.isNaN(event.toldMs)) return 0;
  return event.atMs + Math.min(LONGEST_TOLD_MS, Math.max(0, event.toldMs));
}

describe('a learnt limit, whatever is told', () => {
  it('keeps its gate closed until every instant that any refusal named, and opens it by time alone', () => {
    fc.assert(
      fc.property(anyStart, anyEvents(80), (start, events) => {
        let state = start;
        let toldMs = 0;
        for (const event of events) {
          const after = step(state, event);
          toldMs = Math.max(toldMs, toldUntilMs(event));
          expect(after.gate.untilMs).toBeGreaterThanOrEqual(Math.max(toldMs, state.gate.untilMs));
          state = after;
        }
        if (toldMs > 0) expect(decide(state, toldMs - 1).gateUntilMs).toBeGreaterThanOrEqual(toldMs);
      }),
      RUNS,
    );
  });

  it('learns nothing from a call that was on its way when the gate closed', () => {
    fc.assert(
      fc.property(anyStart, anyEvents(60), fc.integer({ min: 1, max: 3_000 }), (start, events, earlyMs) => {
        const state = events.reduce(step, start);
        fc.pre(state.gate.closedMs > 0 && !state.announced);
        const sentMs = Math.max(state.gate.untilMs, state.gate.closedMs) - earlyMs;
        const atMs = Math.max(sentMs, state.latestMs);
        const late = { ...refusedCall(0, 5), callId: 'a late one', sentMs, atMs };
        const [without, withIt] = [step(state, { kind: 'tick', atMs }), step(state, late)];
        const learnt = ({ mode, pacePerSecond, provenPerSecond, windowMs, told, jobs }: LimitState): unknown => ({
          mode,
          pacePerSecond,
          provenPerSecond,
          windowMs,
          trust: [told.kept, told.broken],
          most: jobs.most,
        });
        expect(learnt(withIt)).toEqual(learnt(without));
      }),
      RUNS,
    );
  });

  it('gives rates above 0 and within bounds, whole numbers of jobs, and tallies every 2 s to a minute', () => {
    fc.assert(
      fc.property(anyStart, anyEvents(80), (start, events) => {
        let state = start;
        for (const event of events) {
          state = step(state, event);
          const { ratePerSecond, maxJobs } = decide(state, event.atMs);
          if (ratePerSecond !== null && !(ratePerSecond > 0 && ratePerSecond <= 2 * MOST_PER_SECOND))
            throw new RangeError(`a rate of ${ratePerSecond}`);
          if (maxJobs !== null && !(Number.isInteger(maxJobs) && maxJobs >= 1)) throw new RangeError(`${maxJobs} jobs`);
          const every = tallyEveryMs(state);
          if (every !== null && !(every >= 2_000 && every <= 60_000)) throw new RangeError(`tallies every ${every} ms`);
        }
      }),
      RUNS,
    );
  });

  it('opens within half an hour, the window or the told wait, and a call that gets through brings the rate back', () => {
    fc.assert(
      fc.property(anyStart, anyEvents(60), (start, events) => {
        const state = events.reduce(step, start);
        const longestMs = Math.max(1_800_000, state.windowMs ?? 0, state.outer?.windowMs ?? 0);
        const toldMs = Math.max(...events.map(toldUntilMs));
        expect(state.gate.untilMs).toBeLessThanOrEqual(Math.max(toldMs, state.latestMs + longestMs) + 1);
        const openMs = Math.max(state.gate.untilMs, state.latestMs) + 10_000;
        const canary = acceptedCalls(0, 0, 1, { atMs: openMs + 300, firstSentMs: openMs, lastSentMs: openMs });
        const after = step(state, canary);
        expect(after.gate.unproven).toBe(false);
        expect(decide(after, openMs + 300).gateUntilMs).toBeNull();
        const { pacePerSecond } = after;
        if (after.mode === 'track' && pacePerSecond !== null && after.outer === null)
          expect(decide(after, openMs + 300).ratePerSecond).toBeGreaterThanOrEqual(0.25 * pacePerSecond);
      }),
      RUNS,
    );
  });

  it('never loses a number: its state stays what its schema says, and reads back from JSON the same', () => {
    fc.assert(
      fc.property(anyStart, anyEvents(80), (start, events) => {
        const state = events.reduce(step, start);
        expect(LimitState.parse(JSON.parse(JSON.stringify(state)))).toEqual(state);
        const last = events[events.length - 1]?.atMs ?? MONDAY_MS;
        expect(describeLimit(state, last).why.length).toBeLessThan(300);
      }),
      RUNS,
    );
  });

  it('counts a refusal that is told twice once', () => {
    fc.assert(
      fc.property(anyStart, anyEvents(60), (start, events) => {
        let state = start;
        for (const event of events) {
          const once = step(state, event);
          if (event.kind === 'refused') expect(step(once, event)).toEqual(once);
          state = once;
        }
      }),
      RUNS,
    );
  });

  it('comes to the same whichever of several reports of one instant is read first', () => {
    const together = [
      refusedCall(100, 20, { callId: 'a', atMs: MONDAY_MS + 100_400 }),
      refusedCall(100.1, 19, { callId: 'b', atMs: MONDAY_MS + 100_400 }),
      acceptedCalls(90, 100, 12, { atMs: MONDAY_MS + 100_400 }),
      acceptedCalls(88, 99, 14, { atMs: MONDAY_MS + 100_400, urgentCalls: 2 }),
    ];
    fc.assert(
      fc.property(learntRate, fc.shuffledSubarray(together, { minLength: 4, maxLength: 4 }), (known, order) => {
        const start = step(limitFrom(known, MONDAY_MS), acceptedCalls(0, 80, 300));
        const settled = (events: readonly LimitEvent[]): LimitState =>
          limitAt(events.reduce(step, start), MONDAY_MS + 170_000);
        const [one, other] = [settled(together), settled(order)];
        expect(other.gate).toEqual(one.gate);
        expect(other.mode).toBe(one.mode);
        expect(other.provenPerSecond ?? 0).toBeCloseTo(one.provenPerSecond ?? 0, 6);
      }),
      RUNS,
    );
  });

  it('is never lowered by accepted calls alone, nor raised while idle', () => {
    fc.assert(
      fc.property(learntRate, anyEvents(80), (known, events) => {
        let state = limitFrom(known, MONDAY_MS);
        for (const event of events.filter(({ kind }) => kind !== 'refused')) {
          const after = step(state, event);
          expect(after.provenPerSecond ?? 0).toBeGreaterThanOrEqual(state.provenPerSecond ?? 0);
          if (event.kind === 'tick' && state.accepted.length === 0)
            expect(after.provenPerSecond).toBe(state.provenPerSecond);
          state = after;
        }
        const idle = { ...limitFrom(known, MONDAY_MS), probe: { ...state.probe, credit: 2 } };
        const later = Array.from({ length: 50 }, (_, hour) => MONDAY_MS + hour * 3_600_000);
        const waited = later.reduce((each, atMs) => step(each, { kind: 'tick', atMs }), idle);
        expect(decide(waited, MONDAY_MS + 50 * 3_600_000).ratePerSecond).toBe(idle.pacePerSecond);
      }),
      RUNS,
    );
  });
});
