import type { GapCause } from '../domain/live/liveSink.js';
import type { LiveKind } from '../domain/live/liveEvent.js';

/** Told what the live feed hears, for figures. It must neither throw nor take time. */
export interface LiveWatcher {
  event(kind: LiveKind | 'unreadable'): void;
  gap(cause: GapCause): void;
  /** The feed as it stands; null once this process listens no more. */
  feed(
    state: { readonly whole: boolean; readonly lastMessageMs: number | null; readonly takeOver: number } | null,
  ): void;
}

export const NO_LIVE_WATCHER: LiveWatcher = {
  event: () => undefined,
  gap: () => undefined,
  feed: () => undefined,
};
