import {
  CancellationScope,
  condition,
  isCancellation,
  log,
  setCurrentDetails,
  workflowInfo,
} from '@temporalio/workflow';
import { describeSync } from '../src/domain/sync/describeSync.js';
import { type DueRound, dueRound } from '../src/domain/sync/dueRound.js';
import type { SyncGate } from '../src/domain/sync/gatedAnswer.js';
import { policyHash } from '../src/domain/sync/policyHash.js';
import { roundBackoffMs } from '../src/domain/sync/roundBackoff.js';
import { type BegunSync, isEnabled, type SyncCarried } from '../src/domain/sync/syncCarried.js';
import {
  hinted,
  hintsOfBoth,
  isFirstOfItsKind,
  NO_HINTS,
  type SyncCause,
  type SyncHints,
  trunkHintsOf,
} from '../src/domain/sync/syncHints.js';
import type { SyncPlan } from '../src/domain/sync/syncPlan.js';
import type { SyncPolicy } from '../src/domain/sync/syncPolicy.js';
import type { SyncState } from '../src/domain/sync/syncState.js';
import { syncStateOf } from '../src/domain/sync/syncStateOf.js';
import { failedWith } from './failedWith.js';
import { handleSyncMessages } from './handleSyncMessages.js';
import { planSync } from './planSync.js';
import { readTruth } from './readTruth.js';
import { mustSealFirst, RoundBook } from './roundBook.js';
import { problemOf } from './sendWrites.js';
import { syncOwnSteps } from './syncActivities.js';
import { SyncRound } from './syncRound.js';

/** Events after which a run begins no more rounds: far below 2,000. A signal may take four, a round of fifteen trunks some hundred. */
const EVENTS_A_RUN = 1000;

/** Events after which a round sends no more writes: the next run of the workflow sends them. */
const EVENTS_A_ROUND = 1700;

/** One run of the sync's workflow: its messages, its rounds, and what it hands to the next run. */
export class SyncRun {
  private readonly steps = syncOwnSteps();
  private readonly book: RoundBook;
  private isUnderWay = false;
  /** Counts what may bring the next round nearer. */
  private wakes = 0;

  constructor(
    readonly carried: SyncCarried,
    private readonly syncId: string,
  ) {
    this.book = new RoundBook(carried, syncId);
    handleSyncMessages(this);
  }

  /** Finds out whose sync it is and by which policy, however long that takes; nothing where an earlier run has. */
  async begin(policy: SyncPolicy | null, organisationId: string | null): Promise<void> {
    for (let failures = 1; this.carried.begun === null; failures++) {
      try {
        const beginning = await this.steps.beginSync.executeWithOptions({ summary: 'Read the policy' }, [
          { organisationId, syncId: this.syncId, policy },
        ]);
        this.carried.round = beginning.round;
        this.carried.enabledHash = beginning.enabledHash;
        this.carried.begun = {
          organisationId: beginning.organisationId,
          policy: beginning.policy,
          policyHash: policyHash(beginning.policy),
        };
        this.carried.problem = null;
        this.hint('start');
      } catch (error) {
        if (isCancellation(error) || failedWith(error, 'InvalidInput')) throw error;
        this.carried.problem = problemOf(error);
        this.changed();
        await condition(() => false, roundBackoffMs(failures));
      }
    }
  }

  /**
   * Runs rounds as they fall due, until the next run of the workflow is to go on.
   *
   * Nothing here goes by what time it is, only by timers that fired and messages that came: a query that reaches a worker which has
   * just taken the workflow over lets it see its latest events under the time of the task before, and what is decided by that time
   * then contradicts every later replay (decision 0030).
   */
  async rounds(): Promise<void> {
    this.changed();
    while (!isFull(EVENTS_A_RUN)) {
      // A cancel that came during a round has let it end.
      if (CancellationScope.current().consideredCancelled) await CancellationScope.current().cancelRequested;
      if (this.carried.paused !== null) {
        await condition(() => this.carried.paused === null || isFull(EVENTS_A_RUN));
        continue;
      }
      const due = this.due();
      const seen = this.wakes;
      const waitMs = Math.max(1, due.atMs - Date.now());
      if (await condition(() => this.wakes !== seen || isFull(EVENTS_A_RUN), waitMs)) continue;
      await CancellationScope.nonCancellable(() => this.round(due, CancellationScope.current().parent));
    }
  }

  state(): SyncState {
    const isKnown = this.carried.begun !== null && !this.isUnderWay;
    return syncStateOf(this.carried, isKnown ? this.due() : null, Date.now());
  }

  hint(cause: SyncCause): void {
    const { hints } = this.carried;
    this.carried.hints = hinted(hints, cause, Date.now());
    // Later ones of a kind bring the round no nearer.
    if (isFirstOfItsKind(hints, this.carried.hints)) this.wake();
  }

  wake(): void {
    this.wakes++;
  }

  changed(): void {
    setCurrentDetails(describeSync(this.state()));
  }

  async plan(): Promise<SyncPlan> {
    const { carried, syncId } = this;
    return await planSync({ carried, begun: this.begun, syncId, gateMet: (gate) => this.gateMet(gate) });
  }

  async sealEnabled({ organisationId, policy, policyHash: hash }: BegunSync): Promise<void> {
    await this.steps.sealSyncEnabled.executeWithOptions({ summary: 'Seal that this policy may write' }, [
      { organisationId, syncId: this.syncId, policy, policyHash: hash, at: new Date().toISOString() },
    ]);
  }

  private get begun(): BegunSync {
    if (this.carried.begun === null) throw new Error('the sync has not begun');
    return this.carried.begun;
  }

  private due(): DueRound {
    const { memory, hints, gates, lastFullMs, notBeforeMs } = this.carried;
    const { policy } = this.begun;
    return dueRound({ policy, memory, hints, gates, lastFullMs, notBeforeMs, nowMs: Date.now() });
  }

  /** One round: reads, decides, writes, seals. Ends, whatever happens; what it could not heed is there for the next one. */
  private async round(due: DueRound, around: CancellationScope | undefined): Promise<void> {
    const { carried, begun, syncId } = this;
    const { taken, left } =
      due.kind === 'full' ? { taken: carried.hints, left: NO_HINTS } : trunkHintsOf(carried.hints);
    const startedMs = Date.now();
    carried.hints = left;
    this.isUnderWay = true;
    try {
      const answer = await readTruth({
        organisationId: begun.organisationId,
        syncId,
        policy: begun.policy,
        sites: carried.sites,
        known: due.kind === 'full' ? null : carried.known,
        lane: due.lane,
      });
      if ('gate' in answer) {
        this.giveBack(taken);
        this.gateMet(answer.gate);
        return;
      }
      // Another policy came while this one's truth was read.
      if (carried.begun !== begun) return;
      const readMs = Date.parse(answer.value.readAt);
      carried.gates = carried.gates.filter(({ untilMs }) => untilMs > readMs);
      const result = await new SyncRound({
        organisationId: begun.organisationId,
        syncId,
        policy: begun.policy,
        memory: carried.memory,
        reads: answer.value,
        nowMs: readMs,
        enabled: isEnabled(carried),
        approved: carried.approved,
        isOver: () => this.isOver(begun, around),
        gateOf: (family) => this.gateOf(family),
        gateMet: (gate) => this.gateMet(gate),
      }).run();
      if (carried.begun === begun) {
        carried.memory = result.memory;
        carried.known = result.known;
        carried.sites = answer.value.sites;
        if (due.kind === 'full') carried.lastFullMs = readMs;
      }
      carried.notBeforeMs = null;
      await this.book.enter(result, { begun, startedMs, taken, timer: due.kind === 'full' });
    } catch (error) {
      this.failed(taken, error);
    } finally {
      this.isUnderWay = false;
      this.changed();
    }
  }

  /** Nothing was decided: soon again, and ever later. */
  private failed(taken: SyncHints, error: unknown): void {
    const { carried } = this;
    this.giveBack(taken);
    carried.failures++;
    carried.notBeforeMs = Date.now() + roundBackoffMs(carried.failures);
    carried.problem = problemOf(error);
    log.warn('a round could not be decided; it is tried again', { problem: carried.problem });
  }

  private giveBack(taken: SyncHints): void {
    this.carried.hints = hintsOfBoth(taken, this.carried.hints);
  }

  private isOver(begun: BegunSync, around: CancellationScope | undefined): boolean {
    const { carried } = this;
    const isStopped = around?.consideredCancelled === true || carried.paused !== null || carried.begun !== begun;
    return isStopped || mustSealFirst(carried) || isFull(EVENTS_A_ROUND);
  }

  /** The gate that was closed for a family when the round began, or that it met. */
  private gateOf(family: string): SyncGate | null {
    return this.carried.gates.find((gate) => gate.family === family || gate.family === 'token') ?? null;
  }

  private gateMet(gate: SyncGate): void {
    const before = this.carried.gates.find(({ family }) => family === gate.family);
    const others = this.carried.gates.filter(({ family }) => family !== gate.family);
    this.carried.gates = [...others, before && before.untilMs > gate.untilMs ? before : gate];
  }
}

function isFull(events: number): boolean {
  const { historyLength, continueAsNewSuggested } = workflowInfo();
  return historyLength > events || continueAsNewSuggested;
}
