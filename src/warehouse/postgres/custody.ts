import type { CustodySeal } from '../warehouse.js';
import type { NewSeal } from '../windowSeal.js';
import type { Session } from './session.js';

/** Adds a seal that is still to be written to the object store. The same seal twice is one; a known path with another hash throws. */
export async function addSeal(session: Session, seal: NewSeal): Promise<void> {
  const known = await session.row<{ sha256: string }>('SELECT sha256 FROM custody_seal WHERE path = $1', [seal.path]);
  if (known?.sha256 === seal.sha256) return;
  await session.run(
    'INSERT INTO custody_seal (path, window_id, number, sha256, content, chain_seq) VALUES ($1, $2, $3, $4, $5, NULL)',
    [seal.path, seal.windowId, seal.number, seal.sha256, seal.content],
  );
}

/** Seals not yet written or not yet bound by the chain, oldest path first. */
export async function openSeals(session: Session, path?: string): Promise<CustodySeal[]> {
  return await session.rows<CustodySeal>(
    `SELECT path, sha256, content, chain_seq AS "chainSeq" FROM custody_seal
     WHERE (content IS NOT NULL OR chain_seq IS NULL) AND ($1::text IS NULL OR path = $1) ORDER BY path`,
    [path ?? null],
  );
}

/** The object store has the seal: its text is no longer needed here. */
export async function sealWritten(session: Session, path: string): Promise<void> {
  await session.run('UPDATE custody_seal SET content = NULL WHERE path = $1 AND content IS NOT NULL', [path]);
}

/** Records which entry binds the seals, and the head, which only moves forward. */
export async function sealsChained(
  session: Session,
  paths: readonly string[],
  head: { seq: number; sha256: string },
): Promise<void> {
  await session.run('UPDATE custody_seal SET chain_seq = $1 WHERE path = ANY($2::text[])', [head.seq, paths]);
  await session.run(
    `INSERT INTO custody_head (one, seq, sha256) VALUES (true, $1, $2)
     ON CONFLICT (one) DO UPDATE SET seq = excluded.seq, sha256 = excluded.sha256 WHERE excluded.seq >= custody_head.seq`,
    [head.seq, head.sha256],
  );
}

/** The newest entry of the chain that the warehouse was told of, so that a cut tail shows. */
export async function custodyHead(session: Session): Promise<{ seq: number; sha256: string } | null> {
  return (await session.row<{ seq: number; sha256: string }>('SELECT seq, sha256 FROM custody_head')) ?? null;
}

/** The newest seal of a window whose text still waits to be written, or null. */
export async function unwrittenSeal(
  session: Session,
  windowId: string,
): Promise<{ path: string; sha256: string; content: string } | null> {
  const seal = await session.row<{ path: string; sha256: string; content: string | null }>(
    'SELECT path, sha256, content FROM custody_seal WHERE window_id = $1 ORDER BY number DESC LIMIT 1',
    [windowId],
  );
  return seal?.content ? { ...seal, content: seal.content } : null;
}

/** The number of a window's next seal, after those known here and those in the object store. */
export async function nextSealNumber(
  session: Session,
  windowId: string,
  numbersTaken: readonly number[],
): Promise<number> {
  const known = await session.row<{ number: number | null }>(
    'SELECT max(number) AS number FROM custody_seal WHERE window_id = $1',
    [windowId],
  );
  return 1 + Math.max(known?.number ?? 0, ...numbersTaken);
}
