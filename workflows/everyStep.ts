import { patched } from '@temporalio/workflow';

/**
 * What steps bring that run side by side.
 *
 * Where one fails, or all are cancelled, the others are waited for first: what they bring is kept too, and nothing of them is under way
 * when the window goes on or ends.
 *
 * @throws what ended the first that failed.
 */
export async function everyStep<T>(steps: readonly Promise<T>[]): Promise<T[]> {
  try {
    return await Promise.all(steps);
  } catch (error) {
    // To go once no run from before is left: those did not wait.
    if (patched('waits-for-every-step')) await Promise.allSettled(steps);
    throw error;
  }
}
