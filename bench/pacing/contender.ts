import type { Closing } from '../../src/cli/closing.js';
import type { SimulatorReady } from '../simulatorProcess.js';
import type { AskedJob } from './asked.js';

/** Who is compared, ours first. */
export const CONTENDERS = ['rosterline', 'loop', 'got', 'temporal'] as const;

export type ContenderName = (typeof CONTENDERS)[number];

/** What a contender is given: a simulator that nobody else calls, and a Temporal server that all share. */
export interface ContenderStage {
  readonly simulator: SimulatorReady;
  readonly temporalAddress: string;
  /** Path of the bundle of `workflows.ts`. */
  readonly workflowBundle: string;
  /** An empty directory of its own. */
  readonly directory: string;
  /** By how much the limiter's time is shortened. */
  readonly scale: number;
  /** What it starts is ended by this. */
  readonly closing: Closing;
}

/** A contender whose two worker processes are ready and idle. */
export interface ReadyContender {
  /** Process ids of those who work for it. */
  readonly pids: readonly number[];
  /** Makes all these jobs and polls each to its end. Settles when the last has ended; never, where it cannot. */
  backfill(jobs: readonly AskedJob[]): Promise<void>;
  /** Makes one more job, which somebody waits for. Returns at once. */
  urgent(job: AskedJob): void;
}

export type StartContender = (stage: ContenderStage) => Promise<ReadyContender>;
