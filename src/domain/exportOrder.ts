import type { DatasetName, ExportWindow } from './exportWindow.js';

/** What decides when a window may start. */
export type WindowSpan = Pick<ExportWindow, 'dataset' | 'startAt' | 'endAt'>;

/**
 * A whole export's windows in the order in which they are handed out: by time, so that years are done one after the other.
 *
 * Every adherence window that touches the days of an occupancy window (of any unit, in UTC) comes before it, because adherence
 * names the users that occupancy asks for. Adherence and schedules stand at their start, occupancy at its end; at one instant
 * occupancy comes first, as half-open windows that meet do not touch. Ties go by management unit, then dates, so the order is total.
 *
 * Cut into pages, the adherence windows that touch an occupancy window are on its page or on an earlier one. Keep the plan between
 * pages: made anew, it would lack the days loaded meanwhile.
 */
export function exportOrder(windows: readonly ExportWindow[]): ExportWindow[] {
  return windows
    .map((window) => ({ window, key: orderKey(window) }))
    .sort((a, b) => compareText(a.key, b.key))
    .map(({ window }) => window);
}

/**
 * Index of the first pending window that may start now, or null when all have to wait.
 *
 * Adherence and schedules always may. Occupancy may when no adherence window that touches its days, of any unit, is running or pending. While
 * nothing runs, something may always start, in whatever order `pending` is. Windows of earlier pages that still run belong in
 * `running`.
 */
export function nextStartable(pending: readonly WindowSpan[], running: readonly WindowSpan[]): number | null {
  const adherence = [...pending, ...running].filter((window) => window.dataset === 'adherence').map(spanMs);
  const index = pending.findIndex((window) => {
    if (window.dataset !== 'occupancy') return true;
    const days = spanMs(window);
    return !adherence.some((other) => other.startMs < days.endMs && days.startMs < other.endMs);
  });
  return index === -1 ? null : index;
}

/** Which comes first at one instant. */
const RANK: Readonly<Record<DatasetName, string>> = { occupancy: '0', adherence: '1', schedules: '2' };

/** Sorts as text: an instant of fixed width, what stands first there, then what makes it unique. */
function orderKey(window: ExportWindow): string {
  const at = window.dataset === 'occupancy' ? window.endAt : window.startAt;
  const rank = RANK[window.dataset];
  const unique = `${window.managementUnitId} ${window.from} ${window.to}`;
  return `${new Date(at).toISOString()} ${rank} ${unique}`;
}

function spanMs(window: WindowSpan): { startMs: number; endMs: number } {
  return { startMs: Date.parse(window.startAt), endMs: Date.parse(window.endAt) };
}

/** By code units: the same on every machine, whatever its locale. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
