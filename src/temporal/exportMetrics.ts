import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { MetricGauge, MetricMeter } from '@temporalio/common';
import type { ExportProgress } from '../domain/exportProgress.js';
import type { PauseKind } from '../domain/exportSteps.js';
import { SYSTEMIC_FAILURES } from '../domain/failure.js';

/** How often exports are looked for and asked, and how long they are waited for. A question costs no history. */
const ASK_EVERY_MS = 15_000;
const ANSWER_WITHIN_MS = 5_000;
/** More exports at once are counted, and not asked. */
const ASKED_AT_MOST = 50;

const PAUSE_KINDS: readonly PauseKind[] = ['operator', ...SYSTEMIC_FAILURES];

/** What all exports that run come to together. */
interface ExportFigures {
  readonly running: number;
  /** Those that did not answer: no worker has them, or their history does not fit the workflows that run. */
  readonly unanswered: number;
  readonly windowsRunning: number;
  readonly windowsLeft: number;
  readonly paused: ReadonlyMap<PauseKind, number>;
}

/**
 * Shows how far the exports of a task queue are as gauges, again and again until it is stopped.
 *
 * Where the server does not answer, the figures stay as they were.
 */
export async function publishExports(
  { client, taskQueue, meter }: { client: Client; taskQueue: string; meter: MetricMeter },
  stopping: AbortSignal,
): Promise<void> {
  const show = exportMetrics(meter);
  while (!stopping.aborted) {
    await askExports(client, taskQueue).then(show, () => undefined);
    await sleep(ASK_EVERY_MS, undefined, { signal: stopping, ref: false }).catch(() => undefined);
  }
}

async function askExports(client: Client, taskQueue: string): Promise<ExportFigures> {
  const query = `WorkflowType = 'historyExport' AND ExecutionStatus = 'Running' AND TaskQueue = '${taskQueue}'`;
  const inTime = async <T>(ask: () => Promise<T>): Promise<T> =>
    await client.withDeadline(Date.now() + ANSWER_WITHIN_MS, ask);
  const ids = await inTime(async () => {
    const found: string[] = [];
    for await (const { workflowId } of client.workflow.list({ query })) found.push(workflowId);
    return found;
  });
  const asked = ids.slice(0, ASKED_AT_MOST).map(async (id) => {
    const handle = client.workflow.getHandle(id);
    return await inTime(() => handle.query<ExportProgress>('progress')).catch(() => null);
  });
  return figuresOf(ids.length, await Promise.all(asked));
}

function figuresOf(running: number, all: readonly (ExportProgress | null)[]): ExportFigures {
  const answers = all.filter((answer) => answer !== null);
  const paused = new Map(PAUSE_KINDS.map((kind) => [kind, 0]));
  for (const { paused: pause } of answers) {
    // Versions that did not say what kind it is paused by themselves or by an operator: the worse is assumed.
    const kind = pause === null ? null : (pause.kind ?? 'Blocked');
    if (kind !== null) paused.set(kind, (paused.get(kind) ?? 0) + 1);
  }
  return {
    running,
    unanswered: all.length - answers.length,
    windowsRunning: sum(answers.map(({ windows }) => windows.running)),
    windowsLeft: sum(answers.map(({ windows: { total, done } }) => Math.max(0, total - done))),
    paused,
  };
}

function exportMetrics(meter: MetricMeter): (figures: ExportFigures) => void {
  const gauge = (name: string, what: string): MetricGauge => meter.createGauge(name, 'float', undefined, what);
  const running = gauge('rosterline_exports_running', 'Exports that run, nightly ones among them');
  const unanswered = gauge(
    'rosterline_exports_unanswered',
    'Exports that do not say how far they are: no worker has them, or their history does not fit the workflows',
  );
  const windowsRunning = gauge('rosterline_windows_running', 'Windows under way');
  const windowsLeft = gauge('rosterline_windows_left', 'Windows that running exports have not ended yet');
  const paused = gauge(
    'rosterline_exports_paused',
    'Exports that stand still, by who or what: an operator, or the failure by which they paused themselves',
  );
  return (figures) => {
    running.set(figures.running);
    unanswered.set(figures.unanswered);
    windowsRunning.set(figures.windowsRunning);
    windowsLeft.set(figures.windowsLeft);
    for (const [kind, exports] of figures.paused) paused.set(exports, { kind });
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
