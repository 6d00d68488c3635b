import type { ExportWindow } from './exportWindow.js';

/** Calendar days of a window, by its dates alone: needs no time-zone data, so workflows may use it. */
export function wholeDays(window: Pick<ExportWindow, 'from' | 'to'>): number {
  return Math.round((Date.parse(`${window.to}T00:00:00Z`) - Date.parse(`${window.from}T00:00:00Z`)) / 86_400_000);
}
