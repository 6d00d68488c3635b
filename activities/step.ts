import { CancelledFailure, Context } from '@temporalio/activity';
import { type ExportWindow, windowId } from '../src/domain/exportWindow.js';
import { Failure, isFailure } from '../src/domain/failure.js';
import type { Lane } from '../src/domain/lane.js';
import type { ActivityDeps } from './deps.js';
import { answerQuarantined } from './quarantine.js';
import { toApplicationFailure } from './toApplicationFailure.js';

/** How often a running activity says that it is alive. With a heartbeat timeout of 5 s a killed worker is noticed in 5 s. */
const HEARTBEAT_MS = 1000;

/** What an activity tells the server while it runs; comes back to the next attempt. */
export interface Beat<D> {
  /** Details of the attempt before, unparsed, or undefined. */
  readonly before: unknown;
  /** Replaces the details and sends them. */
  say(details: D): void;
  /** Aborted when the activity is cancelled or the worker shuts down. */
  readonly signal: AbortSignal;
}

/** Whose work an activity does. */
export interface Whose {
  readonly organisationId: string | null;
  readonly exportId: string;
  /** The window that it is for, if it is one window's. */
  readonly window?: ExportWindow;
  readonly lane?: Lane;
}

/**
 * Runs an activity's body: heartbeats every second, refuses another organisation's work, translates failures.
 */
export async function step<T, D = null>(
  deps: ActivityDeps,
  whose: Whose,
  body: (beat: Beat<D>) => Promise<T>,
): Promise<T> {
  const context = Context.current();
  let details: D | undefined;
  const timer = setInterval(() => context.heartbeat(details ?? context.info.heartbeatDetails), HEARTBEAT_MS);
  try {
    refuseOtherOrganisation(deps, whose);
    return await body({
      before: context.info.heartbeatDetails as unknown,
      say: (next) => {
        details = next;
        context.heartbeat(next);
      },
      signal: context.cancellationSignal,
    });
  } catch (thrown) {
    if (context.cancellationSignal.aborted && !(thrown instanceof CancelledFailure)) {
      // What was wrong before is told nowhere else: the answer is that it was cancelled.
      if (!isAborted(thrown)) context.log.info('step was cancelled, and ended so', { error: String(thrown) });
      await context.cancelled;
    }
    const error = await answerQuarantined(deps, thrown, { exportId: whose.exportId, windowId: windowOf(whose) }).catch(
      (inTheWay: unknown) => inTheWay,
    );
    if (isFailure(error)) deps.reporter.report(whose.exportId, error, context.info.attempt);
    else context.log.warn('step failed unexpectedly', { error: error instanceof Error ? error.stack : String(error) });
    throw toApplicationFailure(error, {
      nowMs: deps.now().getTime(),
      // Waits are spread so that a fleet does not return in step; an urgent call is one, and somebody waits for it.
      random: whose.lane === 'failover' ? () => 0 : Math.random,
      probeEveryMs: deps.probeEveryMs,
      attempt: context.info.attempt,
    });
  } finally {
    clearInterval(timer);
  }
}

function isAborted(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.name === 'AbortError';
}

function windowOf({ window }: Whose): string | null {
  return window ? windowId(window) : null;
}

function refuseOtherOrganisation(deps: ActivityDeps, { organisationId }: Whose): void {
  const { organisation } = deps;
  if (organisationId === null || organisationId === organisation.id) return;
  throw new Failure(
    'Transient',
    `this worker serves ${organisation.name} (${organisation.id}), and this work was planned for organisation ${organisationId}; it waits for a worker of that organisation: give each its own ROSTERLINE_TASK_QUEUE`,
    { retryAtMs: deps.now().getTime() + 5000 },
  );
}
