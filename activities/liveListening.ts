import { Context } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import type { LiveRoster } from '../src/domain/live/liveRoster.js';
import type { LiveSettings } from '../src/domain/live/liveSettings.js';
import type { LiveReport } from '../src/domain/live/liveState.js';
import type { GivenParts } from '../src/listener/listen.js';
import type { LiveClaim, LiveFeedState } from '../src/warehouse/live/liveStore.js';
import type { ActivityDeps } from './deps.js';
import type { LiveDeps } from './liveDeps.js';
import { LiveGaps } from './liveGaps.js';
import { type HeardBefore, LiveHearing } from './liveHearing.js';
import { LiveHints } from './liveHints.js';
import { LiveRecovery } from './liveRecovery.js';
import { liveReport, occupancyOff } from './liveReport.js';
import { LiveReporter } from './liveReporter.js';
import { LiveWriter } from './liveWriter.js';

const NOTHING_YET: LiveRoster = { v: 1, businessUnitIds: [], managementUnits: [], trunks: [] };

/** What one attempt listens with. */
export interface LiveListeningParts {
  readonly deps: ActivityDeps;
  readonly live: LiveDeps;
  readonly client: Client;
  readonly settings: LiveSettings;
  readonly claim: LiveClaim;
  readonly feedId: string;
  readonly signal: AbortSignal;
}

/** One attempt's listening: its parts put together, and what it has to say of itself. */
export class LiveListening {
  readonly #gaps: LiveGaps;
  readonly #writer: LiveWriter;
  readonly #hints: LiveHints;
  readonly #hearing: LiveHearing;
  readonly #reporter: LiveReporter;
  readonly #writing: Promise<void>;
  readonly #stop = new AbortController();
  #roster = NOTHING_YET;
  #lastMessageMs: number | null;
  #problem: string | null = 'it is finding out what there is to watch';

  constructor(private readonly parts: LiveListeningParts) {
    const { deps, live, client, claim, feedId, signal } = parts;
    const { takeOver } = claim;
    const calls = deps.genesys.inLane('sync');
    this.#lastMessageMs = claim.lastMessageMs;
    this.#gaps = new LiveGaps(takeOver, claim.openGaps);
    this.#hints = new LiveHints(client, `trunkSync/${deps.organisation.id}`, takeOver, signal);
    this.#writer = new LiveWriter({
      store: live.store,
      takeOver,
      gaps: this.#gaps,
      feed: () => this.#feed(),
      quietWriteMs: live.times.quietWriteMs,
      log: Context.current().log,
    });
    const recovery = new LiveRecovery({
      reads: calls,
      writer: this.#writer,
      gaps: this.#gaps,
      hints: this.#hints,
      roster: () => this.#roster,
      isOccupancyOn: () => occupancyOff(parts.settings, this.#hearing.state) === null,
      genesysMs: () => calls.timeMs(),
      settleMs: live.times.settleMs,
      probeEveryMs: deps.probeEveryMs,
      signal,
    });
    this.#hearing = new LiveHearing({
      writer: this.#writer,
      gaps: this.#gaps,
      hints: this.#hints,
      recovery,
      watcher: live.watcher,
      genesysMs: () => calls.timeMs(),
      unreadable: { gatherMs: live.times.unreadableMs, callMs: live.times.unreadableCallMs },
      changed: () => this.#tellFigures(),
    });
    const { reportMs, reportAtLeastMs } = live.times;
    this.#reporter = new LiveReporter({ client, feedId, report: () => this.report(), reportMs, reportAtLeastMs });
    this.#writing = this.#writer.run(this.#stop.signal).catch(() => undefined);
    this.#tellFigures();
  }

  /** Rejects with `Conflict` once another listener has taken over. */
  get failed(): Promise<never> {
    return this.#writer.failed;
  }

  /** What is known of who is where, and kept for the listener that takes over. */
  watch(roster: LiveRoster, text: string, readMs: number): void {
    this.#roster = roster;
    this.#problem = null;
    this.#writer.keepWatch({ text, readMs });
  }

  inTheWay(problem: string): void {
    this.#problem = problem;
  }

  /** Agents who are in no unit any more. */
  left(userIds: readonly string[]): void {
    this.#writer.left(userIds);
  }

  /** What a listener is given. */
  given(): GivenParts {
    const { deps, live } = this.parts;
    const calls = deps.genesys.inLane('sync');
    const { log } = Context.current();
    return {
      hosts: live.hosts,
      settings: { silenceMs: this.parts.settings.silenceSeconds * 1000, ...live.listener },
      calls,
      sink: this.#hearing.sink(this.#before()),
      clock: { genesysMs: () => calls.timeMs(), steadyMs: () => performance.now(), wallMs: () => Date.now() },
      random: Math.random,
      log: {
        debug: (facts, message) => {
          log.debug(message, { ...facts });
        },
        info: (facts, message) => {
          log.info(message, { ...facts });
        },
        warn: (facts, message) => {
          log.warn(message, { ...facts });
        },
      },
    };
  }

  /** The listener has ended. */
  ended(): void {
    this.#hearing.ended();
  }

  report(): LiveReport {
    const { settings, claim } = this.parts;
    return liveReport({
      takeOver: claim.takeOver,
      listener: this.#hearing.state,
      settings,
      gaps: this.#gaps,
      lastMessageMs: this.#lastMessage(),
      unreadable: this.#hearing.unreadable,
      sync: this.#hints.state,
      waiting: this.#writer.pending.users,
      isWritten: this.#writer.problem === null && this.#writer.written?.whole === true,
      problem: this.#writer.problem ?? this.#problem,
    });
  }

  /** Writes what was heard, tells the sync and the workflow, and says that nobody listens. */
  async close(): Promise<void> {
    this.#hearing.close();
    this.#problem ??= 'the listener has stopped; another one takes over once a worker runs';
    this.#stop.abort();
    await this.#writing;
    await this.#hints.close();
    await this.#reporter.close();
    this.parts.live.watcher.feed(null);
  }

  #before(): HeardBefore | null {
    const { lastMessageMs, openGaps } = this.parts.claim;
    if (lastMessageMs === null && openGaps.length === 0) return null;
    const since = [lastMessageMs, ...openGaps.map(({ fromMs }) => fromMs)];
    return { fromMs: since.some((ms) => ms === null) ? null : Math.min(...since.map(Number)) };
  }

  #feed(): LiveFeedState {
    const { state } = this.#hearing;
    const connected = state?.connected ?? false;
    return {
      connected,
      sinceMs: state?.sinceMs ?? null,
      whole: connected && this.#gaps.open === 0,
      lastMessageMs: this.#lastMessage(),
      problem: this.#problem ?? state?.problem ?? this.#gaps.problem,
      occupancyOff: occupancyOff(this.parts.settings, state),
    };
  }

  #lastMessage(): number | null {
    const { lastMessageMs = null } = this.#hearing.state ?? {};
    if (lastMessageMs !== null) this.#lastMessageMs = lastMessageMs;
    return this.#lastMessageMs;
  }

  #tellFigures(): void {
    const { whole, takeOver } = this.report();
    this.parts.live.watcher.feed({ whole, lastMessageMs: this.#lastMessage(), takeOver });
  }
}
