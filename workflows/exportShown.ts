import { setCurrentDetails, setHandler } from '@temporalio/workflow';
import { describeProgress } from '../src/domain/describeProgress.js';
import type { ClosedGate, ExportProgress } from '../src/domain/exportProgress.js';
import type { Pause } from '../src/domain/exportSteps.js';
import type { ExportState } from '../src/domain/exportState.js';
import type { HistoryExportInput } from '../src/domain/historyExportInput.js';
import { progressOf } from '../src/domain/progressOf.js';
import { gateClosedSignal, progressQuery } from './messages.js';

/** An export as it is now. */
export interface ExportNow {
  /** Null before there is a plan. */
  readonly state: ExportState | null;
  /** Windows under way. */
  readonly running: number;
  readonly paused: Pause | null;
}

/** What an export shows of itself: its progress to whoever asks, and the details panel of the Temporal UI. */
export class ExportShown {
  private readonly gates = new Map<string, ClosedGate>();
  private standsStillSinceMs: number | null = null;

  constructor(
    private readonly request: HistoryExportInput,
    private readonly now: () => ExportNow,
  ) {}

  /** Answers from now on, and hears of gates that close. What came before, with a run's first task, is handled at once. */
  listen(): void {
    setHandler(progressQuery, () => this.progress());
    setHandler(gateClosedSignal, (gate) => {
      this.gates.set(gate.family, gate);
    });
  }

  /** Shows it as it is now. */
  show(): void {
    setCurrentDetails(describeProgress(this.request, this.progress()));
  }

  /** A pause began or ended: time in which it stands still is none of its pace. */
  pausesChanged(): void {
    const nowMs = Date.now();
    const { paused, state } = this.now();
    if (paused !== null) this.standsStillSinceMs ??= nowMs;
    else if (this.standsStillSinceMs !== null) {
      if (state) state.stoodStillMs += nowMs - this.standsStillSinceMs;
      this.standsStillSinceMs = null;
    }
    this.show();
  }

  private progress(): ExportProgress {
    const { state, running, paused } = this.now();
    return progressOf(state, { running, paused, gates: [...this.gates.values()] }, Date.now());
  }
}
