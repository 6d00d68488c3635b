import { proxyActivities } from '@temporalio/workflow';

/** Runs the step of some task queue's worker, once. */
export async function runStep(taskQueue: string): Promise<void> {
  const { step } = proxyActivities<{ step(): Promise<void> }>({
    taskQueue,
    startToCloseTimeout: '5 minutes',
    retry: { maximumAttempts: 1 },
  });
  await step();
}
