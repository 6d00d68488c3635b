import type { DuckDBConnection } from '@duckdb/node-api';
import type { CustodySeal } from '../warehouse.js';
import type { NewSeal } from '../windowSeal.js';
import { rowOf, rowsOf, type SqlValue } from './rows.js';

/** Adds a seal that is still to be written to the object store. The same seal twice is one; a known path with another hash throws. */
export async function addSeal(connection: DuckDBConnection, seal: NewSeal): Promise<void> {
  const known = await rowOf<{ sha256: string }>(connection, 'SELECT sha256 FROM custody_seal WHERE path = ?', [
    seal.path,
  ]);
  if (known?.sha256 === seal.sha256) return;
  await connection.run(
    'INSERT INTO custody_seal (path, window_id, number, sha256, content, chain_seq) VALUES (?, ?, ?, ?, ?, NULL)',
    [seal.path, seal.windowId, seal.number, seal.sha256, seal.content],
  );
}

/** Seals not yet written or not yet bound by the chain, oldest path first. */
export async function openSeals(connection: DuckDBConnection, path?: string): Promise<CustodySeal[]> {
  return await rowsOf<CustodySeal>(
    connection,
    `SELECT path, sha256, content, chain_seq AS "chainSeq" FROM custody_seal
     WHERE (content IS NOT NULL OR chain_seq IS NULL) AND (? IS NULL OR path = ?) ORDER BY path`,
    [path ?? null, path ?? null],
  );
}

/** The object store has the seal: its text is no longer needed here. */
export async function sealWritten(connection: DuckDBConnection, path: string): Promise<void> {
  await connection.run('UPDATE custody_seal SET content = NULL WHERE path = ? AND content IS NOT NULL', [path]);
}

/** Records which entry binds the seals, and the head, which only moves forward. To be called in a transaction. */
export async function sealsChained(
  connection: DuckDBConnection,
  paths: readonly string[],
  head: { seq: number; sha256: string },
): Promise<void> {
  const values: SqlValue[] = [head.seq, JSON.stringify(paths)];
  await connection.run(
    `UPDATE custody_seal SET chain_seq = ? WHERE path IN (SELECT unnest(from_json(CAST(? AS JSON), '["VARCHAR"]')))`,
    values,
  );
  await connection.run(
    `INSERT INTO custody_head VALUES (true, ?, ?)
     ON CONFLICT (one) DO UPDATE SET seq = excluded.seq, sha256 = excluded.sha256 WHERE excluded.seq >= custody_head.seq`,
    [head.seq, head.sha256],
  );
}

/** The newest entry of the chain that the warehouse was told of, so that a cut tail shows. */
export async function custodyHead(connection: DuckDBConnection): Promise<{ seq: number; sha256: string } | null> {
  return (await rowOf<{ seq: number; sha256: string }>(connection, 'SELECT seq, sha256 FROM custody_head')) ?? null;
}

/** The newest seal of a window whose text still waits to be written, or null. */
export async function unwrittenSeal(
  connection: DuckDBConnection,
  windowId: string,
): Promise<{ path: string; sha256: string; content: string } | null> {
  const seal = await rowOf<{ path: string; sha256: string; content: string | null }>(
    connection,
    'SELECT path, sha256, content FROM custody_seal WHERE window_id = ? ORDER BY number DESC LIMIT 1',
    [windowId],
  );
  return seal?.content ? { ...seal, content: seal.content } : null;
}

/** The number of a window's next seal, after those known here and those in the object store. */
export async function nextSealNumber(
  connection: DuckDBConnection,
  windowId: string,
  numbersTaken: readonly number[],
): Promise<number> {
  const known = await rowOf<{ number: number | null }>(
    connection,
    'SELECT max(number) AS number FROM custody_seal WHERE window_id = ?',
    [windowId],
  );
  return 1 + Math.max(known?.number ?? 0, ...numbersTaken);
}
