import { describe, expect, it } from '@jest/globals';
import { canonicalBytes, sha256Hex } from '../../src/custody/canonicalJson.js';

describe('canonical JSON', () => {
  it('writes the example of RFC 8785 as the RFC does', () => {
    const example = {
      numbers: [333333333.33333329, 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
      string: '\u20ac$\u000F\u000aA\'\u0042\u0022\u005c\\"/',
      literals: [null, true, false],
    };
    expect(Buffer.from(canonicalBytes(example)).toString()).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
  });

  it('sorts names by UTF-16 code units', () => {
    const names = { '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '\u{1f600}': 5, '\u0080': 6, ö: 7 };
    expect(Buffer.from(canonicalBytes(names)).toString()).toBe(
      '{"\\r":2,"1":4,"\u0080":6,"ö":7,"€":1,"😀":5,"\ufb33":3}',
    );
  });

  it('gives the same hash whatever the order of the fields', () => {
    expect(sha256Hex(canonicalBytes({ a: 1, b: { d: 2, c: 3 } }))).toBe(
      sha256Hex(canonicalBytes({ b: { c: 3, d: 2 }, a: 1 })),
    );
  });

  it.each([[Number.NaN], [Infinity], [undefined]])('has no form for %p', (value) => {
    expect(() => canonicalBytes(value)).toThrow();
    if (value !== undefined) expect(() => canonicalBytes({ deep: [value] })).toThrow();
  });
});
