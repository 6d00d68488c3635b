import { describe, expect, it } from '@jest/globals';
import { forEachOf } from '../../src/custody/holdingStore.js';

describe('what is done to each of many objects', () => {
  it('ends with the first that fails, once all that was begun has ended, and begins nothing more', async () => {
    const begun: number[] = [];
    const ended: number[] = [];
    const all = Array.from({ length: 9 }, (_, one) => one);
    const work = async (one: number): Promise<void> => {
      begun.push(one);
      if (one === 1) throw new Error('the first reason');
      await new Promise(setImmediate);
      ended.push(one);
      if (one === 2) throw new Error('a later reason');
    };
    await expect(forEachOf(all, work, 3)).rejects.toThrow('the first reason');
    expect([begun, ended]).toEqual([
      [0, 1, 2],
      [0, 2],
    ]);
  });
});
