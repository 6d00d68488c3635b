import { setTimeout as sleep } from 'node:timers/promises';
import { CancelledFailure, Context, getClient } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import { Failure, isFailure } from '../src/domain/failure.js';
import {
  cameTo,
  keptRoster,
  leftBetween,
  type LiveRoster,
  rosterText,
  watchOf,
} from '../src/domain/live/liveRoster.js';
import type { LiveSettings } from '../src/domain/live/liveSettings.js';
import type { LiveReport } from '../src/domain/live/liveState.js';
import { aborted } from '../src/listener/aborted.js';
import { listen } from '../src/listener/listen.js';
import { Watched } from '../src/listener/watched.js';
import type { LiveClaim } from '../src/warehouse/live/liveStore.js';
import type { ActivityDeps } from './deps.js';
import { LiveListening } from './liveListening.js';
import { readRoster } from './readRoster.js';
import { type Beat, step } from './step.js';

/** What the workflow of a feed asks for. */
export interface ListenInput {
  /** Null where the workflow's id does not say: the worker's then. */
  readonly organisationId: string | null;
  /** Workflow id of the feed. */
  readonly feedId: string;
  /** Null for those of the worker's configuration. */
  readonly settings: LiveSettings | null;
  /** The highest number of a listener that the workflow has heard of. */
  readonly after: number;
}

const HEARTBEAT_MS = 1_000;
const SYNC_ANSWERS_WITHIN_MS = 1_500;
const ROSTER_AGAIN_MS = 60_000;
/** Another who writes to the same tables is no worker of this feed: a person has to look. */
const FENCED_AGAIN_MS = 60_000;

/** The one activity of the live feed: it listens until it is told to stop. */
export function listenActivities(deps: ActivityDeps) {
  return {
    /**
     * Listens to notifications: rows, hints, gaps and what makes up for them. Ends after a day, for the history's sake.
     *
     * @throws Failure `Blocked` in a worker that does not own the warehouse, or where another feed writes to the same tables.
     */
    async listen(input: ListenInput): Promise<{ takeOver: number }> {
      const whose = { organisationId: input.organisationId, exportId: input.feedId, lane: 'sync' as const };
      return await step<{ takeOver: number }, LiveReport>(deps, whose, (beat) => listenOnce(deps, input, beat));
    },
  };
}

async function listenOnce(
  deps: ActivityDeps,
  input: ListenInput,
  beat: Beat<LiveReport>,
): Promise<{ takeOver: number }> {
  const { live } = deps;
  if (live === null)
    throw new Failure(
      'Blocked',
      'this worker does not own the warehouse, and so may not write live rows; start one with rosterline worker, without --only api',
    );
  const settings = input.settings ?? live.settings;
  if (!settings.enabled)
    throw new Failure(
      'Blocked',
      'the live feed is switched off in the configuration of this worker (live.enabled); switch it on and restart the worker, or stop the feed with "rosterline live stop"',
    );
  const client = getClient();
  const claim = await claimed(deps, client, input.after);
  const ending = new AbortController();
  const lasts = setTimeout(() => ending.abort(), live.times.lastsMs);
  const end = AbortSignal.any([beat.signal, live.stopping, ending.signal]);
  const listening = new LiveListening({ deps, live, client, settings, claim, feedId: input.feedId, signal: end });
  const beating = setInterval(() => beat.say(listening.report()), HEARTBEAT_MS);
  const following = follow(deps, listening, settings, claim, end);
  try {
    await Promise.race([listening.failed, following]);
  } catch (error) {
    if (isFailure(error)) listening.inTheWay(error.message);
    throw fenced(error, deps);
  } finally {
    ending.abort();
    clearTimeout(lasts);
    clearInterval(beating);
    // Where another has taken over it runs still; what it fails with then is of no matter.
    await following.catch(() => undefined);
    await listening.close();
  }
  if (beat.signal.aborted) throw new CancelledFailure('the listener was stopped');
  if (live.stopping.aborted)
    throw new Failure(
      'Transient',
      'the worker that listened stops; another one takes over, or this one once it runs again',
      {
        retryAtMs: deps.now().getTime() + 1000,
      },
    );
  return { takeOver: claim.takeOver };
}

/** Listens to what there is to watch, also while that changes. */
async function follow(
  deps: ActivityDeps,
  listening: LiveListening,
  settings: LiveSettings,
  claim: LiveClaim,
  end: AbortSignal,
): Promise<void> {
  const { live, genesys, syncPolicy } = deps;
  if (live === null) return;
  const calls = genesys.inLane('sync');
  const readFor = JSON.stringify([settings, syncPolicy]);
  const kept = claim.watch && keptRoster(claim.watch.text, readFor);
  const keptMs = claim.watch?.readMs ?? 0;
  const known = calls.timeMs() - keptMs < live.times.rosterMs ? kept : null;
  const askedMs = calls.timeMs();
  const roster = known ?? (await untilRead(() => readRoster(calls, settings, syncPolicy), listening, end));
  if (roster === null) return;
  if (kept !== null) listening.left(leftBetween(kept, roster));
  const readMs = known === null ? askedMs : keptMs;
  const keep = (now: LiveRoster): void => listening.watch(now, rosterText(now, readFor), calls.timeMs());
  keep(roster);
  const watched = new Watched(watchOf(roster, settings));
  const stop = new AbortController();
  const stopped = AbortSignal.any([end, stop.signal]);
  const looking = lookAgain(deps, settings, { roster, readMs }, stopped, (before, now) => {
    listening.left(leftBetween(before.roster, now));
    keep(now);
    watched.change({
      watch: watchOf(now, settings),
      missed: cameTo(before.roster, now, settings),
      sinceMs: before.readMs,
    });
  });
  try {
    await listen(listening.given(), watched, end);
  } finally {
    stop.abort();
    listening.ended();
    await looking;
  }
}

/** A roster, and when it was read: by Genesys's clock, milliseconds since the epoch. */
interface ReadRoster {
  readonly roster: LiveRoster;
  readonly readMs: number;
}

/** Reads who and what there is to watch from time to time, and tells of it when it is another than before. */
async function lookAgain(
  deps: ActivityDeps,
  settings: LiveSettings,
  first: ReadRoster,
  signal: AbortSignal,
  changed: (before: ReadRoster, now: LiveRoster) => void,
): Promise<void> {
  const rosterMs = deps.live?.times.rosterMs ?? 0;
  const calls = deps.genesys.inLane('sync');
  const over = aborted(signal).then(() => null);
  let before = first;
  for (let waitMs = Math.max(0, first.readMs + rosterMs - calls.timeMs()); ; ) {
    await sleep(waitMs, null, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    const askedMs = calls.timeMs();
    try {
      const now = await Promise.race([readRoster(calls, settings, deps.syncPolicy), over]);
      if (now === null) return;
      if (JSON.stringify(now) !== JSON.stringify(before.roster)) changed(before, now);
      before = { roster: now, readMs: askedMs };
      waitMs = rosterMs;
    } catch (error) {
      waitMs = Math.min(ROSTER_AGAIN_MS, rosterMs);
      Context.current().log.warn(
        'who and what there is to watch could not be read again; what was known is listened to meanwhile',
        { why: error instanceof Error ? error.message : String(error), againInMs: waitMs },
      );
    }
  }
}

/** Reads until there is an answer; what is in the way is told. @returns null where the signal came first. */
async function untilRead(
  read: () => Promise<LiveRoster>,
  listening: LiveListening,
  signal: AbortSignal,
): Promise<LiveRoster | null> {
  const over = aborted(signal).then(() => null);
  for (let failures = 0; !signal.aborted; failures++) {
    try {
      return await Promise.race([read(), over]);
    } catch (error) {
      if (!isFailure(error, 'Transient', 'Throttled')) throw error;
      listening.inTheWay(error.message);
      const toldMs = (error.facts.retryAtMs ?? 0) - Date.now();
      const waitMs = Math.max(Math.min(30_000, 1_000 * 2 ** failures), Math.min(toldMs, 86_400_000));
      await sleep(waitMs, null, { signal }).catch(() => undefined);
    }
  }
  return null;
}

/**
 * Becomes the one listener.
 *
 * Where the live tables are new, the sync may have heard of higher numbers than they have: then it goes on from those.
 */
async function claimed({ live, organisation }: ActivityDeps, client: Client, after: number): Promise<LiveClaim> {
  if (live === null) throw new Error('no live store');
  const organisationId = organisation.id;
  await live.store.migrate();
  const claim = await live.store.claim({ organisationId, after });
  if (claim.takeOver > 1) return claim;
  const known = await client
    .withDeadline(Date.now() + SYNC_ANSWERS_WITHIN_MS, () =>
      client.workflow.getHandle(`trunkSync/${organisationId}`).query<{ takeOver?: number | null }>('state'),
    )
    .then(({ takeOver }) => takeOver ?? 0)
    .catch(() => 0);
  return known < claim.takeOver ? claim : { ...claim, ...(await live.store.claim({ organisationId, after: known })) };
}

/** An attempt that another has taken over from is not heard of any more; where it is, two feeds write to the same tables. */
function fenced(error: unknown, deps: ActivityDeps): unknown {
  if (!isFailure(error, 'Conflict')) return error;
  Context.current().log.warn('another listener has taken over', { why: error.message });
  return new Failure(
    'Transient',
    `${error.message}. Where no other worker of this feed has taken over, another feed writes to the same live tables: give each a warehouse, or a schema, of its own`,
    { retryAtMs: deps.now().getTime() + FENCED_AGAIN_MS },
  );
}
