import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { HistoryExportResult } from '../../src/domain/historyExportResult.js';
import { PERSON_NAMES } from '../../src/simulator/data/personNames.js';
import type { SimulatorOptions } from '../../src/simulator/simulatorOptions.js';
import { type ExportRig, startExportRig } from '../support/exportRig.js';
import {
  namesAsWritten,
  payloadSizes,
  summaryOf,
  textsIn,
  type WalkedHistory,
  walkHistories,
} from '../support/historyTexts.js';
import { teachJobTimes } from '../support/teachJobTimes.js';
import { temporalServer } from '../support/temporalServer.js';

await temporalServer();

const MINUTES = 60_000;
/** Between two looks at what is pending: well below the second between heartbeats, and rare enough to leave the machine to the export. */
const LOOK_EVERY_MS = 100;
const LARGEST_PAYLOAD_BYTES = 100_000;
const UNIT = 'Singapore Service Desk 新加坡';
const BULK = '/api/v2/workforcemanagement/adherence/historical/bulk';

/** More people than names, so that all of them are there: many scripts, quotes, emoji, very long. */
const ORGANISATION: SimulatorOptions = {
  seed: 31,
  units: [{ name: UNIT, timeZone: 'Asia/Singapore', agents: 40 }],
  turnover: false,
  tokenLimitPerMinute: null,
  jobSeconds: { min: 0.1, max: 0.5 },
  // Slow enough that landing a file takes longer than the second between heartbeats.
  downloadBytesPerSecond: 5_000,
};
/** Windows of one day, so that the plan has over a hundred: a full page. */
const WINDOWS = 104;
const REQUEST = {
  datasets: ['adherence', 'occupancy'],
  from: '2024-01-01',
  to: '2024-02-22',
  windowDays: { adherence: 1, occupancy: 1 },
  maxParallelWindows: 16,
};
const WINDOW_LABEL = new RegExp(
  `^(adherence|occupancy) of ${UNIT}, \\d{4}-\\d{2}-\\d{2} to \\d{4}-\\d{2}-\\d{2}$`,
  'u',
);

interface SeenActivity {
  readonly type: string;
  readonly failure: { readonly type: string; readonly message: string } | null;
  /** When it is tried again, in milliseconds since the epoch; null while it is being tried. */
  readonly nextAttemptMs: number | null;
  readonly texts: readonly string[];
}

describe('what Temporal keeps of an export that was throttled and met an expired URL', () => {
  let rig: ExportRig;
  let result: HistoryExportResult;
  let histories: WalkedHistory[];
  const seen: SeenActivity[] = [];
  const details: string[] = [];

  beforeAll(async () => {
    rig = await startExportRig('history', ORGANISATION);
    teachJobTimes(rig.directory, ORGANISATION);
    rig.simulator.addFault({ kind: 'throttle', method: 'POST', path: BULK, retryAfter: 5 });
    rig.simulator.addFault({ kind: 'throttle', method: 'GET', path: `${BULK}/jobs`, retryAfter: 4 });
    rig.simulator.addFault({ kind: 'expiredUrl' });
    await rig.startWorker();
    const started = await rig.start(REQUEST, 'history of January');
    await watch(rig, started.result, seen, details);
    result = await started.result;
    histories = await walkHistories(rig.client);
  }, 15 * MINUTES);
  afterAll(async () => await rig.close());

  it('is of an export that ended complete after all of that', () => {
    expect(result).toMatchObject({ status: 'complete', gaps: [], windows: WINDOWS });
    expect(histories.filter(({ type }) => type === 'exportWindow')).toHaveLength(WINDOWS);
    const counts = rig.simulator.counts();
    expect(counts.refused).toBeGreaterThanOrEqual(2);
    expect(counts.insideGate).toBe(0);
    expect(counts.jobs.duplicates).toBe(0);
    expect(
      counts.calls['GET /downloads/historicalAdherence/results/userDownloads/historicalAdherence/{jobId}/{fileId}'],
    ).toMatchObject({ 403: 1 });
  });

  it('has no payload over 100 kB', () => {
    const sizes = histories.flatMap(({ events }) => events.flatMap((event) => payloadSizes(event)));
    process.stdout.write(`largest payload in ${sizes.length}: ${Math.max(...sizes)} bytes\n`);
    expect(sizes.filter((bytes) => bytes > LARGEST_PAYLOAD_BYTES)).toEqual([]);
  });

  it('has no name of an agent, no secret, no token and no signed URL in any history or heartbeat', async () => {
    const named = await rig.read((warehouse) => warehouse.query('SELECT name FROM agent'));
    expect(new Set(named.map((row) => String(row['name']))).size).toBeGreaterThanOrEqual(PERSON_NAMES.length);
    const texts = [
      ...histories.flatMap(({ events }) => textsIn(events)),
      ...seen.flatMap((activity) => activity.texts),
    ];
    expect(texts.some((text) => text.includes(UNIT))).toBe(true);
    const { clientSecret, clientId } = rig.simulator;
    expect(rig.simulator.accessTokens().length).toBeGreaterThan(0);
    const forbidden = [
      ...PERSON_NAMES.flatMap(namesAsWritten),
      clientSecret,
      Buffer.from(`${clientId}:${clientSecret}`).toString('base64'),
      ...rig.simulator.accessTokens(),
      '/downloads/',
      'Signature',
      'Key-Pair-Id',
      'Bearer ',
    ];
    expect(forbidden.filter((word) => texts.some((text) => text.includes(word)))).toEqual([]);
  });

  it('tells at each window, and at each of its steps, the dataset, the unit and the dates', () => {
    for (const { type, summary, workflowId, events } of histories.filter((walked) => walked.type === 'exportWindow')) {
      expect({ workflowId, type, summary }).toMatchObject({ summary: expect.stringMatching(WINDOW_LABEL) });
      const steps = events.filter((event) => event.activityTaskScheduledEventAttributes).map(summaryOf);
      expect(steps.length).toBeGreaterThanOrEqual(4);
      expect(steps.filter((step) => !step?.includes(summary ?? '?'))).toEqual([]);
    }
  });

  it('tells at each step of the export what it does', () => {
    const runs = histories.filter(({ type }) => type === 'historyExport');
    const steps = runs
      .flatMap(({ events }) => events)
      .filter(
        (event) =>
          event.activityTaskScheduledEventAttributes ?? event.startChildWorkflowExecutionInitiatedEventAttributes,
      );
    expect(steps.map(summaryOf).filter((summary) => !summary)).toEqual([]);
    expect(steps.map(summaryOf)).toEqual(
      expect.arrayContaining([
        'Read the business units',
        'Plan the windows',
        `adherence of ${UNIT}, 2024-01-01 to 2024-01-02`,
        'Seal the export and append to the chain',
      ]),
    );
  });

  it('waits by timers that say why', () => {
    const timers = histories.flatMap(({ events }) => events).filter((event) => event.timerStartedEventAttributes);
    expect(timers.length).toBeGreaterThan(0);
    expect(timers.map(summaryOf).filter((summary) => !summary)).toEqual([]);
  });

  it('shows in the details panel how far the export is, while it runs and when it has ended', async () => {
    expect(details.some((text) => /\d+ of 104 windows done, \d+ running/.test(text))).toBe(true);
    expect(await currentDetails(rig, 'history of January')).toContain('104 of 104 windows done, 0 running');
    const [window] = histories.filter(({ type }) => type === 'exportWindow');
    expect(await currentDetails(rig, window?.workflowId ?? '')).toMatch(/Sealed: `seals\/export\//);
  });

  it('shows at a throttled step the instant at which it goes on, and tries then', () => {
    const waiting = seen.filter(
      ({ failure, nextAttemptMs }) => failure?.type === 'Throttled' && nextAttemptMs !== null,
    );
    expect(new Set(waiting.map(({ type }) => type))).toEqual(new Set(['submitAdherenceJob', 'pollAdherenceJob']));
    for (const { failure, nextAttemptMs } of waiting) {
      const told = Date.parse(/\d{4}-\d{2}-\d{2}T[\d:.]+Z/.exec(failure?.message ?? '')?.[0] ?? '');
      // Never earlier than told; at most a tenth later, what Temporal rounds, and what a busy machine takes to tell the server.
      expect((nextAttemptMs ?? 0) - told).toBeGreaterThanOrEqual(-1);
      expect((nextAttemptMs ?? 0) - told).toBeLessThan(5_000);
    }
  });

  it('has heartbeats that say how far a download is', () => {
    const beats = seen.filter(({ type }) => type === 'landJobFile').flatMap(({ texts }) => texts);
    expect(beats.some((text) => /"bytes":[1-9]/.test(text))).toBe(true);
  });
});

/** Looks at every pending activity, and at the export's details panel, until the export has ended. */
async function watch(rig: ExportRig, result: Promise<unknown>, seen: SeenActivity[], details: string[]): Promise<void> {
  const state = { ended: false };
  const mark = (): void => {
    state.ended = true;
  };
  void result.then(mark, mark);
  while (!state.ended) {
    await sleep(LOOK_EVERY_MS);
    details.push(await currentDetails(rig, 'history of January').catch(() => ''));
    for await (const { workflowId } of rig.client.workflow.list({ query: `ExecutionStatus = 'Running'` })) {
      const { raw } = await rig.client.workflow.getHandle(workflowId).describe();
      for (const { activityType, lastFailure, heartbeatDetails, nextAttemptScheduleTime } of raw.pendingActivities ??
        [])
        seen.push({
          type: activityType?.name ?? '',
          texts: textsIn([lastFailure, heartbeatDetails]),
          failure: lastFailure
            ? { type: lastFailure.applicationFailureInfo?.type ?? '', message: lastFailure.message ?? '' }
            : null,
          nextAttemptMs: nextAttemptScheduleTime
            ? Number(nextAttemptScheduleTime.seconds) * 1000 + (nextAttemptScheduleTime.nanos ?? 0) / 1e6
            : null,
        });
    }
  }
}

async function currentDetails(rig: ExportRig, workflowId: string): Promise<string> {
  const metadata = await rig.client.workflow
    .getHandle(workflowId)
    .query<{ currentDetails?: string }>('__temporal_workflow_metadata');
  return metadata.currentDetails ?? '';
}
