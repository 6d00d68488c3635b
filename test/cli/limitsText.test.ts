import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { limitsText } from '../../src/cli/limitsText.js';
import { anyTable, MORNING, QUIET_ROW } from '../support/limitsTables.js';

const NOW = '2026-03-01T08:30:00.000Z';

describe('rosterline limits, for people', () => {
  it('has a line for each family, and below it why', () => {
    expect(limitsText({ ...MORNING, notes: ['the server ignores priorities'] }, NOW)).toEqual([
      'family     documented  learnt or set     used now        gate until  refused',
      'token      300/min +1  –                 180 of 300      open              0',
      'wfm-jobs   –           48.8/min, 9 jobs  31/min, 4 jobs  08:34:10Z         2',
      'analytics  –           60/min (set)      0/min           open              0',
      '',
      'token: its own counters are announced with each answer',
      'wfm-jobs: refused without a wait named: learnt from what got through (learnt: 48.8/min, over a',
      '  window of 5 min)',
      'analytics: set by an operator',
      'token, documented: client.credentials.token.rate.per.minute 300, org.app.user.rate.per.minute 3000',
      '',
      'the server ignores priorities',
      'refused: in the last hour. Instants are UTC.',
    ]);
  });

  it('says in one line that nothing is known yet', () => {
    for (const families of [[], [QUIET_ROW]])
      expect(limitsText({ v: 1, families, notes: [] }, NOW)).toEqual([
        'nothing is known yet: this OAuth client has made no call, none was refused, and no limit is set',
      ]);
  });

  it('says a reason once, for all the families that it holds for', () => {
    const families = [QUIET_ROW, MORNING.families[0] ?? QUIET_ROW, { ...QUIET_ROW, family: 'analytics' as const }];
    expect(limitsText({ v: 1, families, notes: [] }, NOW)).toContain(`reads, analytics: ${QUIET_ROW.why}`);
  });

  it('shows the date of a gate that opens on another day', () => {
    const row = { ...QUIET_ROW, gateUntil: '2026-03-02T00:00:30.000Z' };
    expect(limitsText({ v: 1, families: [row], notes: [] }, NOW)[1]).toContain('2026-03-02 00:00Z');
  });

  it('fits a terminal of 100 columns, and no text from Genesys moves its cursor', () => {
    fc.assert(
      fc.property(anyTable, (table) => {
        for (const line of limitsText(table, NOW)) {
          expect(line.length).toBeLessThanOrEqual(100);
          expect(line).not.toMatch(/\p{Cc}/u);
        }
      }),
      { seed: 21 },
    );
  });
});
