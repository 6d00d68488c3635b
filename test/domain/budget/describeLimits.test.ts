import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { describeLimits, isNothingKnown } from '../../../src/domain/budget/describeLimits.js';
import { anyTable, MORNING, QUIET_ROW } from '../../support/limitsTables.js';

const NOW = '2026-03-01T08:30:00.000Z';

describe("the limits in the details panel of Temporal's UI", () => {
  it('has a line for each family: documented, learnt or set, used, gate, refused, and why', () => {
    const lines = describeLimits(MORNING, NOW).split('\n');
    expect(lines.slice(0, 9)).toEqual([
      '| family | documented | learnt or set | used now | gate until | refused |',
      '|---|---|---|---|---|---|',
      '| `token` | `300/min +1` | `–` | `180 of 300` | `open` | `0` |',
      '| `wfm-jobs` | `–` | `48.8/min, 9 jobs` | `31/min, 4 jobs` | `08:34:10Z` | `2` |',
      '| `analytics` | `–` | `60/min (set)` | `0/min` | `open` | `0` |',
      '',
      '- token: `its own counters are announced with each answer`',
      '- wfm-jobs: `refused without a wait named: learnt from what got through (learnt: 48.8/min, over a window of 5 min)`',
      '- analytics: `set by an operator`',
    ]);
  });

  it('says in one line that nothing is known', () => {
    expect(describeLimits({ v: 1, families: [], notes: [] }, NOW)).toBe(
      'Nothing is known yet: no call was made or refused, and no limit is set.',
    );
  });

  it('shows a text from Genesys as text, whatever markup is in it', () => {
    const why = 'limit `x` | </details>\n# heading\n```\n[link](javascript:alert(1))';
    const shown = describeLimits({ v: 1, families: [{ ...QUIET_ROW, refusedLastHour: 1, why }], notes: [] }, NOW);
    expect(shown).toContain("- reads: `limit 'x' / </details> # heading ''' [link](javascript:alert(1))`\n");
  });

  it('stays under 20 kB and keeps every line a line of its own, whatever the keeper answers', () => {
    fc.assert(
      fc.property(anyTable, (table) => {
        const shown = describeLimits(table, NOW);
        expect(Buffer.byteLength(shown)).toBeLessThanOrEqual(20_000);
        for (const line of shown.split('\n')) expect((line.match(/`/g) ?? []).length % 2).toBe(0);
        if (isNothingKnown(table)) return;
        const lines = shown.split('\n').slice(2, 2 + table.families.length);
        for (const line of lines) expect(line.split('|')).toHaveLength(8);
      }),
      { seed: 22 },
    );
  });
});
