import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { GateName } from '../../src/domain/family.js';
import { closedGates, closeGate, type Gates, gateHolding, gateToClose } from '../../src/domain/gates.js';

describe('gates', () => {
  it('are never opened sooner by a later refusal, in whatever order refusals come', () => {
    const instant = fc.oneof(fc.nat(10_000), fc.constant(Number.NaN));
    fc.assert(
      fc.property(fc.array(instant, { minLength: 1 }), (instants) => {
        let gates: Gates = {};
        let latest = 0;
        for (const untilMs of instants) {
          gates = closeGate(gates, 'reads', untilMs, 'refused');
          latest = Math.max(latest, Number.isNaN(untilMs) ? 0 : untilMs);
          expect(gates.reads?.untilMs ?? 0).toBe(latest);
        }
      }),
      { seed: 38 },
    );
  });

  it('hold back their family alone, and every family where the token is concerned', () => {
    const gates = closeGate<GateName>({}, 'wfm-jobs', 500, 'refused');
    expect(gateHolding(gates, ['reads', 'token'], 100)).toBeNull();
    expect(gateHolding(gates, ['wfm-jobs', 'token'], 100)).toMatchObject({ untilMs: 500 });
    const both = closeGate<GateName>(gates, 'token', 300, 'used up');
    expect(gateHolding(both, ['reads', 'token'], 100)).toMatchObject({ gate: 'token', untilMs: 300 });
    expect(gateHolding(both, ['wfm-jobs', 'token'], 100)).toMatchObject({ gate: 'wfm-jobs', untilMs: 500 });
  });

  it('open by time', () => {
    const gates = closeGate({}, 'analytics', 500, 'refused');
    expect(closedGates(gates, 499)).toEqual([{ gate: 'analytics', untilMs: 500, why: 'refused' }]);
    expect(closedGates(gates, 500)).toEqual([]);
  });

  it('are closed for what the refusal concerns', () => {
    const counters = { allowed: 300, resetSeconds: 20 };
    const token = { key: 'client.credentials.token.rate.per.minute', namespace: null };
    expect(gateToClose('wfm-jobs', null, null)).toBe('wfm-jobs');
    expect(gateToClose('wfm-jobs', { ...counters, count: 20 }, { key: 'odd', namespace: 'odd' })).toBe('wfm-jobs');
    expect(gateToClose('wfm-jobs', { ...counters, count: 301 }, null)).toBe('token');
    expect(gateToClose('reads', null, token)).toBe('token');
    expect(gateToClose('reads', null, { key: 'jobs.max', namespace: 'historical.adherence' })).toBe('wfm-jobs');
    // What the body names is narrower than what the counters happen to say at the same moment.
    expect(gateToClose('analytics', { ...counters, count: 301 }, { key: 'x', namespace: 'analytics' })).toBe(
      'analytics',
    );
  });
});
