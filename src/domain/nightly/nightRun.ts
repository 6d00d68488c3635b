import type { CustodyMemo } from './custodyCheck.js';

/** One run of a nightly load, as the list of workflows has it. */
export interface NightRun {
  readonly workflowId: string;
  readonly runId: string;
  /** The instant that the night is for. */
  readonly nominalTime: string;
  readonly startedAt: string;
  readonly endedAt: string | null;
  /** `forgotten`: it ended so long ago that the server does not keep it any more, and how is not known. */
  /** What its verification of the chain found; absent where it did not get that far. */
  readonly custody?: CustodyMemo;
  readonly state: 'running' | 'complete' | 'completeWithGaps' | 'failed' | 'cancelled' | 'forgotten';
}

/** A run that a schedule remembers to have started; `scheduledAt` is its nominal time with jitter. */
export type StartedRun = Pick<NightRun, 'workflowId' | 'runId' | 'startedAt'> & { readonly scheduledAt: string };

/** A run that began so long ago is listed, unless it was forgotten: no server keeps ended runs for less than a day. */
const LISTED_AFTER_MS = 12 * 3_600_000;

/**
 * Runs with those that the schedule remembers and the server has forgotten, the newest first.
 *
 * A development server forgets a run a day after its end; without this the last night of a week would be gone by Sunday, as if it had
 * never been.
 *
 * @param runningIds run ids of those that still run.
 */
export function withForgotten(
  listed: readonly NightRun[],
  started: readonly StartedRun[],
  runningIds: readonly string[],
  nowMs: number,
): NightRun[] {
  const known = new Set([...listed.map(({ runId }) => runId), ...runningIds]);
  const forgotten = started
    .filter(({ runId, startedAt }) => !known.has(runId) && Date.parse(startedAt) + LISTED_AFTER_MS < nowMs)
    .map(
      ({ scheduledAt, ...run }): NightRun => ({ ...run, nominalTime: scheduledAt, endedAt: null, state: 'forgotten' }),
    );
  return [...listed, ...forgotten].sort((a, b) => Date.parse(b.startedAt) - Date.parse(a.startedAt));
}
