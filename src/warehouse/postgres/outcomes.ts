import type { WindowOutcome } from '../warehouse.js';
import type { Session } from './session.js';

/** Records how a window of an export ended; the last word counts. */
export async function recordOutcome(session: Session, outcome: WindowOutcome): Promise<void> {
  const { exportId, runId, windowId, seal, gaps } = outcome;
  await session.run(
    `INSERT INTO export_outcome (export_id, run_id, window_id, seal, gaps) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (export_id, run_id, window_id) DO UPDATE SET seal = excluded.seal, gaps = excluded.gaps`,
    [exportId, runId, windowId, seal, JSON.stringify(gaps)],
  );
}

/** How each window of an export's run ended, by window id. */
export async function outcomes(session: Session, exportId: string, runId: string): Promise<WindowOutcome[]> {
  const rows = await session.rows<{ windowId: string; seal: string | null; gaps: string }>(
    `SELECT window_id AS "windowId", seal, gaps FROM export_outcome WHERE export_id = $1 AND run_id = $2 ORDER BY window_id`,
    [exportId, runId],
  );
  return rows.map((row) => ({ ...row, exportId, runId, gaps: JSON.parse(row.gaps) as WindowOutcome['gaps'] }));
}
