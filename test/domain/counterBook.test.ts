import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  admitByCounters,
  announcedCalls,
  bookWithNewToken,
  type CounterBook,
  countEnded,
  countSent,
  EMPTY_BOOK,
} from '../../src/domain/counterBook.js';
import type { CallOutcome } from '../../src/domain/counterWindow.js';
import type { Family } from '../../src/domain/family.js';
import { NO_RESERVE, reserveOf } from '../../src/domain/laneReserve.js';

interface Event {
  readonly atMs: number;
  readonly run: () => void;
}

/** A window of so many calls, opened by its first call or by the clock, and callers who always want to call, on a virtual clock. */
function simulate(given: {
  windowMs: number;
  allowed: number;
  round: (seconds: number) => number;
  latencyMs: () => number;
  share: number;
  isAligned: boolean;
}) {
  const { windowMs, allowed } = given;
  const forMs = 20 * windowMs;
  let book = EMPTY_BOOK;
  let [nowMs, opensMs, count, refused, accepted] = [0, Number.NEGATIVE_INFINITY, 0, 0, 0];
  const events: Event[] = [];
  const at = (atMs: number, run: () => void) => events.push({ atMs, run });
  const arrive = () => {
    if (nowMs >= opensMs + windowMs) {
      opensMs = given.isAligned ? Math.floor(nowMs / windowMs) * windowMs : nowMs;
      count = 0;
    }
    count++;
    if (count > allowed) refused++;
    else accepted++;
    return { count, allowed, resetSeconds: given.round((opensMs + windowMs - nowMs) / 1000) };
  };
  const call = () => {
    const admitted = admitByCounters(book, 'reads', nowMs, reserveOf('backfill', given.share), 0);
    if (admitted !== 'go') {
      // An answer wakes those who wait for one.
      at(admitted.anAnswerMayEndIt ? nowMs + 5 : Math.max(admitted.waitUntilMs, nowMs + 1), call);
      return;
    }
    const [sent, sentMs] = [countSent(book, 'reads', nowMs), nowMs];
    book = sent.book;
    at(nowMs + given.latencyMs(), () => {
      const counters = arrive();
      at(nowMs + given.latencyMs(), () => {
        book = countEnded(book, sent.call, { sentMs, receivedMs: nowMs }, counters);
        call();
      });
    });
  };
  for (let caller = 0; caller < 16; caller++) at(caller, call);
  for (;;) {
    const soonest = events.reduce((best, event, index) => (event.atMs < (events[best]?.atMs ?? 0) ? index : best), 0);
    const [event] = events.splice(soonest, 1);
    if (event === undefined || event.atMs > forMs) break;
    nowMs = event.atMs;
    event.run();
  }
  return { usedShare: accepted / (allowed * 20), refused };
}

describe('the counters of a token', () => {
  const rounds = { down: Math.floor, up: Math.ceil, nearest: Math.round };
  it.each(Object.entries(rounds))('are used to 98 %% and more without a refusal, rounded %s', (_name, round) => {
    fc.assert(
      fc.property(
        fc.constantFrom(10_000, 60_000, 300_000),
        fc.constantFrom(100, 300),
        fc.boolean(),
        fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 5, maxLength: 50 }),
        (windowMs, allowed, isAligned, latencies) => {
          let drawn = 0;
          const latencyMs = () => latencies[drawn++ % latencies.length] ?? 1;
          const given = { windowMs, allowed, round, latencyMs, isAligned };
          const withoutReserve = simulate({ ...given, share: 0 });
          expect(withoutReserve.refused).toBe(0);
          // The last of the twenty windows may be cut by the first's late start.
          expect(withoutReserve.usedShare).toBeGreaterThanOrEqual(windowMs > 10_000 ? 0.98 : 0.95);
          const withReserve = simulate({ ...given, share: 0.2 });
          expect(withReserve.refused).toBe(0);
          // Two calls stay in each window, and the last window is under way.
          expect(withReserve.usedShare).toBeGreaterThanOrEqual(0.92);
        },
      ),
      { numRuns: 4, seed: 27 },
    );
  });
});

function answered(book: CounterBook, family: Family, atMs: number, outcome: CallOutcome): CounterBook {
  const { book: sent, call } = countSent(book, family, atMs);
  return countEnded(sent, call, { sentMs: atMs, receivedMs: atMs + 10 }, outcome);
}
const counters = (count: number, allowed: number, resetSeconds = 50) => ({ count, allowed, resetSeconds });
const admit = (book: CounterBook, family: Family, nowMs: number) => admitByCounters(book, family, nowMs, NO_RESERVE, 0);

describe('counters of several limits', () => {
  it('hold back the family that is at its own limit, and no other', () => {
    let book = answered(EMPTY_BOOK, 'reads', 0, counters(1, 300));
    book = answered(book, 'wfm-jobs', 100, counters(20, 20));
    expect(admit(book, 'reads', 200)).toBe('go');
    expect(admit(book, 'wfm-jobs', 200)).toMatchObject({ anAnswerMayEndIt: false });
    expect(announcedCalls(book)).toBe(300);
  });

  it('are shared by families that are answered with the same ones, and taken to be by those not yet answered', () => {
    const book = answered(answered(EMPTY_BOOK, 'reads', 0, counters(1, 300)), 'wfm-jobs', 100, counters(300, 300));
    expect(admit(book, 'reads', 200)).toMatchObject({ anAnswerMayEndIt: false });
    expect(admit(book, 'analytics', 200)).toMatchObject({ anAnswerMayEndIt: false });
  });

  it('hold nothing back in a family that never had any', () => {
    let book = answered(EMPTY_BOOK, 'reads', 0, 'noCounters');
    book = answered(book, 'wfm-jobs', 100, counters(20, 20));
    for (let call = 0; call < 5; call++) book = countSent(book, 'reads', 200).book;
    expect(admit(book, 'reads', 200)).toBe('go');
  });

  it('follow a limit that becomes another, up or down', () => {
    for (const [before, after] of [
      [300, 150],
      [150, 300],
    ] as const) {
      let book = answered(EMPTY_BOOK, 'reads', 0, counters(before, before, 10));
      book = answered(book, 'reads', 12_000, counters(1, after));
      expect(admit(book, 'reads', 12_100)).toBe('go');
      book = answered(book, 'reads', 12_200, counters(after, after));
      expect(admit(book, 'reads', 12_300)).toMatchObject({ anAnswerMayEndIt: false });
    }
  });

  it('hold on where they stop coming: no faster than the last limit that was told', () => {
    let book = answered(EMPTY_BOOK, 'reads', 0, counters(5, 5, 10));
    expect(admit(book, 'reads', 5_000)).not.toBe('go');
    let sent = 0;
    for (let atMs = 11_100; atMs < 20_000; atMs += 100) {
      if (admit(book, 'reads', atMs) !== 'go') continue;
      sent++;
      book = answered(book, 'reads', atMs, 'noCounters');
    }
    expect(sent).toBe(5);
    expect(admit(bookWithNewToken(book), 'reads', 20_000)).toBe('go');
  });

  it('are bounded in number, whatever comes', () => {
    let book = EMPTY_BOOK;
    for (let call = 0; call < 100; call++) book = answered(book, 'reads', call * 100, counters(1, 1_000 + call));
    expect(book.windows.size).toBeLessThanOrEqual(8);
  });
});

describe('counters that are wrong', () => {
  it('never raise what may be sent by running backwards within a window', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(300), { minLength: 1, maxLength: 20 }), (counts) => {
        let book = EMPTY_BOOK;
        let [most, atMs] = [0, 0];
        for (const count of counts) {
          book = answered(book, 'reads', (atMs += 10), counters(count, 300, 50));
          most = Math.max(most, count);
          let sent = 0;
          for (let ahead = book; admit(ahead, 'reads', atMs) === 'go'; sent++)
            ahead = countSent(ahead, 'reads', atMs).book;
          expect(sent).toBeLessThanOrEqual(Math.max(0, 300 - most));
        }
      }),
      { seed: 28 },
    );
  });

  it('do not open a window before the one that is known is over', () => {
    let book = answered(EMPTY_BOOK, 'reads', 0, counters(300, 300, 30));
    book = answered(book, 'reads', 1_000, counters(1, 300, 60));
    expect(admit(book, 'reads', 1_100)).not.toBe('go');
    expect(admit(book, 'reads', 31_100)).toBe('go');
  });

  it('do not stretch a window over a day that ends in a minute', () => {
    let book = answered(EMPTY_BOOK, 'reads', 0, counters(1, 300, 80_000));
    book = answered(book, 'reads', 1_000, counters(300, 300, 20));
    expect(admit(book, 'reads', 2_000)).not.toBe('go');
    expect(admit(book, 'reads', 23_000)).toBe('go');
  });

  it('hold nothing for longer than a day and a second, whatever they say and whenever', () => {
    const outcome: fc.Arbitrary<CallOutcome> = fc.oneof(
      fc.constantFrom<CallOutcome>('noCounters', 'noAnswer'),
      fc.record({ count: fc.nat(), allowed: fc.integer({ min: 1, max: 1_000 }), resetSeconds: fc.nat(86_400) }),
    );
    const step = fc.record({ outcome, jumpMs: fc.integer({ min: -600_000, max: 600_000 }) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        let [book, atMs] = [EMPTY_BOOK, 10_000_000];
        for (const { outcome: next, jumpMs } of steps) {
          book = answered(book, 'reads', (atMs += jumpMs), next);
          const admitted = admit(book, 'reads', atMs + 10);
          if (admitted === 'go') continue;
          expect(admitted.waitUntilMs).toBeGreaterThan(atMs);
          expect(admitted.waitUntilMs).toBeLessThanOrEqual(atMs + 600_000 + 86_402_000);
        }
      }),
      { seed: 29 },
    );
  });
});
