import type { ScheduleDifference } from '../../domain/nightly/scheduleDifferences.js';
import { COVERAGE_FAULTS, describeCoverage } from '../../domain/coverage/coverageFinding.js';
import type { NightlyLoadResult } from '../../domain/nightly/nightlyLoadResult.js';
import type { NightRun } from '../../domain/nightly/nightRun.js';

/** What differs, a line each: what is there, and what the configuration says. */
export function differenceLines(differences: readonly ScheduleDifference[]): string[] {
  return differences.map(
    ({ what, found, wanted }) => `  ${what}: ${found} on the server, ${wanted} in the configuration`,
  );
}

/** `paused: month end`. */
export function pausedText({ note }: { readonly note?: string | null | undefined }): string {
  return note ? `paused: ${note}` : 'paused';
}

const STATES: Readonly<Record<NightRun['state'], string>> = {
  running: 'runs',
  complete: 'complete',
  completeWithGaps: 'complete with gaps',
  failed: 'failed',
  cancelled: 'cancelled',
  forgotten: 'ended, no longer kept',
};

/** How a run stands, in words. */
export function runStateText({ state }: NightRun): string {
  return STATES[state];
}

/** Why a night is not complete, a line each; none where it is. */
export function problemLines({
  problem,
  result,
}: {
  readonly problem: string | null;
  readonly result: NightlyLoadResult | null;
}): string[] {
  if (problem !== null) return [`failed: ${problem}`];
  if (result === null || result.status === 'complete') return [];
  const { exports, unknownUnits, coverage } = result;
  const faults = COVERAGE_FAULTS.flatMap((fault) =>
    coverage.days[fault] === undefined ? [] : [`${coverage.days[fault]} ${describeCoverage(fault)}`],
  );
  return [
    ...exports.flatMap(({ workflowId, status, problem: why }) =>
      why === null ? [] : [`${workflowId} ${status}: ${why}`],
    ),
    ...(unknownUnits.length > 0 ? [`the organisation has no unit ${unknownUnits.join(', ')}`] : []),
    ...(faults.length > 0
      ? [`days at fault: ${faults.join(', ')}; 'rosterline coverage' says whether they still are`]
      : []),
  ];
}

/** An instant to the second, without the milliseconds that nobody needs: `2026-11-22 02:30:00Z`. */
export function instantText(instant: string | Date | null | undefined): string | null {
  if (instant === null || instant === undefined) return null;
  return new Date(instant)
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, 'Z');
}
