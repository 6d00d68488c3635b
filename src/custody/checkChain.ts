import { chainPath, readChain, type ChainLink } from './chain.js';
import type { ChainHead } from './custodyLedger.js';
import type { CustodyStore } from './custodyStore.js';
import type { Broken } from './verifyReport.js';

/** Heads that somebody outside the chain knows of, so that a cut tail shows. */
export interface KnownHeads {
  /** The warehouse's. The chain may be longer: an export can be killed between the entry and its record. */
  readonly known: ChainHead | null;
  /** Hash of any entry that must be in the chain. */
  readonly expected: string | null;
  /** An entry from which the walk goes on, because all up to it was verified before; null to begin with the first. */
  readonly verified?: ChainHead | null;
}

/**
 * Walks the chain: numbers without a hole, canonical form, each link to the entry before, and the heads known elsewhere.
 *
 * An altered entry is found by what the next one says of it, the newest by a known head; each file is reported once.
 */
export async function* checkChain(
  store: CustodyStore,
  heads: KnownHeads,
): AsyncGenerator<{ link: ChainLink } | { broken: Broken }> {
  const reported = new Set<string>();
  const { verified = null } = heads;
  let last: ChainLink | null = null;
  let expectedSeen = heads.expected === null;

  function* report(object: string, expected: string | null, actual: string | null): Generator<{ broken: Broken }> {
    if (reported.has(object)) return;
    reported.add(object);
    yield { broken: { kind: 'chain-broken', windowId: null, object, expected, actual } };
  }

  for await (const link of readChain(store, { afterSeq: (verified?.seq ?? 1) - 1 })) {
    yield* missingBetween(last?.seq ?? (verified?.seq ?? 1) - 1, link, report);
    if (link.seq === verified?.seq) {
      if (link.sha256 !== verified.sha256) yield* report(link.path, verified.sha256, link.sha256);
      last = link;
      continue;
    }
    if (link.problem !== null) yield* report(link.path, 'a canonical entry', link.problem);
    const said = link.entry?.previous ?? null;
    if (last?.seq === link.seq - 1 && link.entry !== null && said !== last.sha256) {
      yield* report(last.path, said, last.sha256);
    }
    if (link.seq === 1 && said !== null) yield* report(link.path, null, said);
    if (heads.known?.seq === link.seq && heads.known.sha256 !== link.sha256) {
      yield* report(link.path, heads.known.sha256, link.sha256);
    }
    expectedSeen ||= link.sha256 === heads.expected;
    yield { link };
    last = link;
  }
  if (heads.known !== null && (last?.seq ?? 0) < heads.known.seq) {
    yield* report(chainPath(heads.known.seq), heads.known.sha256, null);
  }
  if (verified !== null && last === null) yield* report(chainPath(verified.seq), verified.sha256, null);
  if (!expectedSeen) yield* report('chain', heads.expected, last?.sha256 ?? null);
}

/** A hole is reported by its first file, with the hash that the entry after it knows when the hole is one entry. */
function* missingBetween(
  lastSeq: number,
  next: ChainLink,
  report: (object: string, expected: string | null, actual: null) => Generator<{ broken: Broken }>,
): Generator<{ broken: Broken }> {
  const first = lastSeq + 1;
  if (next.seq <= first) return;
  const isOne = next.seq === first + 1;
  yield* report(chainPath(first), isOne ? (next.entry?.previous ?? 'an entry') : `${next.seq - first} entries`, null);
}
