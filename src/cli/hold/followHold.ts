import type { WorkflowHandle } from '@temporalio/client';
import type { HoldProgress } from '../../domain/legalHoldInput.js';
import { followWorkflow } from '../followWorkflow.js';

/** Follows a hold's workflow until it is in a state that is wanted, or has ended; null when nobody takes it up. @throws as `followWorkflow`. */
export async function followHold(
  handle: WorkflowHandle,
  isThere: (state: HoldProgress['state']) => boolean,
): Promise<HoldProgress | null> {
  return await followWorkflow<HoldProgress>(handle, 'holdProgress', {
    isThere: ({ state }) => isThere(state),
    isUnderWay: ({ state }) => state !== 'registering',
    text: ({ state, objects }) => `${state}: ${objects} objects`,
  });
}
