import type { Check } from './checks.js';
import type { KillsReport } from './runKills.js';
import { KILL_KINDS, type KillKind } from './productionKills.js';
import { LISTENER_STRIKES } from './listenerStrikes.js';
import type { ListenerReport } from './runListener.js';
import type { ProductionReport } from './runProduction.js';
import type { RoundReport } from './runRound.js';

/** Characters of a reason that are shown; all are in the JSON. */
const SHOWN_OF_A_REASON = 140;

/** A run of kills as a table. */
export function killsTable(report: KillsReport): string[] {
  const { kills, seconds, calmSeconds, secondsLostAKill, workerEndedByItself } = report;
  return [
    '',
    `${report.ok ? 'held' : 'NOT HELD'}: ${kills.worker} kills of the worker, ${kills.server} of the Temporal server (seed ${report.seed})`,
    `  ${seconds.toFixed(1)} s instead of ${calmSeconds.toFixed(1)} s: ${secondsLostAKill.toFixed(1)} s lost a kill`,
    `  the worker ended by itself, and was started again by its supervisor, ${workerEndedByItself} times (it does where it starts while the server is away)`,
    ...checkLines(report.checks),
  ];
}

const KILLED: Readonly<Record<KillKind, string>> = {
  worker: 'a worker',
  temporal: 'the Temporal server',
  postgres: 'PostgreSQL',
  objects: 'the object store',
};

/** A run of production's profile as a table. */
export function productionTable(report: ProductionReport): string[] {
  const { kills, seconds, calmSeconds, workers, workersEndedByThemselves, windows } = report;
  const count = KILL_KINDS.reduce((sum, kind) => sum + kills[kind].kills, 0);
  const lost = (seconds - calmSeconds) / Math.max(1, count);
  return [
    '',
    `${report.ok ? 'held' : 'NOT HELD'}: ${windows} windows on ${workers} workers, ${count} kills (seed ${report.seed})`,
    `  ${seconds.toFixed(1)} s instead of ${calmSeconds.toFixed(1)} s: ${lost.toFixed(1)} s lost a kill`,
    ...KILL_KINDS.map(
      (kind) =>
        `  ${KILLED[kind].padEnd(20)} killed ${String(kills[kind].kills).padStart(3)} times, ${kills[kind].secondsLostAKill.toFixed(1)} s lost a kill`,
    ),
    `  workers ended by themselves, and were started again, ${workersEndedByThemselves} times (one does that starts while a server is away)`,
    ...pauseLines(report.pauses),
    ...checkLines(report.checks),
  ];
}

/** A run of the listener's profile as a table: medians and the worst, in milliseconds. */
export function listenerTable(report: ListenerReport): string[] {
  const { strikes, published, gaps, takeOvers } = report;
  const rows = LISTENER_STRIKES.flatMap((kind) => {
    const ofKind = strikes.filter((one) => one.kind === kind);
    if (ofKind.length === 0) return [];
    const figure = (name: 'reconnectedMs' | 'wholeMs' | 'rightMs'): string => {
      const sorted = ofKind.map((one) => one[name]).sort((one, other) => one - other);
      const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
      return `${Math.round(median)} (${Math.round(sorted.at(-1) ?? 0)})`.padStart(16);
    };
    return [
      `  ${kind.padEnd(10)} ${String(ofKind.length).padStart(3)} ${figure('reconnectedMs')} ${figure('wholeMs')} ${figure('rightMs')}`,
    ];
  });
  return [
    '',
    `${report.ok ? 'held' : 'NOT HELD'}: ${strikes.length} strikes, ${published} messages, ${gaps} gaps, ${takeOvers} listeners (seed ${report.seed})`,
    `  ${'strike'.padEnd(10)}   n ${'listened to ms'.padStart(16)} ${'whole ms'.padStart(16)} ${'rows right ms'.padStart(16)}   median (worst)`,
    ...rows,
    ...checkLines(report.checks),
  ];
}

function pauseLines(pauses: readonly string[]): string[] {
  return pauses.map((reason) => `  stood still: ${reason.slice(0, SHOWN_OF_A_REASON)}`);
}

function checkLines(checks: readonly Check[]): string[] {
  return checks.map(({ name, ok, found }) => `  ${ok ? 'ok  ' : 'FAIL'}  ${name.padEnd(34)} ${found}`);
}

/** A round in a line; where it failed, also what, and how to repeat it. */
export function roundLines(round: number, report: RoundReport): string[] {
  const { seed, ok, seconds, windows, gaps, directory, workerEndedByItself } = report;
  const struck = Object.entries(report.struck).map(([name, count]) => (count === 1 ? name : `${name}×${count}`));
  const lines = [
    `round ${round}  seed ${seed}  ${ok ? 'held' : 'NOT HELD'}  ${seconds.toFixed(1)} s  ${windows} windows, ${gaps} gaps  ${struck.sort().join(', ')}`,
  ];
  if (workerEndedByItself > 0)
    lines.push(`  a worker ended by itself, and was started again, ${workerEndedByItself} times`);
  lines.push(...pauseLines(report.pauses));
  if (ok) return lines;
  const failed = report.checks.filter((check) => !check.ok).map(({ name, found }) => `  FAIL  ${name}: ${found}`);
  return [...lines, ...failed, `  again: npm run faults -- --rounds 1 --seed ${seed}`, `  kept: ${directory}`];
}
