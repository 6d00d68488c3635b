import { Failure } from '../domain/failure.js';
import { sha256Hex } from './canonicalJson.js';
import type { CustodyLedger, OpenSeal } from './custodyLedger.js';
import type { CustodyStore } from './custodyStore.js';

/**
 * Writes the seals that the ledger still holds the text of. Safe to repeat, and at once with others.
 *
 * @returns how many were written or found written.
 * @throws Failure `Conflict` naming the path where another seal stands already; `Corrupt` when the ledger's text does not have the
 *   ledger's hash.
 */
export async function writeSeals(
  store: CustodyStore,
  ledger: Pick<CustodyLedger, 'openSeals' | 'sealWritten'>,
): Promise<number> {
  let written = 0;
  for (const seal of await ledger.openSeals()) {
    if (seal.content === null) continue;
    await writeSeal(store, seal.path, seal.content, seal);
    await ledger.sealWritten(seal.path);
    written++;
  }
  return written;
}

async function writeSeal(store: CustodyStore, path: string, content: string, seal: OpenSeal): Promise<void> {
  const bytes = Buffer.from(content, 'utf8');
  if (sha256Hex(bytes) !== seal.sha256) {
    throw new Failure(
      'Corrupt',
      `the warehouse's text of ${path} does not have the hash ${seal.sha256} that was recorded with it; nothing was written; restore the warehouse or load the window again`,
    );
  }
  if ((await store.createOnce(path, bytes)) === 'created') return;
  const standing = await store.digest(path);
  if (standing?.sha256 === seal.sha256) return;
  throw new Failure(
    'Conflict',
    `${path} in ${store.location} holds another seal (${standing?.sha256 ?? 'gone since'}) than the warehouse's (${seal.sha256}); both are kept; the objects or the warehouse were restored from an older copy: load the window again`,
  );
}
