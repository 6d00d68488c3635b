import type { State } from '@temporalio/worker';
import type { Logger } from '../telemetry/createLog.js';
import type { HealthAnswers, HealthReport } from '../telemetry/healthServer.js';
import { type LookState, type LookTimes, rememberedLook } from '../telemetry/rememberedLook.js';

/** What has to be there for work, besides this process. */
export type HealthPart = 'temporal' | 'genesys' | 'warehouse' | 'objects';

/** Whoever asks often costs a look every 10 s; a store that was away is seen again soon. */
const USUAL: LookTimes = { okForMs: 10_000, failedForMs: 5_000, withinMs: 3_000 };
/** A refused login is asked for at most once a minute: more would be attempts at guessing, to who is asked. */
const OF_LOGIN: LookTimes = { ...USUAL, failedForMs: 60_000 };

const ENDS: readonly State[] = ['STOPPING', 'DRAINING', 'DRAINED', 'STOPPED'];

/**
 * What a worker process knows of itself: told by those who start it, asked by `GET /healthz` and `GET /readyz`.
 *
 * Live: this process answers, and none of its workers has failed or ended without being told to. Ready: it takes work, and what it
 * needs was there a moment ago. A process that is still waiting for Genesys is live and not ready; one that drains is so too.
 */
export class WorkerHealth implements HealthAnswers {
  private readonly looks = new Map<HealthPart, () => Promise<string>>();
  private states: () => readonly State[] = () => [];
  private stopping = false;

  /**
   * @param needed what a process of this kind needs; each is `waiting` until `watch` tells how to look.
   * @param log where it says why, each time that a part comes to fail, and when it is there again: whoever asks is not told.
   */
  constructor(
    needed: readonly HealthPart[],
    private readonly log: Pick<Logger, 'info' | 'warn'>,
  ) {
    for (const part of needed) this.looks.set(part, () => Promise.resolve('waiting'));
  }

  /** How to look whether a part is there; it is asked at most every few seconds. Parts that are not needed are not asked. */
  watch(part: HealthPart, look: () => Promise<unknown>): void {
    if (!this.looks.has(part)) return;
    const changed = (state: LookState, why: string): void => {
      if (state === 'ok') this.log.info({ part }, `ready again: ${part}`);
      else this.log.warn({ part, state }, `not ready: ${part}: ${why}`);
    };
    this.looks.set(part, rememberedLook(look, part === 'genesys' ? OF_LOGIN : USUAL, changed));
  }

  /** Whose states tell whether work is done. */
  watchWorkers(states: () => readonly State[]): void {
    this.states = states;
  }

  /** From now on it ends what it has and takes nothing more. */
  drains(): void {
    this.stopping = true;
  }

  live(): HealthReport {
    const workers = this.workers();
    return { ok: workers !== 'failed', parts: { process: 'ok', workers } };
  }

  async ready(): Promise<HealthReport> {
    const looked = await Promise.all([...this.looks].map(async ([part, look]) => [part, await look()] as const));
    const parts = { workers: this.workers(), ...Object.fromEntries(looked) };
    return { ok: Object.values(parts).every((state) => state === 'ok'), parts };
  }

  private workers(): string {
    const states = this.states();
    if (states.some((state) => state === 'FAILED')) return 'failed';
    if (this.stopping) return 'draining';
    if (states.some((state) => ENDS.includes(state))) return 'failed';
    return states.length > 0 && states.every((state) => state === 'RUNNING') ? 'ok' : 'waiting';
  }
}
