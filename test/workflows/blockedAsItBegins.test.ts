import { afterEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { type ExportEnvironment, exportEnvironment } from '../support/exportEnvironment.js';
import { HeldPayloads } from '../support/heldPayloads.js';
import { quietTemporal } from '../support/quietTemporal.js';
import { standingStill } from '../support/standstill.js';
import { temporalServer } from '../support/temporalServer.js';
import { eventsOf, oneDayWindowIds } from '../support/windowHistory.js';

quietTemporal('ERROR');
const { address } = await temporalServer();
let environment: ExportEnvironment;
afterEach(() => environment.close());

const ONE_DAY = { from: '2024-03-04', days: 1 };

const KEEPS_BUSY = 'so that the export is busy';

/** Messages of a window that its export has. */
async function told(windowId: string): Promise<number> {
  const events = await eventsOf(environment, windowId).catch(() => []);
  return events.filter((event) => event.externalWorkflowExecutionSignaledEventAttributes).length;
}

/** Whether an export heard in one task that a window began and that it was blocked: what this file is about. */
async function beganInOneTask(exportId: string): Promise<boolean> {
  const events = await eventsOf(environment, exportId);
  const began = events.findIndex((event) => event.childWorkflowExecutionStartedEventAttributes);
  const blocked = events.findIndex(
    (event) => event.workflowExecutionSignaledEventAttributes?.signalName === 'windowBlocked',
  );
  return events.slice(began, blocked).every((event) => !event.workflowTaskStartedEventAttributes);
}

describe('a window that is blocked before its export has heard that it began', () => {
  it('is told to keep trying all the same, so that the export goes on once the cause is mended', async () => {
    const heldPayloads = new HeldPayloads();
    const windowsInput = heldPayloads.hold('encode', '"endsSteps":true');
    const gate = heldPayloads.hold('decode', KEEPS_BUSY);
    environment = await exportEnvironment(address, { name: 'blocked as it begins', heldPayloads });
    const { simulator, progress } = environment;
    const body = { code: 'missing.permissions', message: 'missing permission' };
    const path = '/api/v2/workforcemanagement/adherence';
    const fault = simulator.addFault({ kind: 'status', path, status: 403, body, times: null });
    const handle = await environment.start({ datasets: ['adherence'], from: ONE_DAY.from, to: '2024-03-05' });
    const [windowId = ''] = oneDayWindowIds(environment, ONE_DAY);

    // A signal during the task that starts the window makes the next one follow at once; while that one lasts, the window is blocked.
    await windowsInput.reached;
    await handle.signal('gateClosed', { family: 'reads', until: new Date().toISOString(), why: KEEPS_BUSY });
    windowsInput.letGo();
    await gate.reached;
    await eventually('the export was told', async () => (await told(windowId)) > 0);
    gate.letGo();

    await standingStill(environment, handle, /permission/);
    simulator.removeFaults(fault);
    expect(await handle.result()).toMatchObject({ status: 'complete', windows: 1, gaps: [] });
    expect((await progress(handle)).paused).toBeNull();
    expect(await beganInOneTask(handle.workflowId)).toBe(true);
  });
});
