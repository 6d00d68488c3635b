import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { Config } from '../../config/loadConfig.js';
import { Failure } from '../../domain/failure.js';
import { policyHash } from '../../domain/sync/policyHash.js';
import type { SyncPolicy } from '../../domain/sync/syncPolicy.js';
import { withClient } from '../../temporal/connectClient.js';
import { organisationOf } from '../organisationOf.js';
import { EXIT, type ExitCode, type Output } from '../output.js';
import { askable, stateOf, TRUNK_SYNC } from './runningSync.js';

/** The policy of the configuration. @throws Failure `InvalidInput` where there is none. */
export function configuredPolicy(config: Config): SyncPolicy {
  if (config.sync !== null) return config.sync;
  throw new Failure(
    'InvalidInput',
    "the configuration has no policy of the trunk sync: 'rosterline sync init' writes a first one from what your organisation has; then name its file in ROSTERLINE_CONFIG",
  );
}

/** Starts the sync of this organisation, or gives the one that runs the configured policy where it has another. */
export async function startSync(config: Config, output: Output): Promise<ExitCode> {
  const policy = configuredPolicy(config);
  const organisation = await organisationOf(config, 'No sync was started.');
  const workflowId = `${TRUNK_SYNC}/${organisation.id}`;
  return await withClient(async (client) => {
    const sync = askable(client, workflowId);
    let outcome: 'started' | 'changed' | 'runs' = 'started';
    try {
      await client.workflow.start(TRUNK_SYNC, {
        taskQueue: config.taskQueue,
        workflowId,
        args: [{ policy }],
        workflowIdConflictPolicy: 'FAIL',
        staticSummary: `Trunk sync of ${policy.sites.length === 1 ? 'one site' : `${policy.sites.length} sites`}`,
      });
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      outcome = (await stateOf(sync)).policyHash === policyHash(policy) ? 'runs' : 'changed';
      if (outcome === 'changed') await sync.ask((handle) => handle.executeUpdate('setPolicy', { args: [{ policy }] }));
    }
    output.say(TOLD[outcome](workflowId, organisation.name));
    output.result({ workflowId, outcome, policyHash: policyHash(policy) });
    return EXIT.done;
  });
}

const OBSERVES =
  "It observes and writes nothing: look at 'rosterline sync plan', then let it write with 'rosterline sync enable'.";

const TOLD: Readonly<Record<'started' | 'changed' | 'runs', (workflowId: string, name: string) => string>> = {
  started: (workflowId, name) => `the sync of ${name} runs as ${workflowId}. ${OBSERVES}`,
  changed: (workflowId) => `${workflowId} has the changed policy. ${OBSERVES}`,
  runs: (workflowId) => `${workflowId} runs already, with this policy: nothing was changed`,
};
