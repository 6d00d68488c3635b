import type { ExportProgress } from '../domain/exportProgress.js';

/** An export's progress in one line, numbers with units. Gates that have opened since are left out. */
export function progressText(progress: ExportProgress, nowMs: number): string {
  const { windows } = progress;
  const rows = Object.values(progress.rows).reduce((sum, count) => sum + count, 0);
  const parts = [
    `${windows.done} of ${windows.total} windows`,
    `${windows.running} running`,
    `${rows.toLocaleString('en')} rows`,
    `${progress.calls} API calls`,
  ];
  if (windows.failed > 0) parts.push(`${windows.failed} with gaps`);
  if (progress.paused) parts.push(`paused: ${progress.paused.reason}`);
  for (const gate of progress.gates) {
    const waitMs = Date.parse(gate.until) - nowMs;
    if (waitMs > 0) parts.push(`${gate.family} waits ${duration(waitMs)}`);
  }
  if (progress.eta) parts.push(`about ${duration(Date.parse(progress.eta) - nowMs)} left`);
  return parts.join(' · ');
}

/** Milliseconds as people say them: `40 s`, `4 min 10 s`, `2 h 5 min`. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
