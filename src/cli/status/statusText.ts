import type { LimitsRow } from '../../domain/budget/limitsTable.js';
import { formatRate } from '../../domain/budget/rate.js';
import {
  COVERAGE_FAULTS,
  COVERAGE_STATES,
  type CoverageFault,
  type CoverageState,
  describeCoverage,
} from '../../domain/coverage/coverageFinding.js';
import type { LiveState } from '../../domain/live/liveState.js';
import type { SyncState } from '../../domain/sync/syncState.js';
import { exportListText } from '../export/exportListText.js';
import { instantText, pausedText, runStateText } from '../nightly/nightlyText.js';
import { duration } from '../progressText.js';
import { wrapped } from '../screenText.js';
import type { NightlySummary } from '../../temporal/nightly/nightlySummaries.js';
import type { Part } from './part.js';
import type { PolledQueue } from './polledQueues.js';
import type { RecentCoverage } from './recentCoverage.js';
import type { StatusReport } from './statusReport.js';

/** The whole report on one screen: a heading a part, and under it what is known, or why it is not. */
export function statusText(report: StatusReport, nowMs: number): string[] {
  const others = (report.others.known ? report.others.value : []).map(
    ({ type, workflowId }) => `${type}: ${workflowId}`,
  );
  const away = temporalIsAway(report);
  if (away !== null)
    return [...section('Temporal', away, () => []), ...section('coverage', report.coverage, coverageLines)];
  return [
    ...section('exports', report.exports, (exports) =>
      exports.length === 0 ? ['none runs'] : exportListText(exports, nowMs),
    ),
    ...(others.length > 0 ? section('other workflows', report.others, () => others) : []),
    ...section('gates and rates', report.limits, (limits) => limitLines(limits, nowMs)),
    ...section('nightly', report.nightly, (loads) => nightlyLines(loads, nowMs)),
    ...section('listener', report.listener, (live) => listenerLines(live)),
    ...section('trunk sync', report.sync, (sync) => syncLines(sync, nowMs)),
    ...section('coverage', report.coverage, coverageLines),
    ...section('workers', report.workers, workerLines),
  ];
}

/** One reason for all that Temporal is asked for; null where anything of it is known. */
function temporalIsAway({
  exports,
  others,
  limits,
  nightly,
  listener,
  sync,
  workers,
}: StatusReport): Part<never> | null {
  const reasons = [exports, others, limits, nightly, listener, sync, workers].map((asked) =>
    asked.known ? null : asked.why,
  );
  const [why = null] = reasons;
  return why !== null && reasons.every((reason) => reason === why) ? { known: false, why } : null;
}

function section<T>(heading: string, found: Part<T>, lines: (value: T) => readonly string[]): string[] {
  const body = found.known ? lines(found.value) : [`not known: ${found.why}`];
  return [
    heading,
    ...body.flatMap((line) => {
      const [first = '', ...rest] = wrapped(line, '      ');
      // A line of detail stays under its own.
      return [`${line.startsWith(' ') ? '    ' : '  '}${first}`, ...rest];
    }),
  ];
}

function limitLines(limits: readonly LimitsRow[], nowMs: number): string[] {
  const lines = limits.flatMap(({ family, gateUntil, learnt, why }) => {
    const waitMs = gateUntil === null ? 0 : Date.parse(gateUntil) - nowMs;
    if (waitMs > 0) return [`${family}: closed for ${duration(waitMs)}: ${why}`];
    return learnt?.ratePerSecond ? [`${family}: open, ${formatRate(learnt.ratePerSecond)} at most`] : [];
  });
  return lines.length > 0 ? lines : ['all open'];
}

function nightlyLines(loads: readonly NightlySummary[], nowMs: number): string[] {
  if (loads.length === 0) return ['none is set up'];
  return loads.map((load) => {
    const due =
      load.next === null ? 'never' : `${instantText(load.next) ?? ''}, in ${duration(Date.parse(load.next) - nowMs)}`;
    const next = load.paused ? pausedText(load) : `next ${due}`;
    const last = load.lastRun
      ? `; the night of ${instantText(load.lastRun.nominalTime) ?? ''}: ${runStateText(load.lastRun)}`
      : '';
    const overdue = load.overdueSince ? `; OVERDUE since ${instantText(load.overdueSince) ?? ''}` : '';
    return `${load.name}: ${load.isOnServer ? next : "not on the server ('nightly apply' makes it)"}${last}${overdue}`;
  });
}

function listenerLines(live: LiveState | null): string[] {
  if (live === null) return ['none runs'];
  const { connected, whole, topics, gaps, lastMessage, problem } = live;
  const count = Object.values(topics).reduce((sum, topic) => sum + topic, 0);
  const how = connected ? (whole ? 'whole' : 'connected, not whole yet') : 'not connected';
  return [
    `${how}: ${count.toLocaleString('en')} topics, last message ${instantText(lastMessage) ?? 'never'}, ${gaps.met} gaps met, ${gaps.open} open`,
    ...(problem === null ? [] : [problem]),
  ];
}

function syncLines(sync: SyncState | null, nowMs: number): string[] {
  if (sync === null) return ['none runs'];
  const closedMs = sync.throttledUntil === null ? 0 : Date.parse(sync.throttledUntil) - nowMs;
  const state = sync.paused ? 'paused' : sync.enabled ? 'enabled' : 'observes, writes nothing';
  return [
    `${state}: round ${sync.round}${sync.at === null ? '' : ` ended ${instantText(sync.at) ?? ''}`}, ${sync.routes.length} routes; ${closedMs > 0 ? `the API is closed for ${duration(closedMs)}` : sync.next}`,
    ...(sync.needsApproval === null ? [] : [`waits for approval: rosterline sync approve ${sync.needsApproval}`]),
    ...(sync.problem === null ? [] : [sync.problem]),
  ];
}

function coverageLines({ datasets }: RecentCoverage): string[] {
  const lines = datasets.flatMap(({ dataset, days, faults, until }) => {
    const states = countsText(days, COVERAGE_STATES);
    if (states === '') return [];
    const last = until === null ? '' : `; the last is ${until}`;
    const wrong = Object.values(faults).reduce((sum, count) => sum + count, 0);
    return [
      `${dataset}: days: ${states}${last}`,
      ...(wrong === 0
        ? []
        : [
            `  ${wrong.toLocaleString('en')} ${wrong === 1 ? 'day' : 'days'} AT FAULT (${countsText(faults, COVERAGE_FAULTS)}): 'rosterline coverage' names each`,
          ]),
    ];
  });
  return lines.length === 0 ? ['nothing is loaded yet'] : lines;
}

/** `233 loaded, 6 provisional`: those that there are. */
function countsText<Key extends CoverageState | CoverageFault>(
  counts: Readonly<Record<Key, number>>,
  keys: readonly Key[],
): string {
  return keys
    .filter((key) => counts[key] > 0)
    .map((key) => `${counts[key].toLocaleString('en')} ${describeCoverage(key)}`)
    .join(', ');
}

function workerLines(queues: readonly PolledQueue[]): string[] {
  const workers = new Set(queues.flatMap((queue) => queue.workers));
  const unpolled = queues.filter((queue) => queue.workers.length === 0).map(({ queue }) => queue);
  const who =
    workers.size === 0
      ? "none polls: start one with 'rosterline worker' (or 'rosterline dev')"
      : [...workers].sort().join(', ');
  return [who, ...(workers.size > 0 && unpolled.length > 0 ? [`nobody polls ${unpolled.join(', ')}`] : [])];
}
