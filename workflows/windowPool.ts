import {
  CancellationScope,
  type ChildWorkflowHandle,
  ChildWorkflowCancellationType,
  condition,
  ParentClosePolicy,
  startChild,
  TemporalFailure,
  TerminatedFailure,
  TimeoutFailure,
  ChildWorkflowFailure,
  WorkflowIdReusePolicy,
} from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import type { ExportWindowInput, PlannedWindow, WindowResult } from '../src/domain/exportSteps.js';
import { type ExportWindow, windowId } from '../src/domain/exportWindow.js';
import { nextStartable } from '../src/domain/exportOrder.js';
import type { exportWindow } from './exportWindow.js';
import type { FailureName } from '../src/domain/failure.js';
import { applicationFailure, failedWith, refusedAsTooLarge } from './failedWith.js';

/** What the pool asks of the export that owns it. */
export interface PoolOwner {
  readonly maxParallelWindows: number;
  isPaused(): boolean;
  /** Whether this run of the workflow is to begin no more windows, because its history has grown. */
  isFull(): boolean;
  /** The windows of the plan's next page, or null after its last. */
  nextPage(): Promise<readonly PlannedWindow[] | null>;
  inputFor(planned: PlannedWindow): ExportWindowInput;
  /** Whether a window that another export brought since this one began counts as brought. */
  readonly takesOthers: boolean;
  /** What another export's run of the window brought since this export began, awaited while it runs; null when nothing. */
  awaitOther(planned: PlannedWindow): Promise<WindowResult | null>;
  /** The two halves of a window that brought nothing whole; null for one day. `refused`: so are all windows as long. */
  split(planned: PlannedWindow, refused: boolean): Promise<readonly PlannedWindow[] | null>;
  /** Whether a window is longer than what Genesys took after it had refused a longer one. */
  tooLong(window: ExportWindow): boolean;
  /** A window's child runs, and hears what it is told. */
  begun(id: string): void;
  ended(result: WindowResult): void;
  failed(planned: PlannedWindow, reason: string, message: string): Promise<void>;
}

/** Runs windows as children, a bounded number at once, each when what it needs has ended. */
export class WindowPool {
  private readonly running = new Map<string, PlannedWindow>();
  private readonly handles = new Map<string, ChildWorkflowHandle<typeof exportWindow>>();
  private pending: PlannedWindow[] = [];
  private morePages = true;
  private broken: { error: unknown } | undefined;

  constructor(private readonly owner: PoolOwner) {}

  /** Windows under way. */
  get size(): number {
    return this.running.size;
  }

  /** Windows whose children run. */
  get begun(): readonly string[] {
    return [...this.handles.keys()];
  }

  /** The child that exports a window, while it runs. */
  handle(id: string): ChildWorkflowHandle<typeof exportWindow> | undefined {
    return this.handles.get(id);
  }

  /**
   * Runs these windows and those of the pages that follow to their ends, until there are no more or this run is full.
   *
   * A page is read before the windows of the last one run out, so that places are free only while nothing may start.
   *
   * @returns the windows that were not begun; none when the plan is done.
   */
  async run(windows: readonly PlannedWindow[]): Promise<readonly PlannedWindow[]> {
    this.pending = [...windows];
    for (;;) {
      await condition(
        () => this.broken !== undefined || this.hasEnded() || this.mayReadPage() || this.startable() !== null,
      );
      if (this.broken) throw this.broken.error;
      if (this.hasEnded()) return this.pending;
      if (this.mayReadPage()) {
        await this.readPage();
        continue;
      }
      const [planned] = this.pending.splice(this.startable() ?? this.pending.length, 1);
      if (planned) this.start(planned);
    }
  }

  private hasEnded(): boolean {
    return this.running.size === 0 && (this.owner.isFull() || (this.pending.length === 0 && !this.morePages));
  }

  /** Whether the windows read may be too few for the places that become free. */
  private mayReadPage(): boolean {
    return this.morePages && this.pending.length < this.owner.maxParallelWindows && !this.beginsNone();
  }

  private beginsNone(): boolean {
    return this.owner.isPaused() || this.owner.isFull();
  }

  private async readPage(): Promise<void> {
    const page = await this.owner.nextPage();
    if (page) this.pending.push(...page);
    else this.morePages = false;
  }

  private startable(): number | null {
    if (this.beginsNone() || this.running.size >= this.owner.maxParallelWindows) return null;
    return nextStartable(
      this.pending.map(({ window }) => window),
      [...this.running.values()].map(({ window }) => window),
    );
  }

  private start(planned: PlannedWindow): void {
    const id = windowId(planned.window);
    this.running.set(id, planned);
    this.toItsEnd(planned, id)
      .catch((error: unknown) => {
        this.broken ??= { error };
      })
      .finally(() => {
        this.running.delete(id);
        this.handles.delete(id);
      });
  }

  private async toItsEnd(planned: PlannedWindow, id: string): Promise<void> {
    if (this.owner.tooLong(planned.window) && (await this.halve(planned, true))) return;
    // Another export may have brought the window since this one was planned: an id that was used before is looked at first.
    let usedBefore = this.owner.takesOthers
      ? WorkflowIdReusePolicy.REJECT_DUPLICATE
      : WorkflowIdReusePolicy.ALLOW_DUPLICATE;
    for (;;) {
      try {
        const handle = await startChild<typeof exportWindow>('exportWindow', {
          args: [this.owner.inputFor(planned)],
          workflowId: id,
          workflowIdReusePolicy: usedBefore,
          parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
          cancellationType: ChildWorkflowCancellationType.WAIT_CANCELLATION_COMPLETED,
          staticSummary: planned.label,
        });
        this.handles.set(id, handle);
        this.owner.begun(id);
        this.owner.ended(await handle.result());
        return;
      } catch (error) {
        if (CancellationScope.current().consideredCancelled) throw error;
        if (error instanceof WorkflowExecutionAlreadyStartedError) {
          const other = await this.owner.awaitOther(planned);
          if (other !== null) {
            this.owner.ended(other);
            return;
          }
          usedBefore = WorkflowIdReusePolicy.ALLOW_DUPLICATE;
          continue;
        }
        if (failedWith(error, 'TooLarge') && (await this.halve(planned, refusedAsTooLarge(error)))) return;
        await this.owner.failed(planned, reasonOf(error), messageOf(error));
        return;
      }
    }
  }

  private async halve(planned: PlannedWindow, refused: boolean): Promise<boolean> {
    const halves = await this.owner.split(planned, refused);
    if (!halves) return false;
    this.pending.unshift(...halves);
    return true;
  }
}

function reasonOf(error: unknown): string {
  const failure = applicationFailure(error);
  if (failure?.type) return failure.type;
  if (timedOut(error)) return 'Transient' satisfies FailureName;
  return error instanceof ChildWorkflowFailure && error.cause instanceof TerminatedFailure ? 'Terminated' : 'Cancelled';
}

function messageOf(error: unknown): string {
  const failure = applicationFailure(error);
  if (failure) return failure.message;
  if (timedOut(error)) return 'a step did not get through in three days; start the export again to fill it';
  return 'the window was stopped by an operator; start the export again to fill it';
}

function timedOut(error: unknown): boolean {
  return error instanceof TimeoutFailure || (error instanceof TemporalFailure && timedOut(error.cause));
}
