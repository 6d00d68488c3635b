import { setTimeout as pause } from 'node:timers/promises';
import { Failure } from '../domain/failure.js';
import { appendAfter, chainPath, readChain, readLink, type NewEntry } from './chain.js';
import type { ChainHead, CustodyLedger, OpenSeal } from './custodyLedger.js';
import type { CustodyStore } from './custodyStore.js';
import { writeSeals } from './writeSeals.js';

const MAX_TAKEN = 500;

/** Years of exports fit; more seals than these get several entries, so that whoever verifies need not hold one that is huge. */
const MAX_SEALS_AN_ENTRY = 50_000;

/**
 * Binds every seal that no entry binds yet, also those that killed exports left, with one entry of the chain.
 *
 * Safe to repeat after a crash at any point: first the ledger is told of entries that it does not know, so no seal is bound twice.
 * More seals than `MAX_SEALS_AN_ENTRY` get several entries. When two do this at once, the slower finds its seals bound and adds an entry for the rest only, or none.
 *
 * @returns the head afterwards; null when there was never anything to bind.
 * @throws Failure `Blocked` when the chain has lost the entry that the ledger knows as its head: going on would hide the loss.
 *   `Conflict`, `Corrupt` as `writeSeals`.
 */
export async function bindSeals(
  store: CustodyStore,
  ledger: CustodyLedger,
  entry: Pick<NewEntry, 'kind' | 'at'>,
): Promise<(ChainHead & { path: string }) | null> {
  for (let taken = 0; taken < MAX_TAKEN; taken++) {
    await writeSeals(store, ledger);
    const head = await reconcile(store, ledger);
    const unbound = (await ledger.openSeals()).filter((seal) => seal.chainSeq === null && seal.content === null);
    if (unbound.length === 0) return head && { ...head, path: chainPath(head.seq) };

    const seals = unbound.slice(0, MAX_SEALS_AN_ENTRY).map(({ path, sha256 }) => ({ path, sha256 }));
    const added = await appendAfter(store, head, { ...entry, seals });
    if (added !== null) {
      await ledger.sealsChained(
        seals.map((seal) => seal.path),
        { seq: added.seq, sha256: added.sha256 },
      );
      if (seals.length === unbound.length) return added;
      continue;
    }
    await pause(Math.min(taken, 20));
  }
  throw new Failure(
    'Conflict',
    `others added to the chain in ${store.location} faster, ${MAX_TAKEN} times in a row; every seal is kept; try again`,
  );
}

/** Tells the ledger of entries newer than its head, and returns the chain's head. */
async function reconcile(store: CustodyStore, ledger: CustodyLedger): Promise<ChainHead | null> {
  let head = await ledger.custodyHead();
  if (head !== null) await assertStands(store, head);
  const open = new Map((await ledger.openSeals()).map((seal) => [seal.path, seal]));
  for await (const link of readChain(store, { afterSeq: head?.seq ?? 0 })) {
    if (link.entry === null || link.entry.previous !== (head?.sha256 ?? null) || link.seq !== (head?.seq ?? 0) + 1) {
      throw brokenChain(store, link.path, link.problem ?? 'does not follow the entry before it');
    }
    assertSameSeals(store, open, link.path, link.entry.seals);
    head = { seq: link.seq, sha256: link.sha256 };
    await ledger.sealsChained(
      link.entry.seals.map((seal) => seal.path),
      head,
    );
  }
  return head;
}

/** A chain that no longer has the known head was cut, restored from an older copy, or is another one. */
async function assertStands(store: CustodyStore, head: ChainHead): Promise<void> {
  const link = await readLink(store, head.seq);
  if (link === null) throw brokenChain(store, chainPath(head.seq), 'is missing, though the warehouse knows it');
  if (link.sha256 !== head.sha256) {
    throw brokenChain(store, link.path, `has the hash ${link.sha256}, not ${head.sha256} as the warehouse knows it`);
  }
}

function assertSameSeals(
  store: CustodyStore,
  open: ReadonlyMap<string, OpenSeal>,
  entryPath: string,
  bound: readonly { path: string; sha256: string }[],
): void {
  for (const seal of bound) {
    const waiting = open.get(seal.path);
    if (waiting === undefined || waiting.sha256 === seal.sha256) continue;
    throw new Failure(
      'Conflict',
      `${entryPath} in ${store.location} binds another ${seal.path} (${seal.sha256}) than the warehouse's (${waiting.sha256}); both are kept; load its window again`,
    );
  }
}

function brokenChain(store: CustodyStore, path: string, problem: string): Failure {
  return new Failure(
    'Blocked',
    `${path} in ${store.location} ${problem}; nothing was added to the chain, and every seal is kept; put the objects back from a copy ("rosterline verify" shows what is broken)`,
  );
}
