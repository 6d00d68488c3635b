import { setTimeout as sleep } from 'node:timers/promises';
import { type Blow, blowNow } from './excuses.js';

/** While a server was away: from its kill until it answered again, in milliseconds since the epoch (null: not yet). */
export interface Outage {
  readonly from: Blow;
  toMs: number | null;
}

/** How long a killed server stays away, milliseconds; drawn between these. */
export const AWAY_MS = { min: 500, max: 6_000 };

/** A server of a run's own that can be killed, and comes back after a while with the same data at the same address. */
export abstract class KillableServer {
  readonly outages: Outage[] = [];
  private back: Promise<void> = Promise.resolve();

  /** Kills it with SIGKILL, as a power cut would, and starts it again after so long. Settles once it has been killed. */
  async kill(awayMs: number): Promise<void> {
    await this.back;
    const outage: Outage = { from: blowNow(), toMs: null };
    this.outages.push(outage);
    await this.killNow();
    this.back = this.comeBack(outage, awayMs);
    // Handled where it is awaited.
    this.back.catch(() => undefined);
  }

  /** Settles when the server that was killed last answers again. */
  async answers(): Promise<void> {
    await this.back;
  }

  /** Ends it for good, once it has come back. */
  async stop(): Promise<void> {
    await this.back.catch(() => undefined);
    await this.end();
  }

  /** Settles when no process of it is left. */
  protected abstract killNow(): Promise<void>;
  /** Settles when it answers. */
  protected abstract startAgain(): Promise<void>;
  protected abstract end(): Promise<void>;

  private async comeBack(outage: Outage, awayMs: number): Promise<void> {
    await sleep(awayMs);
    await this.startAgain();
    outage.toMs = Date.now();
  }
}
