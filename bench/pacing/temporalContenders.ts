import { forkProcess, startWorkerProcess } from '../startProcesses.js';
import type { ContenderStage, ReadyContender } from './contender.js';
import { handingTo } from './workMessage.js';
import type { WorkflowProcessSettings } from './workflowProcess.js';

/** Two Temporal workers, as the SDK sets them up, whose activities heed `Retry-After` each for itself. */
export async function startPlainTemporal(stage: ContenderStage): Promise<ReadyContender> {
  const processes = await Promise.all([startWorkflows(stage, 'plainJobs'), startWorkflows(stage, 'plainJobs')]);
  return { pids: processes.map(({ pid }) => pid), ...handingTo([processes[0].child]) };
}

/** Two processes of `rosterline worker`, one of which owns nothing; a third, with the benchmark's own workflow, hands them the jobs. */
export async function startRosterline(stage: ContenderStage): Promise<ReadyContender> {
  const { temporalAddress, simulator, directory, closing } = stage;
  const workers = await Promise.all(
    [false, true].map((onlyApi) => startWorkerProcess(simulator, temporalAddress, directory, closing, { onlyApi })),
  );
  // Nothing of the run is wanted afterwards: nobody waits for calls to end.
  for (const worker of workers) closing.add(() => worker.kill());
  const workflows = await startWorkflows(stage, 'rosterlineJobs');
  return { pids: [...workers, workflows].map(({ pid }) => pid), ...handingTo([workflows.child]) };
}

async function startWorkflows(stage: ContenderStage, workflow: WorkflowProcessSettings['workflow']) {
  const { temporalAddress, workflowBundle, simulator, closing } = stage;
  const settings: WorkflowProcessSettings = { temporalAddress, workflowBundle, workflow, simulator };
  return await forkProcess('pacing/workflowProcess.ts', settings, closing);
}
