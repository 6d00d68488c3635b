import { describe, expect, it } from '@jest/globals';
import { endAfter } from '../../src/domain/endAfter.js';

describe('what is ended after a piece of work', () => {
  it('is ended whatever came of it, and the first reason is told', async () => {
    const ended: string[] = [];
    const ending = (name: string, reason?: string) => async (): Promise<void> => {
      ended.push(name);
      await Promise.resolve();
      if (reason !== undefined) throw new Error(reason);
    };
    const failing = () => Promise.reject(new Error('the disk is full'));
    await expect(endAfter(() => Promise.resolve('done'), ending('a file'))).resolves.toBe('done');
    await expect(endAfter(failing, ending('a full file', 'the file does not close'))).rejects.toThrow(
      'the disk is full',
    );
    await expect(endAfter(() => Promise.resolve(), ending('another', 'it does not close'))).rejects.toThrow(
      'not close',
    );
    expect(ended).toEqual(['a file', 'a full file', 'another']);
  });
});
