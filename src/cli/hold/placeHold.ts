import { randomUUID } from 'node:crypto';
import { Failure } from '../../domain/failure.js';
import { describeScope, type HoldRequest } from '../../domain/legalHold.js';
import type { LegalHoldInput } from '../../domain/legalHoldInput.js';
import { withClient } from '../../temporal/connectClient.js';
import { EXIT, type ExitCode, type Output } from '../output.js';
import { followHold } from './followHold.js';

/** Places a hold, and returns when it is in force; with `wait` when all that is there is held. */
export async function placeHold(
  taskQueue: string,
  asked: { holdId: string | undefined; request: HoldRequest; wait: boolean },
  output: Output,
): Promise<ExitCode> {
  const { request, wait } = asked;
  const holdId = asked.holdId ?? `hold-${new Date().toISOString().slice(0, 10)}-${randomUUID().slice(0, 8)}`;
  return await withClient(async (client) => {
    const input: LegalHoldInput = { v: 1, holdId, place: request };
    const handle = await client.workflow.start('legalHold', {
      taskQueue,
      workflowId: holdId,
      workflowIdConflictPolicy: 'USE_EXISTING',
      args: [input],
      staticSummary: `Hold ${describeScope(request)}`,
    });
    output.say(`hold ${holdId}: ${describeScope(request)}`);
    const progress = await followHold(handle, (state) => state === 'held' || (!wait && state === 'holding'));
    if (progress === null)
      throw new Failure(
        'Blocked',
        `hold ${holdId} is NOT in force yet: no worker that owns the warehouse has taken it up. It waits, and is placed as soon as one runs; see rosterline hold list`,
      );
    if (progress.state === 'released' || progress.state === 'releasing')
      throw new Failure('InvalidInput', `hold ${holdId} is being released; give a new hold another id`);
    output.say(
      progress.state === 'held'
        ? `in force, and everything that is there is held: ${progress.objects.toLocaleString('en')} objects recorded`
        : 'in force for what arrives and against purges; what is there is being held (--wait to see it end)',
    );
    output.say(`release it: rosterline hold release ${holdId} --reason …`);
    const { dataset, managementUnitId, from, to, reason, by } = request;
    output.result({ ...progress, dataset, managementUnitId, from, to, reason, by });
    return EXIT.done;
  });
}
