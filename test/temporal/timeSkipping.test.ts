import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';
import { Worker } from '@temporalio/worker';
import { quietTemporal } from '../support/quietTemporal.js';
import { describeTimeSkipping, timeSkipping } from '../support/timeSkipping.js';
import type { nap } from './napWorkflow.js';

quietTemporal();

describeTimeSkipping('the time-skipping test server', await timeSkipping(), (start) => {
  it('lets a workflow sleep through thirty days in a moment', async () => {
    const environment = await start();
    const taskQueue = randomUUID();
    const worker = await Worker.create({
      connection: environment.nativeConnection,
      taskQueue,
      workflowsPath: fileURLToPath(new URL('napWorkflow.ts', import.meta.url)),
    });
    const before = await environment.currentTimeMs();
    const woken = await worker.runUntil(
      environment.client.workflow.execute<typeof nap>('nap', {
        taskQueue,
        workflowId: randomUUID(),
        args: [30, '1 day'],
      }),
    );
    const sleptDays = ((await environment.currentTimeMs()) - before) / 86_400_000;
    await environment.teardown();
    expect(woken).toBe(30);
    expect(sleptDays).toBeGreaterThanOrEqual(30);
  });
});
