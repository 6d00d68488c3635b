import fc from 'fast-check';
import type { LimitsRow, LimitsTable } from '../../src/domain/budget/limitsTable.js';
import { GATE_NAMES } from '../../src/domain/family.js';

/** A row of which nothing is known but its name. */
export const QUIET_ROW: LimitsRow = {
  family: 'reads',
  documented: [],
  learnt: null,
  set: null,
  usedNow: { callsLastMinute: 0, jobsInFlight: 0 },
  counters: null,
  gateUntil: null,
  refusedLastHour: 0,
  pacedBy: 'nothing',
  why: 'nothing bounds it: no call was refused',
};

/** A morning's limits, with something in every column. */
export const MORNING: LimitsTable = {
  v: 1,
  families: [
    {
      ...QUIET_ROW,
      family: 'token',
      documented: [
        { namespace: 'platform.api', key: 'client.credentials.token.rate.per.minute', value: 300 },
        { namespace: 'platform.api', key: 'org.app.user.rate.per.minute', value: 3000 },
      ],
      counters: { count: 180, allowed: 300, endsAt: '2026-03-01T08:30:22.000Z' },
      pacedBy: 'counters',
      why: 'its own counters are announced with each answer',
    },
    {
      ...QUIET_ROW,
      family: 'wfm-jobs',
      learnt: { ratePerSecond: 0.81294, windowMs: 300_000, maxJobs: 9 },
      usedNow: { callsLastMinute: 31, jobsInFlight: 4 },
      gateUntil: '2026-03-01T08:34:10.000Z',
      refusedLastHour: 2,
      pacedBy: 'queue',
      why: 'refused without a wait named: learnt from what got through',
    },
    { ...QUIET_ROW, family: 'analytics', set: { rate: '60/min' }, pacedBy: 'queue', why: 'set by an operator' },
  ],
  notes: [],
};

const instant = fc
  .date({ min: new Date('2020-01-01'), max: new Date('2099-01-01'), noInvalidDate: true })
  .map((date) => date.toISOString());
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 400 }),
  fc.string({ unit: 'grapheme', maxLength: 400 }),
);
const count = fc.integer({ min: 0, max: 10_000_000 });

/** Any table that a keeper could answer, with any text from outside. */
export const anyTable: fc.Arbitrary<LimitsTable> = fc.record({
  v: fc.constant(1 as const),
  families: fc.array(
    fc.record({
      family: fc.constantFrom(...GATE_NAMES),
      documented: fc.array(fc.record({ namespace: anyText, key: anyText, value: fc.double({ noNaN: true }) })),
      learnt: fc.option(
        fc.record({
          ratePerSecond: fc.option(fc.double({ min: 1e-6, max: 1e6, noNaN: true })),
          windowMs: fc.option(fc.integer({ min: 1, max: 9e8 })),
          maxJobs: fc.option(fc.integer({ min: 1, max: 1e6 })),
        }),
      ),
      set: fc.option(fc.record({ rate: anyText })),
      usedNow: fc.record({ callsLastMinute: count, jobsInFlight: count }),
      counters: fc.option(fc.record({ count, allowed: count, endsAt: instant })),
      gateUntil: fc.option(instant),
      refusedLastHour: count,
      pacedBy: fc.constantFrom('counters' as const, 'queue' as const, 'client' as const, 'nothing' as const),
      why: anyText,
    }),
    { maxLength: GATE_NAMES.length },
  ),
  notes: fc.array(anyText, { maxLength: 20 }),
});
