import type { KillsReport } from './runKills.js';
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
    ...report.checks.map(({ name, ok, found }) => `  ${ok ? 'ok  ' : 'FAIL'}  ${name.padEnd(34)} ${found}`),
  ];
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
  for (const reason of report.pauses) lines.push(`  stood still: ${reason.slice(0, SHOWN_OF_A_REASON)}`);
  if (ok) return lines;
  const failed = report.checks.filter((check) => !check.ok).map(({ name, found }) => `  FAIL  ${name}: ${found}`);
  return [...lines, ...failed, `  again: npm run faults -- --rounds 1 --seed ${seed}`, `  kept: ${directory}`];
}
