/** One run of a nightly load, as the list of workflows has it. */
export interface NightRun {
  readonly workflowId: string;
  readonly runId: string;
  /** The instant that the night is for. */
  readonly nominalTime: string;
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly state: 'running' | 'complete' | 'completeWithGaps' | 'failed' | 'cancelled';
}
