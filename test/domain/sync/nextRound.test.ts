import { describe, expect, it } from '@jest/globals';
import { nextRound, type NextRound, type PendingHints } from '../../../src/domain/sync/nextRound.js';
import { emptyMemory, type SyncMemory } from '../../../src/domain/sync/syncMemory.js';
import { policyOf, START_MS } from './support/syncWorld.js';

const NONE: PendingHints = { scheduleAtMs: null, trunkAtMs: null, nowAtMs: null };

function next(
  hints: Partial<PendingHints> = {},
  memory: Partial<SyncMemory> = {},
  { seconds = 30, first = false } = {},
): NextRound & { seconds: number } {
  const due = nextRound({
    policy: policyOf(),
    memory: { ...emptyMemory(), ...memory },
    hints: { ...NONE, ...hints },
    lastRoundAtMs: first ? null : START_MS,
    nowMs: START_MS + seconds * 1000,
  });
  return { ...due, seconds: (due.atMs - START_MS) / 1000 };
}

const held = (since: string): Partial<SyncMemory> => ({
  trunkBases: { t1: { name: 'SingTel 2', health: 'holdDown', since, connections: {} } },
});

describe('the next round', () => {
  it('is the first at once', () => {
    expect(next({}, {}, { first: true })).toMatchObject({ seconds: 30, why: 'at once: it is the first' });
  });

  it('is the timer’s where nothing was told', () => {
    expect(next()).toMatchObject({ seconds: 300, lane: 'sync', why: 'by the timer, every 5 min' });
  });

  it('heeds a schedule 10 s after the first word of it', () => {
    expect(next({ scheduleAtMs: START_MS + 25_000 })).toMatchObject({
      seconds: 35,
      lane: 'sync',
      why: 'for a schedule that changed',
    });
  });

  it('heeds a trunk half a second after the first word of it, in the lane of failover', () => {
    expect(next({ trunkAtMs: START_MS + 29_900, scheduleAtMs: START_MS + 25_000 })).toMatchObject({
      seconds: 30.4,
      lane: 'failover',
      why: 'for a trunk that changed',
    });
  });

  it('is in the lane of failover whatever it comes for, where a trunk changed too', () => {
    expect(next({ trunkAtMs: START_MS + 30_000, nowAtMs: START_MS + 30_000 })).toMatchObject({
      seconds: 30,
      lane: 'failover',
    });
  });

  it('is at once when it was asked for, and never in the past', () => {
    expect(next({ nowAtMs: START_MS + 20_000 })).toMatchObject({ seconds: 30, why: 'because it was asked for' });
    expect(next({}, {}, { seconds: 400 }).seconds).toBe(400);
  });

  it('comes when a hold-down ends', () => {
    expect(next({}, held('2026-03-02T14:02:20.000Z'))).toMatchObject({
      seconds: 140,
      lane: 'sync',
      why: 'for SingTel 2, whose hold-down ends',
    });
  });

  it('does not come again and again for a hold-down that ended before the last round', () => {
    expect(next({}, held('2026-03-02T14:00:00.000Z')).seconds).toBe(300);
  });

  it('does not wait for trunks that are healthy or down', () => {
    const memory = held('2026-03-02T14:02:20.000Z');
    for (const health of ['healthy', 'unhealthy', 'unknown'] as const) {
      const t1 = { name: '', health, since: '2026-03-02T14:02:20.000Z', connections: {} };
      expect(next({}, { ...memory, trunkBases: { t1 } }).seconds).toBe(300);
    }
  });

  it('comes for rows that were held back', () => {
    expect(next({}, { rowsDueAt: '2026-03-02T14:02:50.000Z' })).toMatchObject({
      seconds: 50,
      why: 'for rows that were written less than a minute ago',
    });
    expect(next({}, { rowsDueAt: '2026-03-02T14:01:50.000Z' }).seconds).toBe(300);
  });
});
