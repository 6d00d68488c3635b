import type { ChainLink } from './chain.js';
import { checkChain } from './checkChain.js';
import type { ChainHead } from './custodyLedger.js';
import type { CustodyStore } from './custodyStore.js';
import { Findings } from './findings.js';
import { Scratch } from './keyedRuns.js';
import { LandingWalk } from './landingWalk.js';
import { PurgeWalk } from './purgeWalk.js';
import { SealedDays } from './sealedDays.js';
import { SealWalk } from './sealWalk.js';
import { type PinnedKeys, SignatureWalk } from './signatureWalk.js';
import type { VerifyFacts } from './verifyFacts.js';
import type { VerifyReport } from './verifyReport.js';

const DIFFERENCES_SHOWN = 100;
/** Entries whose signatures are checked at once, while the next are read. */
const ENTRIES_AT_ONCE = 32;
const ENTRY_BYTES_AT_ONCE = 4 * 1024 * 1024;

export interface VerifyRequest {
  readonly store: CustodyStore;
  /** The warehouse, or null to check the objects alone. */
  readonly facts: VerifyFacts | null;
  /** Hash of an entry that the chain must have, from an earlier export's result: shows a cut tail without the warehouse. */
  readonly expectedHead?: string;
  /** The warehouse's head, where `facts` are not to be asked. */
  readonly knownHead?: ChainHead | null;
  /**
   * An entry that was verified before: only what comes after it is, with the seals and landings that later entries bind. Everything else
   * is as it was then, or is found by the next verification without this.
   */
  readonly after?: ChainHead;
  /** Keys of which one must have signed the chain, or vouched for the key that did. */
  readonly pinned?: PinnedKeys;
  readonly onProgress?: (checked: { objects: number; bytes: number }) => void;
}

/**
 * Recomputes every hash, walks the chain with its signatures, and recounts the rows; changes nothing.
 *
 * Each object is read once: first the chain, then the seals by path, then the landings by name. What has to be remembered in between is
 * sorted on the disk, so that memory grows with neither (`KeyedRuns`).
 *
 * @throws Failure `Blocked` when store or warehouse cannot be read at all.
 */
export async function verify(request: VerifyRequest): Promise<VerifyReport> {
  const scratch = new Scratch();
  try {
    return await walk(request, scratch);
  } finally {
    scratch.remove();
  }
}

async function walk(request: VerifyRequest, scratch: Scratch): Promise<VerifyReport> {
  const { store, facts, onProgress } = request;
  let objects = 0;
  let bytes = 0;
  const count = (more: number): void => {
    objects++;
    bytes += more;
    onProgress?.({ objects, bytes });
  };
  const digest = async (path: string): Promise<{ sha256: string; bytes: number } | null> => {
    const found = await store.digest(path);
    if (found !== null) count(found.bytes);
    return found;
  };
  const findings = new Findings();
  const days = new SealedDays(scratch, findings, facts !== null);
  for (const day of (await facts?.allCoverage()) ?? []) days.cover(day);
  const landings = new LandingWalk(scratch, digest, findings);
  const purges = new PurgeWalk(scratch, store);
  const seals = new SealWalk(scratch, store, findings, days, landings, purges, count);
  const { signatures, keys } = await walkChain(request, findings, { seals, purges, count });
  await seals.check({ exportsToo: request.after === undefined });
  await landings.check();
  if (facts !== null) await days.compare(facts);
  const differences = (await facts?.adherenceDifferences(DIFFERENCES_SHOWN)) ?? { count: 0, first: [] };
  const { windows, rounds, purged } = seals;
  const { broken } = findings;
  return { ok: broken.length === 0, windows, rounds, purged, objects, bytes, signatures, keys, broken, differences };
}

/** Walks the entries in their order; the seals that they bind are checked afterwards. */
async function walkChain(
  { store, facts, expectedHead, knownHead, after, pinned }: VerifyRequest,
  findings: Findings,
  { seals, purges, count }: { seals: SealWalk; purges: PurgeWalk; count: (bytes: number) => void },
): Promise<SignatureWalk> {
  const signed = new SignatureWalk(store, findings, pinned ?? { keyIds: [], publicKeys: [] });
  let links: ChainLink[] = [];
  let bytes = 0;
  let checking = Promise.resolve();
  const checkSignatures = async (): Promise<void> => {
    await checking;
    checking = signed.add(links);
    // Awaited with the next batch; until then a failure is nobody's.
    checking.catch(() => undefined);
    [links, bytes] = [[], 0];
  };
  if (after !== undefined) await signed.goOnAfter(after.seq);
  const known = knownHead ?? (await facts?.custodyHead()) ?? null;
  const heads = { known, expected: expectedHead ?? null, verified: after ?? null };
  for await (const step of checkChain(store, heads)) {
    if ('broken' in step) {
      findings.broken.push(step.broken);
      continue;
    }
    const { link } = step;
    count(link.bytes);
    for (const seal of link.entry?.seals ?? []) seals.add(seal, link.seq);
    await purges.add(link);
    links.push(link);
    bytes += link.bytes;
    if (links.length === ENTRIES_AT_ONCE || bytes > ENTRY_BYTES_AT_ONCE) await checkSignatures();
  }
  await checkSignatures();
  await checking;
  signed.end();
  return signed;
}
