import type { Client } from '@temporalio/client';
import { Failure } from '../domain/failure.js';

/** A workflow that was started a moment ago may not be listed yet. */
const LOOKS = 4;
const LOOK_AGAIN_MS = 500;

/**
 * The id of the one workflow of a type that runs on a task queue; null where none does.
 *
 * @param asked `several` is what several are called; `looks` how often to look where none is listed.
 * @throws Failure `InvalidInput` where several run.
 */
export async function runningOfQueue(
  client: Client,
  asked: { readonly type: string; readonly several: string; readonly taskQueue: string; readonly looks?: number },
): Promise<string | null> {
  const { type, several, taskQueue, looks = LOOKS } = asked;
  for (let look = 1; ; look++) {
    const found: string[] = [];
    for await (const { workflowId } of client.workflow.list({
      query: `WorkflowType = "${type}" AND TaskQueue = "${taskQueue}" AND ExecutionStatus = "Running"`,
    }))
      found.push(workflowId);
    const [first, ...others] = [...new Set(found)];
    if (first !== undefined && others.length === 0) return first;
    if (first !== undefined)
      throw new Failure(
        'InvalidInput',
        `several ${several} run on task queue ${taskQueue}: ${[first, ...others].join(', ')}; give each organisation a ROSTERLINE_TASK_QUEUE of its own`,
      );
    if (look >= looks) return null;
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
}
