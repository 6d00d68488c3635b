/**
 * A Temporal worker for the benchmark's own workflows, and for the plain activities where they are asked for; it starts those workflows too.
 * Started by `temporalContenders.ts`; ends when its parent does.
 */
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import type { SimulatorReady } from '../simulatorProcess.js';
import type { AskedJob } from './asked.js';
import { createPlainActivities } from './plainActivities.js';
import type { WorkMessage } from './workMessage.js';
import type { JobsInput } from './workflows.js';

/** What the process is started with. */
export interface WorkflowProcessSettings {
  readonly temporalAddress: string;
  readonly workflowBundle: string;
  readonly workflow: 'rosterlineJobs' | 'plainJobs';
  readonly simulator: Pick<SimulatorReady, 'url' | 'clientId' | 'clientSecret' | 'organisationId'>;
}

const { temporalAddress, workflowBundle, workflow, simulator } = JSON.parse(
  process.argv[2] ?? '{}',
) as WorkflowProcessSettings;
const taskQueue = `bench-${workflow}`;
// A line for each refusal would be part of what is measured.
Runtime.install({
  logger: new DefaultLogger('ERROR'),
  telemetryOptions: { logging: { filter: { core: 'ERROR', other: 'ERROR' }, forward: {} } },
});
const worker = await Worker.create({
  connection: await NativeConnection.connect({ address: temporalAddress }),
  taskQueue,
  workflowBundle: { codePath: workflowBundle },
  ...(workflow === 'plainJobs' && { activities: await createPlainActivities(simulator) }),
});
const client = new Client({ connection: await Connection.connect({ address: temporalAddress }) });
let started = 0;

async function run(jobs: readonly AskedJob[], isUrgent: boolean): Promise<void> {
  const input: JobsInput = { jobs, isUrgent, organisationId: simulator.organisationId };
  await client.workflow.execute(workflow, { taskQueue, workflowId: `${workflow}/${++started}`, args: [input] });
}

process.on('message', (message: WorkMessage) => {
  if (message.kind === 'urgent') void run([message.job], true);
  else void run(message.jobs, false).then(() => process.send?.('done'));
});
process.once('disconnect', () => process.exit());
process.send?.('ready');
await worker.run();
