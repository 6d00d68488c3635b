import type { Client, WorkflowHandle } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import { LiveReport, type LiveState, NOBODY_LISTENS } from '../../domain/live/liveState.js';
import { answerOf } from '../workerAnswer.js';

/** Workflow type of the live feed; its id is this, a slash and the organisation's id. */
export const LIVE_FEED = 'liveFeed';

/** Where the feed's one activity is, as Temporal sees it: true also where no worker answers. */
export interface ListenerAttempt {
  /** `listening`: a worker has it. `waiting`: none does yet, or it is to be tried again. */
  readonly state: 'listening' | 'waiting';
  readonly attempt: number;
  /** Who has or had it: `pid@host`; null before the first. */
  readonly worker: string | null;
  readonly lastHeartbeat: string | null;
  /** Why the attempt before ended; null where none did. */
  readonly lastFailure: string | null;
}

/** The feed as it is now: what `live status --json` prints. */
export interface FeedNow extends LiveReport {
  readonly workflowId: string;
  /** Listeners that have taken over since the feed was started; null where no worker answers for the workflow. */
  readonly takeOvers: number | null;
  /** Null between two runs of the workflow. */
  readonly listener: ListenerAttempt | null;
}

/** A person waits for the answer, and heartbeats say nearly the same. */
const ANSWER_WITHIN_MS = 3_000;
const STARTED = 2;

/**
 * Looks at a feed, through Temporal alone: by the listener's last heartbeat, a second old or so, and by the workflow.
 *
 * Where no worker has the listener, nobody listens, whatever was said last.
 */
export async function feedNow(client: Client, workflowId: string): Promise<FeedNow> {
  const handle = client.workflow.getHandle(workflowId);
  const { listener, heard } = await attemptOf(handle);
  const state = await answerOf(client, () => handle.query<LiveState>('state'), {
    forWhat: 'for the feed',
    kept: 'The feed goes on once one runs.',
    withinMs: ANSWER_WITHIN_MS,
  }).catch(() => null);
  return feedOf(workflowId, state, heard, listener);
}

/** The feed by what is known of it. */
export function feedOf(
  workflowId: string,
  state: LiveState | null,
  heard: LiveReport | null,
  listener: ListenerAttempt | null,
): FeedNow {
  const told = LiveReport.safeParse(state);
  const latest = [heard, told.success ? told.data : null]
    .filter((report) => report !== null)
    .reduce((one, other) => (other.takeOver > one.takeOver ? other : one), heard ?? NOBODY_LISTENS);
  const isHeard = listener?.state === 'listening';
  const nobody = {
    connected: false,
    since: null,
    whole: false,
    problem: listener?.lastFailure ?? (latest.takeOver === 0 ? latest.problem : NOBODY_HAS_IT),
  };
  return { ...latest, ...(isHeard ? {} : nobody), workflowId, takeOvers: state?.takeOvers ?? null, listener };
}

const NOBODY_HAS_IT =
  "no worker has the listener: it is taken over as soon as one that owns the warehouse runs ('rosterline worker' or 'rosterline dev')";

async function attemptOf(
  handle: WorkflowHandle,
): Promise<{ listener: ListenerAttempt | null; heard: LiveReport | null }> {
  const { raw } = await handle.describe();
  const pending = raw.pendingActivities?.[0];
  if (!pending) return { listener: null, heard: null };
  const { seconds } = pending.lastHeartbeatTime ?? {};
  const details = pending.heartbeatDetails?.payloads?.[0];
  const told = LiveReport.safeParse(details ? defaultPayloadConverter.fromPayload(details) : null);
  return {
    listener: {
      state: Number(pending.state) === STARTED ? 'listening' : 'waiting',
      attempt: pending.attempt ?? 1,
      worker: pending.lastWorkerIdentity || null,
      lastHeartbeat: seconds == null ? null : new Date(Number(seconds) * 1000).toISOString(),
      lastFailure: pending.lastFailure?.message || null,
    },
    heard: told.success ? told.data : null,
  };
}
