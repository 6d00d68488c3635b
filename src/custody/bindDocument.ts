import type { ChainEntry } from '../domain/seal.js';
import type { CustodyStore } from './custodyStore.js';
import { readDocument } from './holdingStore.js';
import { sealDocument } from './sealDocument.js';

/**
 * Writes a document of custody's own and binds it, or binds the one that stands there already: an attempt before this one, or another
 * worker, wrote it at another instant.
 *
 * @throws Failure as `sealDocument`.
 */
export async function bindDocument(
  store: CustodyStore,
  { path, document, kind }: { path: string; document: { readonly at: string }; kind: ChainEntry['kind'] },
): Promise<void> {
  const standing = (await readDocument(store, path)) as { at: string } | null;
  const { at } = standing ?? document;
  await sealDocument(store, { path, document: standing ?? document, kind, at });
}
