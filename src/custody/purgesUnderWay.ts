import { PURGES_FOLDER, purgeCompletedPath, PurgeIntent, purgeIntentPath } from '../domain/purge.js';
import { Failure } from '../domain/failure.js';
import { type HoldingStore, readDocument } from './holdingStore.js';
import { readPurgedPage } from './purgePage.js';

const INTENT_PATH = /^seals\/purges\/([^/]+)\.json$/;
const LOOK_AGAIN_MS = 5000;

/** Purges that have begun to remove and not ended. */
export async function purgesUnderWay(store: HoldingStore): Promise<PurgeIntent[]> {
  const paths = new Set(await store.list(PURGES_FOLDER));
  const begun = [...paths].flatMap((path) => INTENT_PATH.exec(path)?.[1] ?? []);
  const underWay: PurgeIntent[] = [];
  for (const purgeId of begun) {
    if (paths.has(purgeCompletedPath(purgeId))) continue;
    const intent = PurgeIntent.safeParse(await readDocument(store, purgeIntentPath(purgeId))).data;
    if (intent !== undefined) underWay.push(intent);
  }
  return underWay;
}

/**
 * Makes sure that no purge takes the landings of a seal that has just been written.
 *
 * The same bytes may have been landed years ago, and a purge that removes them may not have seen the new seal. The order makes that
 * harmless: a purge writes its intent first and looks for newer seals then; here the seal is written first and the intents are read
 * then. Costs one listing where there was never a purge.
 *
 * @throws Failure `NotReady` while a purge is under way that names one of them; `Corrupt`, naming them, when they are gone: they are
 *   fetched again.
 */
export async function assertLandingsStay(
  store: HoldingStore,
  landings: readonly string[],
  nowMs: number,
): Promise<void> {
  if ((await store.list(PURGES_FOLDER)).length === 0) return;
  const named = new Set(landings);
  for (const { purgeId, pages } of await purgesUnderWay(store))
    for (let page = 0; page < pages; page++)
      for (const seal of (await readPurgedPage(store, purgeId, page)).seals)
        if (seal.landings.some(({ sha256 }) => named.has(sha256)))
          throw new Failure(
            'NotReady',
            `purge ${purgeId} may remove a landing that was landed anew; it goes on after that`,
            {
              retryAtMs: nowMs + LOOK_AGAIN_MS,
            },
          );
  const gone: string[] = [];
  for (const sha256 of named) if ((await store.protection(`landings/${sha256}`)) === null) gone.push(sha256);
  if (gone.length > 0)
    throw new Failure('Corrupt', `${gone.join(', ')} was purged while it was landed anew; it is fetched again`, {
      corrupt: gone,
    });
}
