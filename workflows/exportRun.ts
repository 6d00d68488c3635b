import { condition, patched, workflowInfo } from '@temporalio/workflow';
import type { ExportWindowInput, PlannedWindow, WindowResult } from '../src/domain/exportSteps.js';
import { addOutcome, type ExportState } from '../src/domain/exportState.js';
import { windowId } from '../src/domain/exportWindow.js';
import type { HistoryExportInput } from '../src/domain/historyExportInput.js';
import type { HistoryExportResult } from '../src/domain/historyExportResult.js';
import { wholeDays } from '../src/domain/wholeDays.js';
import { ExportPauses } from './exportPauses.js';
import { ExportShown } from './exportShown.js';
import { planHistory } from './planHistory.js';
import { activitiesOf, type QueuedActivities } from './policies.js';
import { StoppedWindows } from './stoppedWindows.js';
import { WindowPool } from './windowPool.js';

/**
 * Events after which a run begins no more windows and hands over to the next when those under way have ended.
 *
 * A window makes six, up to three times that when it is halved or was another export's: with all 64 places taken, a run stays under
 * 2,000.
 */
const EVENTS_A_RUN = 800;

/** One run of an export's workflow: its messages, its windows and its own activities. */
export class ExportRun {
  private readonly info = workflowInfo();
  private readonly impatient: QueuedActivities;
  private readonly probing: QueuedActivities;
  private readonly shown: ExportShown;
  private readonly pauses: ExportPauses;
  private readonly pool: WindowPool;
  private readonly stopped = new StoppedWindows();
  private readonly holdsSteps: boolean;
  private state: ExportState | undefined;

  constructor(
    private readonly request: HistoryExportInput,
    continued: ExportState | undefined,
  ) {
    this.state = continued;
    // Runs that began before steps could be held go on as they did. To be dropped once none of them runs any more.
    this.holdsSteps = patched('holds-steps');
    const cancelled = this.holdsSteps ? 'awaited' : 'leftAlone';
    this.impatient = activitiesOf(this.info.taskQueue, 'impatient', request.lane, cancelled);
    this.probing = activitiesOf(this.info.taskQueue, 'probing', request.lane, cancelled);
    this.pauses = new ExportPauses(() => this.pool, {
      changed: () => this.shown.pausesChanged(),
      pausedBefore: continued?.paused ?? null,
      holdsSteps: this.holdsSteps,
    });
    this.pool = new WindowPool({
      maxParallelWindows: request.maxParallelWindows,
      takesOthers: request.reload === 'missing' || request.reload === 'provisional',
      isPaused: () => this.pauses.current !== null,
      isFull: () => isFull(),
      nextPage: () => this.nextPage(),
      inputFor: (planned) => this.inputFor(planned),
      awaitOther: (planned) => this.awaitOther(planned),
      split: (planned, refused) => this.split(planned, refused),
      tooLong: (window) => wholeDays(window) > (this.begun.longestDays[window.dataset] ?? Infinity),
      begun: (id) => this.pauses.windowBegun(id),
      ended: (result) => this.ended(result),
      failed: (planned, reason, message) => this.failed(planned, reason, message),
    });
    this.shown = new ExportShown(request, () => ({
      state: this.state ?? null,
      running: this.pool.size,
      paused: this.pauses.current,
    }));
    this.pauses.listen();
    this.shown.listen();
  }

  /** Reads the organisation's structure and plans, unless an earlier run of the workflow has. */
  async begin(): Promise<ExportState> {
    if (this.state) return this.state;
    this.state = await planHistory(this.request, {
      exportId: this.info.workflowId,
      runId: this.runId,
      own: (step) => this.own(step),
    });
    this.shown.show();
    return this.state;
  }

  /**
   * Runs windows of the plan until all have ended, or until the next run of the workflow is to go on with those left in the state.
   *
   * @returns whether all have ended.
   */
  async runWindows(): Promise<boolean> {
    const state = this.begun;
    state.left = [...(await this.pool.run(state.left))];
    state.paused = this.pauses.byOperator;
    return state.left.length === 0 && state.page === state.plan.pages;
  }

  /** Seals what the export did and binds it to the organisation's chain. */
  async end(): Promise<HistoryExportResult> {
    await this.pauses.whilePaused();
    const state = this.begun;
    const sealed = await this.own((activities) =>
      activities.warehouse.sealExport.executeWithOptions({ summary: 'Seal the export and append to the chain' }, [
        {
          organisationId: state.organisationId,
          exportId: this.info.workflowId,
          runId: this.runId,
          request: { ...this.request, ...state.range },
          startedAt: state.startedAt,
          rows: state.rows,
          changes: state.changes,
          planFolder: state.plan.folder,
          windowsPlanned: state.plan.windows,
        },
      ]),
    );
    this.shown.show();
    return {
      ...sealed,
      range: state.range,
      windows: state.done,
      rows: state.rows,
      changes: state.changes,
      calls: state.calls,
      seconds: Math.round((Date.now() - Date.parse(state.startedAt)) / 100) / 10,
      planned: state.planned,
    };
  }

  /**
   * What a cancelled export does before it ends: waits for its windows, and lets the owner of the warehouse take back what it had
   * marked. Where no owner answers, it ends without.
   */
  async abandon(): Promise<void> {
    if (!this.holdsSteps) return;
    await condition(() => this.pool.size === 0);
    const { exceptions, actuals } = this.request;
    await this.stopped.abandon(this.info.taskQueue, {
      organisationId: this.state?.organisationId ?? null,
      exportId: this.info.workflowId,
      runId: this.runId,
      settings: { exceptions, actuals },
    });
    this.shown.show();
  }

  private get begun(): ExportState {
    if (!this.state) throw new Error('the export has no plan yet');
    return this.state;
  }

  private get runId(): string {
    return this.info.firstExecutionRunId;
  }

  private own<T>(step: (activities: QueuedActivities) => Promise<T>): Promise<T> {
    return this.pauses.outlast(
      () => step(this.impatient),
      () => step(this.probing),
    );
  }

  private async nextPage(): Promise<PlannedWindow[] | null> {
    const state = this.begun;
    if (state.page >= state.plan.pages) return null;
    const { folder, pages } = state.plan;
    const windows = await this.own((activities) =>
      activities.main.planPage.executeWithOptions({ summary: `Read page ${state.page + 1} of ${pages} of the plan` }, [
        { organisationId: state.organisationId, exportId: this.info.workflowId, folder, page: state.page },
      ]),
    );
    state.page++;
    return windows;
  }

  private inputFor({ window, label, kept }: PlannedWindow): ExportWindowInput {
    return {
      v: 1,
      organisationId: this.begun.organisationId,
      exportId: this.info.workflowId,
      runId: this.runId,
      label,
      window,
      exceptions: this.request.exceptions,
      actuals: this.request.actuals,
      lane: this.request.lane,
      force: this.request.reload === 'force',
      endsSteps: true,
      ...(kept && { kept }),
    };
  }

  private async awaitOther(planned: PlannedWindow): Promise<WindowResult | null> {
    const input = this.inputFor(planned);
    const other = await this.own((activities) =>
      activities.main.awaitWindow.executeWithOptions(
        { summary: `See what another export brings of ${planned.label}` },
        [input, this.begun.startedAt],
      ),
    );
    if (other.ended === 'nothing') return null;
    await this.own((activities) => activities.warehouse.adoptWindow({ input, result: other.result }));
    return other.result;
  }

  private async split(planned: PlannedWindow, refused: boolean): Promise<readonly PlannedWindow[] | null> {
    const halves = await this.own((activities) =>
      activities.main.splitWindow.executeWithOptions({ summary: `Halve ${planned.label}` }, [
        { organisationId: this.begun.organisationId, exportId: this.info.workflowId, planned },
      ]),
    );
    if (!halves) return null;
    const { longestDays, plan } = this.begun;
    if (refused) {
      const longest = Math.max(...halves.map(({ window }) => wholeDays(window)));
      longestDays[planned.window.dataset] = Math.min(longest, longestDays[planned.window.dataset] ?? longest);
    }
    plan.windows += halves.length - 1;
    return halves;
  }

  private ended(result: WindowResult): void {
    const state = this.begun;
    addOutcome(state, result);
    state.done++;
    if (result.gaps.length > 0) state.failed++;
    this.pauses.windowEnded(result.windowId);
    this.shown.show();
  }

  private async failed(planned: PlannedWindow, reason: string, message: string): Promise<void> {
    const state = this.begun;
    const gap = {
      dataset: planned.window.dataset,
      managementUnitId: planned.window.managementUnitId,
      from: planned.window.from,
      to: planned.window.to,
      reason,
      message: message.slice(0, 400),
    };
    this.pauses.windowEnded(windowId(planned.window));
    await this.own((activities) =>
      activities.warehouse.recordGap.executeWithOptions({ summary: `Record a gap: ${planned.label}` }, [
        { input: this.inputFor(planned), gap },
      ]),
    );
    state.done++;
    state.failed++;
    this.shown.show();
  }
}

function isFull(): boolean {
  const { historyLength, continueAsNewSuggested } = workflowInfo();
  return historyLength > EVENTS_A_RUN || continueAsNewSuggested;
}
