import { eventually } from '../support/eventually.js';
import type { ExportEnvironment } from '../support/exportEnvironment.js';
import type { nightlyLoad } from '../../workflows/nightlyLoad.js';

const NIGHT = {
  datasets: ['adherence' as const],
  nominalTime: '2024-03-10T18:30:00.000Z',
  horizonDays: 1,
  lookBackDays: 1,
};

/** A night that loads what it is for. */
export async function aNight(environment: ExportEnvironment) {
  const handle = await started(environment);
  await handle.result();
  return handle;
}

/** A night that is stopped while its export runs. */
export async function aCancelledNight(environment: ExportEnvironment) {
  const handle = await started(environment);
  await eventually('a job is under way', () => environment.simulator.counts().jobs.requests.length > 0);
  await handle.cancel();
  await handle.result().catch(() => undefined);
  return handle;
}

async function started({ client, taskQueue }: ExportEnvironment) {
  const workflowId = `nightly/${taskQueue}`;
  return await client.workflow.start<typeof nightlyLoad>('nightlyLoad', { taskQueue, workflowId, args: [NIGHT] });
}
