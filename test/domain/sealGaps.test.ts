import { describe, expect, it } from '@jest/globals';
import type { SealedDay, WindowSeal } from '../../src/domain/seal.js';
import { sealGaps } from '../../src/domain/sealGaps.js';

const day = (localDate: string, more: Partial<SealedDay> = {}): SealedDay => ({
  localDate,
  state: 'loaded',
  rows: {},
  agents: 3,
  kept: null,
  reason: null,
  ...more,
});

const seal = (days: SealedDay[], refusedUserIds: string[] = []): WindowSeal =>
  ({
    dataset: 'occupancy',
    managementUnitId: 'mu-1',
    from: '2024-03-01',
    to: '2024-03-08',
    days,
    refusedUserIds,
  }) as unknown as WindowSeal;

describe('the gaps of a load that went through', () => {
  it('are none when every day was loaded, or kept because the answer was an older one', () => {
    expect(sealGaps(seal([day('2024-03-01'), day('2024-03-02', { kept: 'Older' })]))).toEqual([]);
  });

  it('are the days whose rows were kept because the answer is poorer, told as one range', () => {
    const gaps = sealGaps(seal([day('2024-03-01', { kept: 'Shrunk' }), day('2024-03-02', { kept: 'Shrunk' })]));
    expect(gaps).toEqual([
      {
        dataset: 'occupancy',
        managementUnitId: 'mu-1',
        from: '2024-03-01',
        to: '2024-03-03',
        reason: 'Shrunk',
        message: expect.stringContaining('reload with "force"'),
      },
    ]);
  });

  it('are the days that the answer does not cover, by their reason', () => {
    const gaps = sealGaps(
      seal([day('2024-03-04', { state: 'failed' }), day('2024-03-06', { state: 'failed', reason: 'Quota' })]),
    );
    expect(gaps).toMatchObject([
      {
        from: '2024-03-04',
        to: '2024-03-05',
        reason: 'NotCovered',
        message: expect.stringContaining('export it again'),
      },
      { from: '2024-03-06', to: '2024-03-07', reason: 'Quota' },
    ]);
  });

  it('are the users that Genesys refuses, five by id and the others by number', () => {
    const five = ['u1', 'u2', 'u3', 'u4', 'u5'];
    expect(sealGaps(seal([day('2024-03-01')], five))).toMatchObject([
      {
        from: '2024-03-01',
        to: '2024-03-08',
        reason: 'UsersRefused',
        message: 'Genesys refuses to answer for user u1, u2, u3, u4, u5; everyone else was loaded',
      },
    ]);
    expect(sealGaps(seal([], [...five, 'u6', 'u7']))[0]?.message).toContain('u5 and 2 more, all in the seal;');
  });
});
