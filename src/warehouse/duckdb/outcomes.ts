import type { DuckDBConnection } from '@duckdb/node-api';
import type { WindowOutcome } from '../warehouse.js';
import { rowsOf } from './rows.js';

/** Records how a window of an export ended; the last word counts. */
export async function recordOutcome(connection: DuckDBConnection, outcome: WindowOutcome): Promise<void> {
  const { exportId, runId, windowId, seal, gaps } = outcome;
  await connection.run(
    `INSERT INTO export_outcome VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (export_id, run_id, window_id) DO UPDATE SET seal = excluded.seal, gaps = excluded.gaps`,
    [exportId, runId, windowId, seal, JSON.stringify(gaps)],
  );
}

/** How each window of an export's run ended, by window id. */
export async function outcomes(
  connection: DuckDBConnection,
  exportId: string,
  runId: string,
): Promise<WindowOutcome[]> {
  const rows = await rowsOf<{ windowId: string; seal: string | null; gaps: string }>(
    connection,
    `SELECT window_id AS "windowId", seal, gaps FROM export_outcome WHERE export_id = ? AND run_id = ? ORDER BY window_id`,
    [exportId, runId],
  );
  return rows.map((row) => ({ ...row, exportId, runId, gaps: JSON.parse(row.gaps) as WindowOutcome['gaps'] }));
}
