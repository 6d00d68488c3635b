import { Context } from '@temporalio/activity';
import { checkCustody } from '../src/custody/checkCustody.js';
import type { CustodyCheck } from '../src/domain/nightly/custodyCheck.js';
import type { ActivityDeps } from './deps.js';
import { ownedWarehouse } from './ownedWarehouse.js';
import { step } from './step.js';

/** The activity by which the chain of custody is verified without anybody asking. */
export function verifyChainActivities(deps: ActivityDeps) {
  return {
    /** Verifies what came since the check before, or everything where that is due, and changes nothing. */
    async verifyChain(input: { organisationId: string; exportId: string }): Promise<CustodyCheck> {
      return await step(deps, input, async ({ signal }) => {
        const check = await checkCustody(
          {
            store: deps.objects,
            warehouse: ownedWarehouse(deps),
            now: () => deps.now(),
            onProgress: () => signal.throwIfAborted(),
          },
          deps.lastCustodyCheck.of(deps.objects.location),
        );
        deps.lastCustodyCheck.keep(deps.objects.location, check);
        if (check.first.length > 0)
          Context.current().log.error(
            'the chain of custody is broken: "rosterline verify" names everything, docs/custody.md what to do',
            { broken: check.broken, first: check.first },
          );
        return check;
      });
    },
  };
}
