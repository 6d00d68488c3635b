import { isCancellation, log, patched, upsertMemo, workflowInfo } from '@temporalio/workflow';
import type { CustodyCheck, CustodyMemo } from '../src/domain/nightly/custodyCheck.js';
import { rootReason } from './failedWith.js';
import { verifyingActivitiesOf } from './policies.js';

/**
 * Verifies the chain of custody at the end of a night: what came since the last night, once a week everything.
 *
 * The days of the night do not wait for it, and it fails no night: what cannot be verified is for the age of the last check to tell.
 *
 * @returns undefined in a night that began before nights verified, null where it could not be verified.
 */
export async function verifyCustody(whose: {
  readonly organisationId: string;
  readonly exportId: string;
}): Promise<CustodyCheck | null | undefined> {
  // To go once no night runs that began before 0.2.
  if (!patched('verifies-the-chain')) return undefined;
  const { taskQueue } = workflowInfo();
  try {
    const custody = await verifyingActivitiesOf(taskQueue).verifyChain.executeWithOptions(
      { summary: 'Verify the chain of custody' },
      [whose],
    );
    const { verifiedAt, wholeAt, broken } = custody;
    const memo: CustodyMemo = { verifiedAt, wholeAt, broken };
    upsertMemo({ custody: memo });
    return custody;
  } catch (error) {
    if (isCancellation(error)) throw error;
    log.warn('the chain of custody could not be verified; the next night verifies it', {
      error: rootReason(error),
    });
    return null;
  }
}
