import fc from 'fast-check';
import type { AcceptedCalls, LimitEvent, RefusedCall } from '../../src/domain/budget/limitEvent.js';

/** Monday morning: limits are learnt from here on in tests. */
export const MONDAY_MS = Date.UTC(2026, 0, 5, 8);

/** A tally of calls that left evenly between two instants, in seconds after `MONDAY_MS`; told 300 ms after the last. */
export function acceptedCalls(
  fromS: number,
  toS: number,
  calls: number,
  more: Partial<AcceptedCalls> = {},
): AcceptedCalls {
  return {
    kind: 'accepted',
    atMs: MONDAY_MS + toS * 1000 + 300,
    firstSentMs: MONDAY_MS + fromS * 1000,
    lastSentMs: MONDAY_MS + toS * 1000,
    calls,
    urgentCalls: 0,
    jobsInFlight: null,
    slices: [],
    ...more,
  };
}

/** A refusal of a call that left so many seconds after `MONDAY_MS`, answered after 200 ms. */
export function refusedCall(sentS: number, toldS: number | null, more: Partial<RefusedCall> = {}): RefusedCall {
  return {
    kind: 'refused',
    callId: `call at ${sentS}`,
    atMs: MONDAY_MS + sentS * 1000 + 200,
    sentMs: MONDAY_MS + sentS * 1000,
    toldMs: toldS === null ? null : toldS * 1000,
    jobsInFlight: null,
    announced: false,
    ...more,
  };
}

const garbage = fc.constantFrom(Number.NaN, -1, -1e15, 1e300, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY);

/** A wait as refusals name them: none, seconds to hours, and now and then what no wait can be. */
const toldMs = fc.oneof(
  { weight: 4, arbitrary: fc.constant(null) },
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 7_200_000 }) },
  { weight: 1, arbitrary: garbage },
);

interface Draft {
  readonly gapMs: number;
  readonly jumpMs: number;
  readonly lateMs: number;
  readonly kind: 'accepted' | 'refused' | 'tick';
  readonly calls: number;
  readonly urgentCalls: number;
  readonly spanMs: number;
  readonly toldMs: number | null;
  readonly jobs: number | null;
  readonly sameId: boolean;
}

const draft: fc.Arbitrary<Draft> = fc.record({
  gapMs: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 2_000 }), fc.integer({ min: 1_000, max: 300_000 })),
  jumpMs: fc.oneof(
    { weight: 30, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.constantFrom(-600_000, 600_000) },
  ),
  lateMs: fc.integer({ min: 0, max: 3_000 }),
  kind: fc.constantFrom('accepted', 'accepted', 'refused', 'tick'),
  calls: fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 0, max: 500 }) }, { weight: 1, arbitrary: garbage }),
  urgentCalls: fc.integer({ min: 0, max: 600 }),
  spanMs: fc.integer({ min: 0, max: 60_000 }),
  toldMs,
  jobs: fc.oneof(fc.constant(null), fc.integer({ min: 0, max: 40 })),
  sameId: fc.boolean(),
});

/** Events as they come at worst: late, doubled, out of order, with garbage in them, from clocks that jump by ten minutes either way. */
export const anyEvents = (most: number): fc.Arbitrary<LimitEvent[]> =>
  fc.array(draft, { minLength: 1, maxLength: most }).map((drafts) => {
    let clockMs = MONDAY_MS;
    return drafts.map((each, index): LimitEvent => {
      clockMs += each.gapMs + each.jumpMs;
      const atMs = clockMs - (index % 5 === 0 ? each.lateMs : 0);
      if (each.kind === 'tick') return { kind: 'tick', atMs };
      const sentMs = atMs - each.lateMs;
      if (each.kind === 'refused')
        return {
          kind: 'refused',
          callId: each.sameId ? 'the same' : `call ${index}`,
          atMs,
          sentMs,
          toldMs: each.toldMs,
          jobsInFlight: each.jobs,
          announced: false,
        };
      return {
        kind: 'accepted',
        atMs,
        firstSentMs: sentMs - each.spanMs,
        lastSentMs: sentMs,
        calls: each.calls,
        urgentCalls: each.urgentCalls,
        jobsInFlight: each.jobs,
        slices: [
          { fromMs: sentMs - each.spanMs, calls: each.calls / 2 },
          { fromMs: sentMs - each.spanMs / 2, calls: each.calls / 2 },
        ],
      };
    });
  });
