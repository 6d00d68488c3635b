import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { halveSlice, USERS_A_QUERY, userSlices } from '../../src/domain/userSlices.js';

describe('slices of a list of users', () => {
  it('asks for nobody when there is nobody', () => {
    expect(userSlices(0)).toEqual([]);
  });

  it('puts a hundred users into one question and the next one into another', () => {
    expect(USERS_A_QUERY).toBe(100);
    expect(userSlices(100)).toEqual([{ from: 0, to: 100 }]);
    expect(userSlices(101)).toEqual([
      { from: 0, to: 100 },
      { from: 100, to: 101 },
    ]);
  });

  it('asks for every user once, in as few questions as a hundred a question allow', () => {
    fc.assert(
      fc.property(fc.nat(2_000), (count) => {
        const slices = userSlices(count);
        const asked = slices.flatMap(({ from, to }) => Array.from({ length: to - from }, (_, i) => from + i));
        expect(asked).toEqual(Array.from({ length: count }, (_, i) => i));
        expect(slices).toHaveLength(Math.ceil(count / USERS_A_QUERY));
      }),
      { seed: 48 },
    );
  });
});

describe('halves of a slice that Genesys refused', () => {
  it('has none of one user, who is the one refused', () => {
    expect(halveSlice({ from: 7, to: 8 })).toEqual([]);
  });

  it('makes two of about the same size, which meet', () => {
    expect(halveSlice({ from: 10, to: 12 })).toEqual([
      { from: 10, to: 11 },
      { from: 11, to: 12 },
    ]);
    fc.assert(
      fc.property(fc.nat(500), fc.integer({ min: 2, max: 100 }), (from, length) => {
        const [first, second, ...more] = halveSlice({ from, to: from + length });
        expect(more).toEqual([]);
        expect([first?.from, first?.to, second?.to]).toEqual([from, second?.from, from + length]);
        expect(Math.abs((first?.to ?? 0) - from - Math.floor(length / 2))).toBe(0);
      }),
      { seed: 49 },
    );
  });
});
