import { channelPlan } from '../domain/live/channelPlan.js';
import type { GapCause, ListenerState } from '../domain/live/liveSink.js';
import { isNothing, type LiveWatch, NOTHING_WATCHED } from '../domain/live/liveWatch.js';
import { rejectedTopics } from '../domain/live/rejectedTopics.js';
import { countByKind } from '../domain/live/topics.js';
import { ChannelKeeper } from './channelKeeper.js';
import type { Gaps } from './gaps.js';
import type { ListenerParts } from './listenerParts.js';
import type { WatchChange } from './watched.js';

/** The keepers of everything that is watched: one for each channel that it takes. */
export class Keepers {
  /** Until nothing is left for them to carry. */
  readonly #kept: ChannelKeeper[] = [];
  readonly #running = new Set<Promise<void>>();

  /** @param changed called when something of their state changed. @param signal until which they listen. */
  constructor(
    private readonly parts: ListenerParts & { readonly gaps: Gaps },
    private readonly changed: () => void,
    private readonly signal: AbortSignal,
  ) {}

  /** @throws Failure `InvalidInput` where there are more topics than channels can carry. */
  begin(watch: LiveWatch): void {
    for (const part of channelPlan(watch, this.parts.settings.channels)) this.#keep(part, 'started', null);
  }

  /**
   * Gives channels other topics: what stays is heard all the while, what came is a gap until it is subscribed to.
   *
   * @throws Failure `InvalidInput` as `begin` does.
   */
  async rewatch({ watch, missed, sinceMs }: WatchChange): Promise<void> {
    const { settings, gaps, clock } = this.parts;
    const before = [...this.#kept];
    const carried = before.map((keeper) => keeper.watch);
    const plan = channelPlan(watch, settings.channels, carried);
    const gap = isNothing(missed) ? null : gaps.began('rewatched', sinceMs, missed);
    const subscribing: Promise<void>[] = [];
    for (const [at, keeper] of before.entries()) {
      const part = plan[at] ?? NOTHING_WATCHED;
      if (!isNothing(part)) {
        subscribing.push(keeper.rewatch(part));
        continue;
      }
      this.#kept.splice(this.#kept.indexOf(keeper), 1);
      keeper.leave();
    }
    for (const part of plan.slice(before.length)) this.#keep(part, 'rewatched', sinceMs);
    await Promise.all(subscribing);
    if (gap !== null) gaps.ended(gap, clock.genesysMs());
    this.changed();
  }

  /** Resolves once all of them have let go of their channels. */
  async ended(): Promise<void> {
    await Promise.all(this.#running);
  }

  get state(): Omit<ListenerState, 'sinceMs'> {
    const states = this.#kept.map((keeper) => keeper.state);
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

  #keep(watch: LiveWatch, cause: GapCause, sinceMs: number | null): void {
    const { parts, changed } = this;
    const canOverlap = (): boolean => this.#kept.length < parts.settings.channels;
    const keeper = new ChannelKeeper({ ...parts, canOverlap, changed }, watch);
    this.#kept.push(keeper);
    const keeping = keeper.keep(this.signal, cause, sinceMs).finally(() => this.#running.delete(keeping));
    this.#running.add(keeping);
  }
}
