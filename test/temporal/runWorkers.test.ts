import { describe, expect, it } from '@jest/globals';
import type { Worker } from '@temporalio/worker';
import { NO_SHARED_BUDGET } from '../../src/genesys/sharedBudget.js';
import { runWorkers } from '../../src/temporal/runWorkers.js';

/** A worker that runs until it is shut down or fails, and then ends when the test lets it. */
function standIn() {
  let settle: { resolve: () => void; reject: (error: Error) => void } | undefined;
  let shutDown = () => {};
  const told = new Promise<void>((resolve) => (shutDown = resolve));
  const ended = new Promise<void>((resolve, reject) => (settle = { resolve, reject }));
  const worker = { run: () => ended, getState: () => 'RUNNING', shutdown: () => shutDown() } as unknown as Worker;
  return { worker, told, end: () => settle?.resolve(), fail: (why: string) => settle?.reject(new Error(why)) };
}

describe('the workers of a process, when one cannot go on', () => {
  it('have all ended before anything is closed under them, and the first reason is the one that is told', async () => {
    const [workflows, loads] = [standIn(), standIn()];
    // The budget's keeper has answered: both run at once.
    const running = runWorkers([workflows.worker, loads.worker], { ...NO_SHARED_BUDGET, isAlive: () => true });
    let hasEnded = false;
    const outcome = running.ended.catch((error: unknown) => error).finally(() => (hasEnded = true));
    workflows.fail('the reason');
    await loads.told;
    await new Promise((resolve) => setImmediate(resolve));
    expect(hasEnded).toBe(false);
    loads.fail('cut off by the stop');
    expect(await outcome).toMatchObject({ message: 'the reason' });
  });
});
