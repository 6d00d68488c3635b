import { aborted } from './aborted.js';
import { Gaps } from './gaps.js';
import { Keepers } from './keepers.js';
import { LISTENER_DEFAULTS, type ListenerParts, type ListenerSettings } from './listenerParts.js';
import { timelyCalls } from './timelyCalls.js';
import type { Watched } from './watched.js';

/** What a listener is given: its settings are the defaults, but for those that are given. */
export type GivenParts = Omit<ListenerParts, 'settings'> & { readonly settings?: Partial<ListenerSettings> };

/**
 * Listens to everything that is watched, over as many channels as that takes, until the signal; then lets go of its channels.
 *
 * Nothing that befalls a channel ends it: it tells the sink, and tries again. Where something else is to be watched, channels that there
 * are get other topics, and what stays is heard all the while.
 *
 * @throws Failure `InvalidInput` where there are more topics than channels can carry; and whatever the sink refuses a gap with
 *   (`Conflict`: another listener has taken over).
 */
export async function listen(given: GivenParts, watched: Watched, signal: AbortSignal): Promise<void> {
  const settings = { ...LISTENER_DEFAULTS, ...given.settings };
  const parts = { ...given, settings, calls: timelyCalls(given.calls, settings.callTimeoutMs) };
  const { clock, sink } = parts;
  const stop = new AbortController();
  const stopped = AbortSignal.any([signal, stop.signal]);
  let refusal: { readonly with: unknown } | null = null;
  const refused = (error: unknown): void => {
    refusal ??= { with: error };
    stop.abort();
  };

  let connectedSinceMs: number | null = null;
  let toldMs = -Infinity;
  let toldMessageMs: number | null = null;
  const tell = (): void => {
    if (stopped.aborted) return;
    const state = keepers.state;
    connectedSinceMs = state.connected ? (connectedSinceMs ?? clock.genesysMs()) : null;
    toldMs = clock.steadyMs();
    toldMessageMs = state.lastMessageMs;
    sink.changed({ ...state, sinceMs: connectedSinceMs });
  };

  const gaps = new Gaps(sink, refused);
  const keepers = new Keepers({ ...parts, gaps }, tell, stopped);
  keepers.begin(watched.now);
  watched.onChange((change) => void keepers.rewatch(change).catch(refused));
  const telling = setInterval(() => {
    const isDue = clock.steadyMs() - toldMs >= settings.tellEveryMs;
    if (isDue && keepers.state.lastMessageMs !== toldMessageMs) tell();
  }, settings.tellEveryMs / 2);
  tell();
  try {
    await aborted(stopped);
    await keepers.ended();
    // Nobody who takes over knows of a loss that was made good already.
    await gaps.close();
  } finally {
    clearInterval(telling);
  }
  // TypeScript does not see that the callback above sets it.
  const why = refusal as { readonly with: unknown } | null;
  if (why !== null) throw why.with;
}
