import { setTimeout as sleep } from 'node:timers/promises';
import type { ChildCommand } from '../../src/cli/demo/childCommand.js';
import { eventually } from '../support/eventually.js';
import { type Blow, blowNow } from './excuses.js';

/** A supervisor's pause before it starts a worker again that ended by itself, such as systemd's `RestartSec`. */
const RESTART_AFTER_MS = 1000;
/** A worker that starts waits for servers that are away, and for a busy machine. */
const READY_WITHIN_MS = 300_000;

/**
 * `rosterline worker` under a supervisor that starts it again whenever it ends, as systemd or Kubernetes would.
 *
 * `endedByItself` counts the times when nobody had killed it. A worker that runs outlasts a Temporal server that is away; one that
 * starts just then ends, saying so.
 */
export class SupervisedWorker {
  /** Each SIGKILL, just before it. */
  readonly kills: Blow[] = [];
  /** When a worker was ready to work, in milliseconds since the epoch. */
  readonly readyAtMs: number[] = [];
  endedByItself = 0;
  /** Those of them that were ready and worked. */
  endedAtWork = 0;
  private worker: ChildCommand | undefined;
  private readonly stopping = new AbortController();
  private readonly supervised: Promise<void>;

  constructor(private readonly start: () => Promise<ChildCommand>) {
    this.supervised = this.supervise();
  }

  /** Settles once a worker is ready. */
  async ready(): Promise<ChildCommand> {
    return await eventually('a worker that is ready', () => this.worker, READY_WITHIN_MS);
  }

  /** Whether a worker is ready now. */
  isReady(): boolean {
    return this.worker !== undefined;
  }

  /** Kills the worker with SIGKILL; one that is still starting once it is ready. */
  async kill(): Promise<void> {
    const worker = await this.ready();
    this.worker = undefined;
    this.kills.push(blowNow());
    await worker.kill();
  }

  /** Lets the worker end its work, and starts none again. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.worker?.stop();
    await this.supervised;
  }

  private isStopping(): boolean {
    return this.stopping.signal.aborted;
  }

  private async supervise(): Promise<void> {
    while (!this.isStopping()) {
      const worker = await this.start().catch(() => undefined);
      if (worker) {
        this.readyAtMs.push(Date.now());
        this.worker = worker;
        if (this.isStopping()) await worker.stop();
        await worker.ended;
        const wasKilled = this.worker !== worker;
        this.worker = undefined;
        if (wasKilled || this.isStopping()) continue;
        this.endedAtWork++;
      }
      this.endedByItself++;
      await sleep(RESTART_AFTER_MS);
    }
  }
}
