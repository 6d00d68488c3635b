import { rename } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { WorkflowNotFoundError } from '@temporalio/client';
import type { ExportRig } from '../support/exportRig.js';
import { holdWarehouse } from '../support/warehouseHolder.js';
import type { OwnTemporal } from './ownTemporal.js';
import { through } from './resultThrough.js';
import { CHAOS_KINDS, nameOf, type Strike } from './strikes.js';
import type { SupervisedWorker } from './supervisedWorker.js';

/** What a striker acts on. */
export interface Stage {
  readonly rig: ExportRig;
  readonly temporal: OwnTemporal;
  readonly worker: SupervisedWorker;
  readonly workflowId: string;
  readonly log: (line: string) => void;
}

/** Strikes as planned, each at its instant, until the export has ended; undoes what lasts. */
export class Striker {
  /** What struck, by name. */
  readonly struck: string[] = [];
  private readonly undoing = new Set<Promise<void>>();
  private readonly ended = new AbortController();

  constructor(private readonly stage: Stage) {}

  /** Strikes one after the other. @param startedAtMs when the export began, milliseconds since the epoch. */
  async strike(strikes: readonly Strike[], startedAtMs: number): Promise<void> {
    for (const strike of strikes) {
      await sleep(startedAtMs + strike.atMs - Date.now(), undefined, { signal: this.ended.signal }).catch(
        () => undefined,
      );
      if (this.ended.signal.aborted) return;
      this.stage.log(`${((Date.now() - startedAtMs) / 1000).toFixed(1).padStart(6)} s  ${JSON.stringify(strike)}`);
      this.struck.push(nameOf(strike));
      await this.once(strike);
    }
  }

  /** Strikes no more; settles once all that lasted has been undone. */
  async end(): Promise<void> {
    this.ended.abort();
    await Promise.all(this.undoing);
  }

  private async once(strike: Strike): Promise<void> {
    const { rig, temporal, worker } = this.stage;
    switch (strike.what) {
      case 'worker':
        return await worker.kill();
      case 'server':
        return await temporal.kill(strike.forMs);
      case 'fault': {
        const id = rig.simulator.addFault(strike.fault);
        if (strike.forMs !== undefined) this.later(strike.forMs, () => rig.simulator.removeFaults(id));
        return;
      }
      case 'gap':
        rig.simulator.addFault(strike.gap.fault);
        return;
      case 'chaos':
        rig.simulator.setChaos({ seed: strike.seed, rate: strike.rate, kinds: CHAOS_KINDS });
        return this.later(strike.forMs, () => rig.simulator.setChaos(null));
      case 'wrongSecret': {
        const id = rig.simulator.addFault({ kind: 'clientSecret', secret: 'another secret' });
        rig.simulator.addFault({ kind: 'tokenRevoked' });
        return this.later(strike.forMs, () => rig.simulator.removeFaults(id));
      }
      case 'objectsAway':
        await rename(rig.objects, `${rig.objects}-away`);
        return this.later(strike.forMs, () => rename(`${rig.objects}-away`, rig.objects));
      case 'locked':
        return await this.lock(strike.forMs);
      case 'pause':
        return this.beside(this.pause(strike.forMs));
    }
  }

  /** Has another process open the warehouse, as soon as the worker that made it has let go. */
  private async lock(forMs: number): Promise<void> {
    const holder = await holdWarehouse(this.stage.rig.warehousePath);
    this.stage.log(`        the warehouse is held by process ${holder.pid}`);
    this.later(forMs, () => holder.letGo());
  }

  private async pause(forMs: number): Promise<void> {
    const handle = this.stage.rig.client.workflow.getHandle(this.stage.workflowId);
    try {
      await through(() => handle.executeUpdate('pause', { args: [{ reason: 'month end' }] }));
      await this.pass(forMs);
      await through(() => handle.executeUpdate('resume'));
    } catch (error) {
      // It ended first.
      if (!(error instanceof WorkflowNotFoundError)) throw error;
    }
  }

  private later(ms: number, undo: () => unknown): void {
    this.beside(
      this.pass(ms).then(async () => {
        await undo();
      }),
    );
  }

  private beside(work: Promise<void>): void {
    const noted = work
      .catch((error: unknown) => {
        this.stage.log(`        FAILED: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
        this.struck.push('a strike that failed');
      })
      .finally(() => this.undoing.delete(noted));
    this.undoing.add(noted);
  }

  private async pass(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.ended.signal }).catch(() => undefined);
  }
}
