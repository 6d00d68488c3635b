import { eventually } from '../support/eventually.js';
import { startExportRig } from '../support/exportRig.js';
import { exportHistories, type RunHistory } from '../support/exportHistories.js';

const WORKFLOW_ID = 'killed';
/** Slow enough that the worker is killed in the middle of downloads. */
const BYTES_PER_SECOND = 3_000;

/** Histories of an export whose worker is killed with SIGKILL while it downloads, and whose next worker ends it. */
export async function recordKilled(): Promise<{ histories: RunHistory[]; secrets: string[] }> {
  const rig = await startExportRig('replay-killed', {
    seed: 41,
    units: [{ name: 'Singapore', timeZone: 'Asia/Singapore', agents: 3 }],
    turnover: false,
    tokenLimitPerMinute: null,
    jobSeconds: 0.1,
    downloadBytesPerSecond: BYTES_PER_SECOND,
  });
  try {
    const worker = await rig.startWorker();
    const { result } = await rig.start(
      {
        datasets: ['adherence'],
        from: '2024-03-04',
        to: '2024-03-07',
        windowDays: { adherence: 1 },
        maxParallelWindows: 2,
      },
      WORKFLOW_ID,
    );
    await eventually('a download is under way', () => {
      const { objects } = rig.simulator.counts().downloads;
      return objects.some(({ bytesServed, complete }) => bytesServed > 0 && complete === 0);
    });
    await worker.kill();
    await rig.startWorker();
    // An operator's word in between is met by the next worker: a task of the export's that the killed one does not take.
    await rig.client.workflow.getHandle(WORKFLOW_ID).executeUpdate('resume');
    await result;
    const { runId } = await rig.client.workflow.getHandle(WORKFLOW_ID).describe();
    const { clientSecret } = rig.simulator;
    return {
      histories: await exportHistories(rig.client, WORKFLOW_ID, runId),
      secrets: [clientSecret, ...rig.simulator.accessTokens()],
    };
  } finally {
    await rig.close();
  }
}
