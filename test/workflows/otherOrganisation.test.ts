import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { adherenceStates, coverageStates } from '../support/coverageStates.js';
import { eventually } from '../support/eventually.js';
import { type ExportEnvironment, exportEnvironment } from '../support/exportEnvironment.js';
import { holdJobs } from '../support/holdJobs.js';
import { quietTemporal } from '../support/quietTemporal.js';
import { temporalServer } from '../support/temporalServer.js';
import { startTestWorker } from '../support/testWorker.js';
import { pendingAttempts } from '../support/windowHistory.js';

quietTemporal('ERROR');
const { address } = await temporalServer();
let environment: ExportEnvironment;
afterEach(() => environment.close());

const THREE_DAYS = { from: '2024-03-04', to: '2024-03-07' };

describe('a worker of another organisation on the same task queues', () => {
  it('refuses the work, saying whose it is; nothing of it is lost, and the right worker completes it', async () => {
    environment = await exportEnvironment(address, { name: 'the right worker' });
    const { simulator, connection, taskQueue, clock, directory } = environment;
    const release = holdJobs(simulator, THREE_DAYS.from, THREE_DAYS.to);
    const stranger = await environment.organisation({
      seed: 4242,
      units: [{ name: 'Elsewhere', timeZone: 'UTC', agents: 1 }],
    });
    const handle = await environment.start({ datasets: ['adherence'], ...THREE_DAYS, windowDays: { adherence: 1 } });
    await eventually('jobs run', () => simulator.counts().jobs.total === 3);

    await environment.worker.stop();
    const wrong = await startTestWorker({
      connection,
      taskQueue,
      simulator: stranger,
      directory: join(directory, 'stranger'),
      clock,
      probeEveryMs: 500,
    });
    const refused = await eventually('all three are refused', async () => {
      const attempts = await pendingAttempts(environment, { from: THREE_DAYS.from, days: 3 });
      return attempts.filter(({ failure }) => failure === 'Transient').length === 3 && attempts;
    });
    for (const { message } of refused) {
      expect(message).toContain(`(${stranger.organisationId})`);
      expect(message).toContain(`planned for organisation ${simulator.organisationId}`);
    }
    expect(await environment.progress(handle)).toMatchObject({ windows: { running: 3, failed: 0 }, paused: null });
    await wrong.stop();
    // It learnt its organisation's name, and asked for nothing else.
    expect(stranger.counts().made).toBe(1);

    release();
    await environment.moveTo(simulator);
    expect(await handle.result()).toMatchObject({ status: 'complete', windows: 3, gaps: [] });
    const states = await adherenceStates(environment, THREE_DAYS.from, THREE_DAYS.to);
    expect(await coverageStates(environment.warehouse)).toEqual({ adherence: states });
    expect(simulator.counts().jobs).toMatchObject({ total: 3, duplicates: 0 });
  });
});
