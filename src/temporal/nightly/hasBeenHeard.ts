import type { ScheduleHandle } from '@temporalio/client';

/**
 * Waits until a schedule has heard what it was told: a pause, a trigger, a backfill.
 *
 * The server answers before. It keeps one such word until the schedule's workflow takes it, so that another at the same moment would
 * replace it unheard. A description is answered after all that was told before it. Source: `pendingPatch` of the scheduler in
 * Temporal's server 1.29.
 */
export async function hasBeenHeard(handle: Pick<ScheduleHandle, 'describe'>): Promise<void> {
  await handle.describe();
}
