import { channelPlan } from '../domain/live/channelPlan.js';
import type { ListenerState } from '../domain/live/liveSink.js';
import type { LiveWatch } from '../domain/live/liveWatch.js';
import { rejectedTopics } from '../domain/live/rejectedTopics.js';
import { countByKind } from '../domain/live/topics.js';
import { aborted } from './aborted.js';
import { ChannelKeeper } from './channelKeeper.js';
import { Gaps } from './gaps.js';
import { LISTENER_DEFAULTS, type ListenerParts, type ListenerSettings } from './listenerParts.js';
import { timelyCalls } from './timelyCalls.js';

/** What a listener is given: its settings are the defaults, but for those that are given. */
export type GivenParts = Omit<ListenerParts, 'settings'> & { readonly settings?: Partial<ListenerSettings> };

/**
 * Listens to everything that is watched, over as many channels as that takes, until the signal; then lets go of its channels.
 *
 * Nothing that befalls a channel ends it: it tells the sink, and tries again.
 *
 * @throws Failure `InvalidInput` where there are more topics than channels can carry; and whatever the sink refuses a gap with
 *   (`Conflict`: another listener has taken over).
 */
export async function listen(given: GivenParts, watch: LiveWatch, signal: AbortSignal): Promise<void> {
  const settings = { ...LISTENER_DEFAULTS, ...given.settings };
  const plan = channelPlan(watch, settings.channels);
  const parts = { ...given, settings, calls: timelyCalls(given.calls, settings.callTimeoutMs) };
  const { clock, sink } = parts;
  const stop = new AbortController();
  const stopped = AbortSignal.any([signal, stop.signal]);
  let refusal: { readonly with: unknown } | null = null;
  const gaps = new Gaps(sink, (error) => {
    refusal ??= { with: error };
    stop.abort();
  });

  let connectedSinceMs: number | null = null;
  let toldMs = -Infinity;
  let toldMessageMs: number | null = null;
  const tell = (): void => {
    if (stopped.aborted) return;
    const state = stateOf(keepers);
    connectedSinceMs = state.connected ? (connectedSinceMs ?? clock.genesysMs()) : null;
    toldMs = clock.steadyMs();
    toldMessageMs = state.lastMessageMs;
    sink.changed({ ...state, sinceMs: connectedSinceMs });
  };
  const keepers = plan.map(
    (part) => new ChannelKeeper(parts, { watch: part, canOverlap: plan.length < settings.channels }, gaps, tell),
  );
  const telling = setInterval(() => {
    const isDue = clock.steadyMs() - toldMs >= settings.tellEveryMs;
    if (isDue && stateOf(keepers).lastMessageMs !== toldMessageMs) tell();
  }, settings.tellEveryMs / 2);
  tell();
  try {
    await Promise.all([...keepers.map((keeper) => keeper.keep(stopped)), aborted(stopped)]);
  } finally {
    clearInterval(telling);
  }
  // TypeScript does not see that the callback above sets it.
  const refused = refusal as { readonly with: unknown } | null;
  if (refused !== null) throw refused.with;
}

function stateOf(keepers: readonly ChannelKeeper[]): Omit<ListenerState, 'sinceMs'> {
  const states = keepers.map(({ state }) => state);
  const answers = states.flatMap((state) => state.answers);
  const messages = states.flatMap(({ lastMessageMs }) => lastMessageMs ?? []);
  return {
    connected: states.every(({ isWhole }) => isWhole),
    channels: states.filter(({ isWhole }) => isWhole).length,
    topics: countByKind(answers.filter(({ permitted }) => permitted).map(({ topic }) => topic)),
    rejected: rejectedTopics(answers),
    lastMessageMs: messages.length === 0 ? null : Math.max(...messages),
    problem: states.find(({ problem }) => problem !== null)?.problem ?? null,
  };
}
