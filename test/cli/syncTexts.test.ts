import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { stormEvents, WHOLE_STORM } from '../../src/cli/demo/sync/storm.js';
import { heeds } from '../../src/cli/sync/heeds.js';
import { rowDiff } from '../../src/cli/sync/rowDiff.js';
import { statusText } from '../../src/cli/sync/statusText.js';
import { whenAsked } from '../../src/cli/sync/whenAsked.js';
import type { RoundRecord, SyncState } from '../../src/domain/sync/syncState.js';

const NOW = Date.parse('2026-11-22T06:10:00Z');

const STATE: SyncState = {
  round: 42,
  at: '2026-11-22T06:09:50.000Z',
  enabled: false,
  routes: [{ outboundRoute: 'r1', trunkBases: ['t1'], why: 'As it was' }],
  writes: 1,
  drift: [],
  throttledUntil: null,
  paused: null,
  needsApproval: null,
  heldWrites: 3,
  policyHash: null,
  next: 'by the timer',
  problem: null,
  unreadableSignals: 0,
  takeOver: null,
  staleSignals: 0,
};

describe('the time that a person asks about', () => {
  it('is the last time that the clock here said so, an instant with a zone, or now', () => {
    const local = new Date(NOW - 3_600_000);
    const clock = `${local.getHours()}:${String(local.getMinutes()).padStart(2, '0')}`;
    expect(whenAsked(clock, NOW)).toBe(local.toISOString());
    const later = new Date(NOW + 3_600_000);
    const yesterday = `${later.getHours()}:${String(later.getMinutes()).padStart(2, '0')}`;
    expect(Date.parse(whenAsked(yesterday, NOW))).toBe(new Date(NOW - 23 * 3_600_000).getTime());
    expect(whenAsked('2026-11-22T14:05+08:00', NOW)).toBe('2026-11-22T06:05:00.000Z');
    expect(whenAsked(undefined, NOW)).toBe('2026-11-22T06:10:00.000Z');
  });

  it.each(['25:00', 'noon', '2026-13-01', '14:75'])('is refused where it is none: %s', (text) => {
    expect(() => whenAsked(text, NOW)).toThrow('is not a time');
  });

  it('is refused where it is yet to come', () => {
    expect(() => whenAsked('2026-11-22T06:11Z', NOW)).toThrow('is yet to come');
  });
});

describe('the status of a sync', () => {
  it('says that it observes, what is held back, and what waits for approval', () => {
    const text = statusText({ ...STATE, needsApproval: 42 }, null, NOW).join('\n');
    expect(text).toContain('round 42 ended 2026-11-22 06:09:50 UTC, 10 s ago: 1 write');
    expect(text).toContain("observes and writes nothing until 'rosterline sync enable'");
    expect(text).toContain('would be    t1');
    expect(text).toContain('held back   3 writes');
    expect(text).toContain("'rosterline sync approve 42'");
  });

  it('says until when the API is closed, and what could not be read', () => {
    const closed = {
      ...STATE,
      throttledUntil: '2026-11-22T06:11:00.000Z',
      problem: 'no permission',
      unreadableSignals: 2,
    };
    const text = statusText(closed, null, NOW).join('\n');
    expect(text).toContain('waits       until 2026-11-22 06:11:00 UTC');
    expect(text).toContain('problem     no permission');
    expect(text).toContain('signals     2 could not be read');
  });
});

describe('a round that was asked for', () => {
  const last = (round: number, causes: Record<string, number>): RoundRecord =>
    ({ round, causes }) as unknown as RoundRecord;

  it('is one that heeds the asking, not the one that was under way', () => {
    const at = (round: number): SyncState => ({ ...STATE, round });
    expect(heeds(41, at(41), last(41, {}))).toBe(false);
    expect(heeds(41, at(42), last(42, { timer: 1 }))).toBe(false);
    expect(heeds(41, at(42), last(42, { syncNow: 1 }))).toBe(true);
    expect(heeds(41, at(43), last(43, { timer: 1 }))).toBe(true);
  });
});

describe('what a row’s write changes', () => {
  it('is the columns that differ, and all of a new row, without key and hash', () => {
    const row = { key: 'k', role: 'primary', calls_wanted: 0, content_hash: 'a' };
    expect(rowDiff(row, { ...row, role: 'failover', content_hash: 'b' })).toBe('role primary → failover');
    expect(rowDiff(null, row)).toBe('role primary, calls_wanted 0');
  });
});

describe('the storm', () => {
  const trunkBases = Array.from({ length: 15 }, (_, at) => `t${at}`);

  it('is 40 schedule edits and 12 failover events in two minutes, the same for the same seed', () => {
    const events = stormEvents(11, WHOLE_STORM, trunkBases);
    expect(events).toEqual(stormEvents(11, WHOLE_STORM, trunkBases));
    expect(events.filter(({ kind }) => kind === 'schedule')).toHaveLength(40);
    expect(events.filter(({ kind }) => kind === 'trunk')).toHaveLength(12);
    expect(Math.max(...events.map(({ atMs }) => atMs))).toBeLessThanOrEqual(120_000);
  });

  it('never has half of the trunks down, which would wait for approval', () => {
    for (let seed = 0; seed < 50; seed++) {
      const failed = stormEvents(seed, WHOLE_STORM, trunkBases).flatMap((event) =>
        event.kind === 'trunk' ? [event.trunkBase] : [],
      );
      expect(new Set(failed).size * 2).toBeLessThan(trunkBases.length);
    }
  });

  it('is compared with a loop of at most 60 lines', () => {
    const file = fileURLToPath(new URL('../../src/cli/demo/sync/complaintLoop.ts', import.meta.url));
    const loop = readFileSync(file, 'utf8').split('/** The loop of the first complaint')[1] ?? '';
    expect(loop.trim().split('\n').length).toBeLessThanOrEqual(60);
  });
});
