import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { contentHash } from '../../src/domain/contentHash.js';

describe('the hash of a content', () => {
  it('is the same in whatever order the keys were written', () => {
    expect(contentHash({ a: 1, b: [2, null] })).toBe(contentHash({ b: [2, null], a: 1 }));
  });

  it('is what sha256sum gives for the canonical JSON, accents included', () => {
    const canonical = createHash('sha256').update('{"carrier":"Telefónica 獅","key":"b1"}', 'utf8').digest('hex');
    expect(contentHash({ key: 'b1', carrier: 'Telefónica 獅' })).toBe(canonical);
  });

  it('refuses what has no JSON form', () => {
    expect(() => contentHash(undefined)).toThrow('no JSON form');
  });
});
