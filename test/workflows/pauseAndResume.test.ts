import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { type ExportEnvironment, exportEnvironment } from '../support/exportEnvironment.js';
import { holdJobs } from '../support/holdJobs.js';
import { HeldPayloads } from '../support/heldPayloads.js';
import { quietTemporal } from '../support/quietTemporal.js';
import { temporalServer } from '../support/temporalServer.js';
import { eventsOf, oneDayWindowIds, pendingAttemptsOf } from '../support/windowHistory.js';

quietTemporal('ERROR');
const { address } = await temporalServer();
let environment: ExportEnvironment;
afterEach(() => environment.close());

const EIGHT_DAYS = {
  datasets: ['adherence' as const],
  from: '2024-03-04',
  to: '2024-03-12',
  windowDays: { adherence: 1 },
  maxParallelWindows: 2,
};

/** Whether the window of some dates was told to hold, and has no step under way. */
async function isHeld(dates: string): Promise<boolean> {
  const { client, simulator } = environment;
  const window = client.workflow.getHandle(`export/adherence/${simulator.units[0]?.id ?? ''}/${dates}`);
  const { events } = await window.fetchHistory();
  const { raw } = await window.describe();
  const isTold = events?.some((event) => event.workflowExecutionSignaledEventAttributes?.signalName === 'hold');
  return isTold === true && !raw.pendingActivities?.length;
}

const KEEPS_BUSY = 'so that the window is busy';

function isHold(signalled: { signalName?: string | null } | null | undefined): boolean {
  return signalled?.signalName === 'hold';
}

/** Holds, and their ends, that the windows of an export were told of. */
async function holdsTold(exportId: string): Promise<number> {
  const events = await eventsOf(environment, exportId);
  const sent = new Set(
    events
      .filter((event) => isHold(event.signalExternalWorkflowExecutionInitiatedEventAttributes))
      .map(({ eventId }) => String(eventId)),
  );
  return events.filter(({ externalWorkflowExecutionSignaledEventAttributes: told }) =>
    sent.has(String(told?.initiatedEventId)),
  ).length;
}

describe('an operator who pauses an export', () => {
  it('sees windows under way held, no other start, why and since when, and all of it done after resuming', async () => {
    environment = await exportEnvironment(address, { name: 'paused by an operator' });
    const { simulator, progress } = environment;
    const letGo = holdJobs(simulator, EIGHT_DAYS.from, EIGHT_DAYS.to);
    const handle = await environment.start(EIGHT_DAYS);
    const jobs = () => simulator.counts().jobs.requests.flatMap((request) => request.jobs);
    await eventually('two windows are under way, and each has asked for its job', () => jobs().length >= 2);

    const before = Date.now();
    const paused = await handle.executeUpdate('pause', { args: [{ reason: 'a change at Genesys' }] });
    expect(paused).toEqual({ kind: 'operator', reason: 'a change at Genesys', since: expect.stringMatching(/Z$/) });
    expect(Date.parse((paused as { since: string }).since)).toBeGreaterThan(before - 5000);

    await eventually('both windows are held, and no look at a job is on its way', async () => {
      const held = await Promise.all(['2024-03-04_2024-03-05', '2024-03-05_2024-03-06'].map(isHeld));
      return held.every(Boolean);
    });
    letGo();
    // Longer than the next look at any of the jobs would have waited.
    await sleep(1500);
    const shown = await progress(handle);
    expect(shown).toEqual({
      windows: { total: 8, done: 0, running: 2, failed: 0 },
      rows: expect.any(Object),
      changes: expect.any(Object),
      calls: expect.any(Number),
      paused,
      gates: [],
      eta: null,
    });
    expect(jobs().map(({ noticedAtMs }) => noticedAtMs)).toEqual([null, null]);

    await handle.executeUpdate('resume');
    const result = await handle.result();
    expect(result).toMatchObject({ status: 'complete', windows: 8, gaps: [] });
    expect(simulator.counts().jobs).toMatchObject({ total: 8, duplicates: 0 });
  });

  it('and who resumes and pauses again at once lets no call leave in between', async () => {
    const heldPayloads = new HeldPayloads();
    const message = heldPayloads.hold('decode', KEEPS_BUSY);
    environment = await exportEnvironment(address, { name: 'paused again at once', heldPayloads });
    const { simulator, client } = environment;
    const path = '/api/v2/workforcemanagement/adherence';
    simulator.addFault({ kind: 'status', path, status: 503, times: null });
    const handle = await environment.start({ ...EIGHT_DAYS, to: '2024-03-05' });
    const [windowId = ''] = oneDayWindowIds(environment, { from: EIGHT_DAYS.from, days: 1 });
    const attempts = () => pendingAttemptsOf(environment, windowId);
    await eventually('its call is to be tried again', async () => (await attempts()).some(({ failure }) => failure));
    await handle.executeUpdate('pause');
    await eventually('that try is given up', async () =>
      (await eventsOf(environment, windowId)).some((event) => event.activityTaskCanceledEventAttributes),
    );

    // What the export tells while a task of the window lasts, the window hears at once.
    await client.workflow.getHandle(windowId).signal('proceed', { probe: false, why: KEEPS_BUSY });
    await message.reached;
    await handle.executeUpdate('resume');
    await handle.executeUpdate('pause');
    await eventually('both are told', async () => (await holdsTold(handle.workflowId)) === 3);
    message.letGo();
    const sinceThen = await eventually('the window has heard both', async () => {
      const events = await eventsOf(environment, windowId);
      const at = events.map((event) => event.workflowExecutionSignaledEventAttributes?.signalName).lastIndexOf('hold');
      const since = events.slice(at);
      const isThird = events.filter((event) => isHold(event.workflowExecutionSignaledEventAttributes)).length === 3;
      return isThird && since.some((event) => event.workflowTaskCompletedEventAttributes) && since;
    });
    expect(sinceThen.filter((event) => event.activityTaskScheduledEventAttributes)).toEqual([]);
    simulator.removeFaults();
    await handle.executeUpdate('resume');
    expect(await handle.result()).toMatchObject({ status: 'complete', windows: 1, gaps: [] });
  });
});
