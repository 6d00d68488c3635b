import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type RefusalReport, TallyReport } from '../../../src/domain/budget/budgetReports.js';
import { BudgetView } from '../../../src/domain/budget/budgetView.js';
import { afterForgetLimit, afterRefusal, afterSetLimit, afterTally } from '../../../src/domain/budget/keeperReports.js';
import { EMPTY_KEEPER, type KeeperState, keeperStateOf } from '../../../src/domain/budget/keeperState.js';
import { budgetView, limitsTable } from '../../../src/domain/budget/keeperViews.js';
import { everyQueueRate } from '../../../src/domain/budget/queueRates.js';
import { reportsOfWindows } from '../../support/learntReports.js';

const NOW_MS = Date.UTC(2026, 2, 1, 8);
const MOST_BYTES_A_FAMILY = 5_000;

function refusal(changes: Partial<RefusalReport> = {}): RefusalReport {
  return {
    v: 1,
    callId: 'one',
    worker: 'w',
    family: 'wfm-jobs',
    gate: 'wfm-jobs',
    lane: 'backfill',
    sentMs: NOW_MS - 20,
    receivedMs: NOW_MS,
    toldMs: 30_000,
    untilMs: NOW_MS + 30_000,
    status: 429,
    limitKey: null,
    limitNamespace: null,
    announced: false,
    jobsInFlight: null,
    ...changes,
  };
}

function learnt(calls: number, windowMs: number): KeeperState {
  return reportsOfWindows(calls, windowMs, NOW_MS).reduce<KeeperState>(
    (state, { signal, report }) =>
      signal === 'tally' ? afterTally(state, report, NOW_MS) : afterRefusal(state, report, NOW_MS),
    EMPTY_KEEPER,
  );
}

const gateOf = (state: KeeperState, nowMs = NOW_MS) => budgetView(state, undefined, nowMs).families['wfm-jobs']?.gate;

describe('what the keeper makes of refusals', () => {
  it('closes the gate until the instant that was told, and a later refusal never opens it sooner', () => {
    const closed = afterRefusal(EMPTY_KEEPER, refusal(), NOW_MS);
    const again = afterRefusal(closed, refusal({ callId: 'two', toldMs: 5_000, untilMs: NOW_MS + 5_000 }), NOW_MS);
    expect(gateOf(again)?.untilMs).toBe(NOW_MS + 30_000);
    expect(gateOf(again, NOW_MS + 30_001)).toBeNull();
  });

  it('keeps a wait as long as it was told, though the clock of the worker is ten minutes ahead', () => {
    const aheadMs = 600_000;
    const told = refusal({
      sentMs: NOW_MS + aheadMs - 20,
      receivedMs: NOW_MS + aheadMs,
      untilMs: NOW_MS + aheadMs + 30_000,
    });
    expect(gateOf(afterRefusal(EMPTY_KEEPER, told, NOW_MS))?.untilMs).toBe(NOW_MS + 30_000);
  });

  it('waits some seconds where nothing was told', () => {
    const told = refusal({ toldMs: null, untilMs: NOW_MS + 3_000 });
    expect(gateOf(afterRefusal(EMPTY_KEEPER, told, NOW_MS))?.untilMs).toBeGreaterThanOrEqual(NOW_MS + 2_000);
  });

  it('learns no rate of writes from refusals that tell when to come back, only of other calls and where nothing is told', () => {
    const after = (family: 'telephony-writes' | 'wfm-jobs', toldMs: number | null) => {
      const state = [0, 40_000, 80_000].reduce((known, atMs, call) => {
        const receivedMs = NOW_MS + atMs;
        const met = { callId: `${call}`, family, gate: family, toldMs, sentMs: receivedMs - 20, receivedMs };
        return afterRefusal(known, refusal({ ...met, untilMs: receivedMs + (toldMs ?? 4_000) }), receivedMs);
      }, EMPTY_KEEPER);
      return budgetView(state, undefined, NOW_MS + 200_000).families[family]?.ratePerSecond;
    };
    expect(after('telephony-writes', 30_000)).toBeNull();
    expect(after('telephony-writes', null)).not.toBeNull();
    expect(after('wfm-jobs', 30_000)).not.toBeNull();
  });

  it('closes all calls where the limit is that of the token', () => {
    const told = afterRefusal(EMPTY_KEEPER, refusal({ gate: 'token' }), NOW_MS);
    expect(budgetView(told, undefined, NOW_MS).families.token?.gate?.untilMs).toBe(NOW_MS + 30_000);
    expect(gateOf(told)).toBeUndefined();
  });
});

describe('what an operator says', () => {
  it('goes before what was learnt, which comes back when it is forgotten only as it is learnt anew', () => {
    const state = learnt(20, 60_000);
    const rateOf = (of: KeeperState) => everyQueueRate(of, NOW_MS).find(({ family }) => family === 'analytics');
    expect(rateOf(state)?.ratePerSecond).toBeCloseTo(0.32, 1);
    const set = afterSetLimit(state, { family: 'analytics', rate: '6/min' });
    expect(rateOf(set)?.ratePerSecond).toBe(0.1);
    expect(limitsTable(set, undefined, NOW_MS).families.find(({ family }) => family === 'analytics')).toMatchObject({
      set: { rate: '6/min' },
      learnt: { windowMs: 60_000 },
      pacedBy: 'queue',
    });
    expect(rateOf(afterForgetLimit(set, { family: 'analytics' }))?.ratePerSecond).toBeNull();
  });
});

describe('what the keeper remembers', () => {
  it('is the same after it was written down and read again, and at most 5 kB a family', () => {
    const state = learnt(400, 3_600_000);
    const read = keeperStateOf(JSON.parse(JSON.stringify(state)));
    expect(read).toEqual(state);
    for (const family of Object.values(read.families))
      expect(JSON.stringify(family).length).toBeLessThan(MOST_BYTES_A_FAMILY);
  });

  it('keeps what it can of a state that another version wrote', () => {
    const { analytics } = learnt(20, 60_000).families;
    const other = {
      v: 7,
      families: {
        analytics: { ...analytics, model: { ...analytics?.model, v: 2, strange: [1] }, newer: 1 },
        reads: 'strange',
        nobody: {},
      },
      calls: 'none',
    };
    const read = keeperStateOf(other);
    expect(read.calls).toEqual([]);
    expect(read.families.reads).toBeUndefined();
    expect(everyQueueRate(read, NOW_MS).find(({ family }) => family === 'analytics')?.ratePerSecond).toBeCloseTo(
      0.323,
      2,
    );
    for (const nothing of [undefined, null, 'x', 3, []]) expect(keeperStateOf(nothing).families).toEqual({});
  });

  it('never breaks, whatever instants and numbers it is told, and answers what workers can read', () => {
    const instant = fc.oneof(
      fc.integer({ min: 0, max: 2 * NOW_MS }),
      fc.constantFrom(0, NOW_MS, Number.MAX_SAFE_INTEGER),
    );
    const count = fc.integer({ min: 0, max: 1_000_000 });
    const told = fc.oneof(
      fc
        .record({
          callId: fc.string({ maxLength: 8 }),
          sentMs: instant,
          receivedMs: instant,
          untilMs: instant,
          toldMs: fc.option(fc.double({ min: 0, noNaN: true })),
          announced: fc.boolean(),
          jobsInFlight: fc.option(count),
        })
        .map((changes) => (state: KeeperState, nowMs: number) => afterRefusal(state, refusal(changes), nowMs)),
      fc
        .record({
          number: count,
          atMs: instant,
          accepted: count,
          urgentCalls: count,
          firstSentMs: instant,
          lastSentMs: instant,
          jobsStarted: count,
          jobsEnded: count,
          fromMs: instant,
        })
        .map(({ number, atMs, fromMs, ...tally }) => (state: KeeperState, nowMs: number) => {
          const families = { 'wfm-jobs': { ...tally, slices: [{ fromMs, calls: tally.accepted }] } };
          return afterTally(state, TallyReport.parse({ v: 1, worker: 'w', number, atMs, families }), nowMs);
        }),
    );
    fc.assert(
      fc.property(
        fc.array(fc.tuple(told, fc.integer({ min: -600_000, max: 600_000 })), { maxLength: 30 }),
        (events) => {
          let state = EMPTY_KEEPER;
          for (const [change, jumpMs] of events) state = change(state, NOW_MS + jumpMs);
          const view = budgetView(state, { worker: 'w', nowMs: NOW_MS }, NOW_MS);
          expect(BudgetView.safeParse(JSON.parse(JSON.stringify(view))).error).toBeUndefined();
          for (const { ratePerSecond } of everyQueueRate(state, NOW_MS))
            if (ratePerSecond !== null) expect(ratePerSecond).toBeGreaterThan(0);
          limitsTable(state, undefined, NOW_MS);
        },
      ),
      { numRuns: 150, seed: 23 },
    );
  });
});
