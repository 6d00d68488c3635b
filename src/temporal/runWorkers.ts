import { setTimeout as sleep } from 'node:timers/promises';
import { GracefulShutdownPeriodExpiredError, type State, type Worker } from '@temporalio/worker';
import { Failure } from '../domain/failure.js';
import type { SharedBudget } from '../genesys/sharedBudget.js';

/** A server that comes back after a crash, and a keeper whose worker died, need some seconds; longer, and no keeper can be had. */
const KNOWN_WITHIN_MS = 15_000;
const ASK_EVERY_MS = 100;
const TIMER_EARLY_MS = 10;

/** Workers of one process that run. */
export interface RunningWorkers {
  /** Settles when all have ended; then rejects with why the first could not go on, where one could not. */
  readonly ended: Promise<void>;
  /** Takes no more work; lets calls and loads end. */
  stop(): void;
  /** Of each worker, also of those that do not run yet. */
  states(): readonly State[];
}

/**
 * Runs the workers of a process: that of the workflows at once, the others as soon as the budget's keeper has told which gates are
 * closed, or after 15 s without an answer.
 *
 * A process that has just started remembers no gate, so a call that it made before might leave too early; and the keeper, a
 * workflow, may have nobody else to run it.
 */
export function runWorkers([workflows, ...others]: readonly Worker[], budget: SharedBudget): RunningWorkers {
  const running: Worker[] = [];
  let stopped = false;
  const stoppedMs = new Map<Worker, number>();
  let reason: { readonly error: unknown } | null = null;
  const stop = (): void => {
    stopped = true;
    for (const worker of running) if (worker.getState() === 'RUNNING') shutDown(worker);
  };
  const shutDown = (worker: Worker): void => {
    stoppedMs.set(worker, performance.now());
    worker.shutdown();
  };
  const run = async (worker: Worker): Promise<void> => {
    const ended = worker.run();
    running.push(worker);
    // One that was made has to run to let go of its connection.
    if (stopped) shutDown(worker);
    await ended.catch((error: unknown) => failed(reasonOf(error, worker, stoppedMs.get(worker)))).finally(stop);
  };
  /** The first is the reason: what others meet after it comes of the stop. */
  const failed = (error: unknown): void => {
    reason ??= { error };
  };
  const untilKnown = async (): Promise<void> => {
    const giveUpMs = performance.now() + KNOWN_WITHIN_MS;
    while (!stopped && performance.now() < giveUpMs) {
      await budget.look({ fresh: true });
      if (budget.isAlive()) return;
      await sleep(ASK_EVERY_MS);
    }
  };
  const first = workflows === undefined ? [] : [run(workflows)];
  const rest = untilKnown().then(() => Promise.all(others.map(run)));
  const states = (): State[] => [...(workflows ? [workflows] : []), ...others].map((worker) => worker.getState());
  const allEnded = async (): Promise<void> => {
    await Promise.all([...first, rest]);
    if (reason !== null) throw reason.error;
  };
  return { ended: allEnded(), stop, states };
}

/**
 * Why a worker ended. What the SDK rejects with after an end of its own is often that of its tidying (`Worker still in use`): then the
 * time since the stop, or the log, has the reason.
 */
function reasonOf(error: unknown, { options }: Worker, stoppedMs: number | undefined): unknown {
  const isExpired = error instanceof GracefulShutdownPeriodExpiredError;
  if (!isExpired && !isOfTidying(error)) return error;
  const forceMs = options.shutdownForceTimeMs ?? Infinity;
  // Timers may be early by what clocks differ.
  const isCutOff = isExpired || (stoppedMs !== undefined && performance.now() - stoppedMs > forceMs - TIMER_EARLY_MS);
  const what = isCutOff
    ? `what still ran ${forceMs / 1000} s after the stop was cut off; nothing is lost, the next worker does it again`
    : `The worker of task queue ${options.taskQueue} could not go on: the line "Worker failed" of its log says why. Nothing is lost; start it again`;
  return new Failure('Transient', what, {}, { cause: error });
}

function isOfTidying(error: unknown): boolean {
  return error instanceof Error && error.name === 'IllegalStateError';
}
