import type { Client } from '@temporalio/client';
import { saysMore } from '../src/domain/live/feedMoves.js';
import type { LiveReport } from '../src/domain/live/liveState.js';

/** How often a report is looked at. */
const LOOK_MS = 250;

/**
 * Tells the feed's workflow what the listener has to say of itself: what is new at once, or some seconds after the report before;
 * otherwise every few minutes, so that a history stays small.
 */
export class LiveReporter {
  #told: LiveReport | null = null;
  #toldMs = -Infinity;
  #telling: Promise<void> | null = null;
  readonly #timer: NodeJS.Timeout;

  constructor(
    private readonly parts: {
      readonly client: Client;
      readonly feedId: string;
      readonly report: () => LiveReport;
      readonly reportMs: number;
      readonly reportAtLeastMs: number;
    },
  ) {
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
    this.#timer.unref();
    this.#look();
  }

  /** Tells the last one. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#telling;
    await this.#tell(this.parts.report());
  }

  #look(): void {
    const { report, reportMs, reportAtLeastMs } = this.parts;
    const sinceMs = performance.now() - this.#toldMs;
    if (this.#telling !== null || sinceMs < reportMs) return;
    const now = report();
    if (this.#told !== null && !saysMore(this.#told, now) && sinceMs < reportAtLeastMs) return;
    this.#telling = this.#tell(now).finally(() => {
      this.#telling = null;
    });
  }

  /** A report that does not arrive is told again with the next look; heartbeats have it meanwhile. */
  async #tell(report: LiveReport): Promise<void> {
    const { client, feedId } = this.parts;
    this.#toldMs = performance.now();
    try {
      await client.workflow.getHandle(feedId).signal('listening', report);
      this.#told = report;
    } catch {
      this.#told = null;
    }
  }
}
