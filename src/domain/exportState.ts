import { z } from 'zod';
import { PlannedWindow } from './exportSteps.js';
import { PlannedExport } from './plannedExport.js';
import { addChanges, TableChanges } from './rowChanges.js';

const Count = z.number().int().nonnegative();

/**
 * What an export carries from one run of its workflow to the next.
 *
 * A schema with a version, because a continued export may cross a deployment. Small: of windows, only those of a page or so that were read and not begun.
 */
export const ExportState = z.object({
  v: z.literal(1),
  organisationId: z.string(),
  startedAt: z.string(),
  range: z.object({ from: z.string(), to: z.string() }),
  planned: PlannedExport.nullable(),
  plan: z.object({ folder: z.string(), pages: Count, windows: Count }),
  /** Next page of the plan. */
  page: Count,
  /** Windows of earlier pages that have not begun, in their order. */
  left: z.array(PlannedWindow).default([]),
  done: Count,
  failed: Count,
  rows: z.record(z.string(), Count),
  /** What became of the rows, by table. */
  changes: TableChanges.default({}),
  calls: z.object({ made: Count, minimum: Count }),
  /** Longest window, in days, that Genesys took after it had refused a longer one. */
  longestDays: z.record(z.string(), z.number().int().positive()),
  paused: z.object({ reason: z.string(), since: z.string() }).nullable(),
  /** Milliseconds in which it stood still, paused by an operator or by itself. */
  stoodStillMs: z.number().nonnegative().default(0),
});
export type ExportState = z.infer<typeof ExportState>;

/** Adds how one window ended. Changes the state in place: one workflow owns it. */
export function addOutcome(
  state: ExportState,
  outcome: {
    rows: Readonly<Record<string, number>>;
    changes?: TableChanges;
    calls: { made: number; minimum: number };
  },
): void {
  for (const [table, rows] of Object.entries(outcome.rows)) state.rows[table] = (state.rows[table] ?? 0) + rows;
  state.changes = addChanges(state.changes, outcome.changes ?? {});
  state.calls.made += outcome.calls.made;
  state.calls.minimum += outcome.calls.minimum;
}
