import { setTimeout as pause } from 'node:timers/promises';
import { type CustodyCheck, verifiedUpTo } from '../domain/nightly/custodyCheck.js';
import { chainHead } from './chain.js';
import type { ChainHead, CustodyLedger } from './custodyLedger.js';
import type { CustodyStore } from './custodyStore.js';
import { verify } from './verify.js';
import type { VerifyFacts } from './verifyFacts.js';
import type { Broken, VerifyReport } from './verifyReport.js';

/** Broken things that a check names; `rosterline verify` names all. */
const NAMED = 5;
/** Longer than a process takes from an entry to its signature. */
const LOOK_AGAIN_MS = 3_000;

/** Where a check looks. */
export interface Checked {
  readonly store: CustodyStore;
  readonly warehouse: VerifyFacts & Pick<CustodyLedger, 'openSeals'>;
  readonly now: () => Date;
  readonly onProgress?: (checked: { objects: number; bytes: number }) => void;
  /** Between the two looks. (Default: 3 s) */
  readonly lookAgainMs?: number;
}

/**
 * Verifies what the chain has since the last check, or everything where that is due, while exports run and end beside it.
 *
 * What is found broken is looked for a second time, some seconds later, and only what both looks found counts: an entry whose signature
 * is being written, or rows that change between two questions, look broken for a moment. Seals that wait for their export to end are
 * not broken.
 *
 * @throws Failure `Blocked` when store or warehouse cannot be read at all.
 */
export async function checkCustody(checked: Checked, before: CustodyCheck | null): Promise<CustodyCheck> {
  const { store, warehouse, now, lookAgainMs = LOOK_AGAIN_MS } = checked;
  const verifiedAt = now().toISOString();
  const after = verifiedUpTo(before, Date.parse(verifiedAt));
  const head = (await readableHead(store)) ?? after;
  const first = await look(checked, after);
  let { broken } = first;
  if (broken.length > 0) {
    await pause(lookAgainMs);
    const again = new Set((await look(checked, after)).broken.map(nameOf));
    const waiting = new Set(
      (await warehouse.openSeals()).flatMap(({ path, chainSeq }) => (chainSeq === null ? path : [])),
    );
    broken = broken.filter((each) => again.has(nameOf(each)) && !isUnbound(each, waiting));
  }
  const whole = after === null;
  const counts: Record<string, number> = {};
  for (const { kind } of broken) counts[kind] = (counts[kind] ?? 0) + 1;
  return {
    verifiedAt,
    whole,
    wholeAt: whole || before === null ? verifiedAt : before.wholeAt,
    head,
    objects: first.objects,
    bytes: first.bytes,
    broken: counts,
    first: broken.slice(0, NAMED).map(({ kind, object }) => ({ kind, object })),
  };
}

async function look({ store, warehouse, onProgress }: Checked, after: ChainHead | null): Promise<VerifyReport> {
  const progress = onProgress === undefined ? {} : { onProgress };
  if (after === null) return await verify({ store, facts: warehouse, ...progress });
  return await verify({ store, facts: null, after, knownHead: await warehouse.custodyHead(), ...progress });
}

/** The chain's head; null where there is none, or none that can be read: that is for `verify` to say. */
async function readableHead(store: CustodyStore): Promise<ChainHead | null> {
  return await chainHead(store).catch(() => null);
}

function nameOf({ kind, object }: Broken): string {
  return `${kind} ${object}`;
}

/** A seal that no entry binds yet: its export runs, or the next export to end binds it. */
function isUnbound({ kind, object }: Broken, waiting: ReadonlySet<string>): boolean {
  return (kind === 'chain-broken' || kind === 'seal-missing') && waiting.has(object);
}
