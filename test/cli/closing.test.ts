import { describe, expect, it } from '@jest/globals';
import { Closing } from '../../src/cli/closing.js';

describe('what a command has started', () => {
  it('is ended last first, each once, though one of them cannot be', async () => {
    const closing = new Closing();
    const ended: string[] = [];
    for (const name of ['server', 'worker', 'simulator'])
      closing.add(async () => {
        ended.push(name);
        await Promise.resolve();
        if (name === 'worker') throw new Error('the worker does not end');
      });
    await expect(closing.close()).rejects.toThrow('the worker does not end');
    await closing.close();
    expect(ended).toEqual(['simulator', 'worker', 'server']);
  });

  it('is ended after a failure, whose reason is told and not what could not be ended', async () => {
    const closing = new Closing();
    closing.add(() => Promise.reject(new Error('the server does not end')));
    await expect(closing.around(() => Promise.reject(new Error('the reason')))).rejects.toThrow('the reason');
  });
});
