import { describe, expect, it } from '@jest/globals';
import { drawKills, KILL_KINDS, lostByKind, type Mark } from './productionKills.js';

describe('kills of a production', () => {
  it('are the same for the same seed, as far apart as is asked, and of each kind in every four', () => {
    const [drawn, again] = [take(80), take(80)];
    expect(drawn).toEqual(again);
    for (let at = 0; at < drawn.length; at += 4)
      expect(new Set(drawn.slice(at, at + 4).map(({ kind }) => kind))).toEqual(new Set(KILL_KINDS));
    for (const { afterMs } of drawn) expect(afterMs).toBeGreaterThanOrEqual(5_000);
    for (const { afterMs } of drawn) expect(afterMs).toBeLessThan(20_000);
  });

  it('cost what passes until the next one, less what the windows sealed meanwhile take undisturbed', () => {
    const marks: Mark[] = [
      { atMs: 0, sealed: 0, kind: null },
      { atMs: 5_000, sealed: 5, kind: 'postgres' },
      { atMs: 15_000, sealed: 7, kind: 'worker' },
      { atMs: 21_000, sealed: 10, kind: 'postgres' },
      { atMs: 31_000, sealed: 20, kind: null },
    ];
    const { postgres, worker, temporal } = lostByKind(marks, 20);
    expect(postgres).toEqual({ kills: 2, secondsLostAKill: (8 + 0) / 2 });
    expect(worker).toEqual({ kills: 1, secondsLostAKill: 3 });
    expect(temporal).toEqual({ kills: 0, secondsLostAKill: 0 });
  });
});

function take(count: number) {
  const kills = drawKills(7, { min: 5, max: 20 });
  return Array.from({ length: count }, () => kills.next().value);
}
