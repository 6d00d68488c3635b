import { type ChainPlace, HeldObjects, heldFolder, heldPath, type PlacedHold } from '../domain/legalHold.js';
import { Failure } from '../domain/failure.js';
import { readChain } from './chain.js';
import { type HoldingStore, readDocument } from './holdingStore.js';
import { sealDocument } from './sealDocument.js';
import { holdObjects, sealInScope } from './sealsHeld.js';
import { signaturePath } from './signatures.js';

/** Objects of one document: some 200 kB of it, and seconds of a bucket's time. */
const OBJECTS_A_DOCUMENT = 1000;

/** A stretch of so many entries is recorded though nothing in it is held, so that it is not walked each time. */
const ENTRIES_WALKED_ONCE = 500;

export interface HeldStretch {
  /** Where the next stretch begins. */
  readonly next: ChainPlace;
  /** Whether the chain ended there. */
  readonly complete: boolean;
  /** Objects recorded by this stretch. */
  readonly objects: number;
}

interface StretchOptions {
  readonly at: string;
  readonly during: HeldObjects['during'];
  /** Told how many objects the stretch has by now. */
  readonly onObjects?: (objects: number) => void;
}

/** Where a hold begins to look. */
export const CHAIN_START: ChainPlace = { seq: 1, seal: 0 };

/**
 * Holds what seals of the next stretch of the chain keep for a hold, and records it, by version, in a document of the hold's own.
 *
 * Held are: each seal in range (windows, snapshots, and manifests of exports that name such a window) with its landings; the entry
 * that binds it, with its signature, which together prove the seal; and the keys of signatures. Safe to repeat, and at once with others: a
 * stretch has one document, and who comes second goes on after it.
 *
 * A placement records the end of the chain also where nothing of the hold's is there: it says that all is held by then.
 */
export async function recordStretch(
  store: HoldingStore,
  hold: PlacedHold,
  from: ChainPlace,
  options: StretchOptions,
): Promise<HeldStretch> {
  const path = heldPath(hold.holdId, from);
  const standing = HeldObjects.safeParse(await readDocument(store, path)).data;
  const document = standing ?? (await holdStretch(store, hold, from, options));
  const stretch = { next: document.next, complete: document.complete, objects: document.objects.length };
  const isEmpty = document.objects.length === 0 && document.missing.length === 0;
  const isLong = document.next.seq - from.seq >= ENTRIES_WALKED_ONCE;
  if (standing === undefined && isEmpty && !isLong && !(options.during === 'placement' && document.complete))
    return stretch;
  try {
    await sealDocument(store, { path, document, kind: 'hold', at: document.at });
    return stretch;
  } catch (error) {
    // Another worker recorded the same stretch at the same moment: its document stands.
    if (standing !== undefined || (await readDocument(store, path)) === null) throw error;
    return await recordStretch(store, hold, from, options);
  }
}

/**
 * Records what has arrived for a hold since it was last recorded, up to the end of the chain.
 *
 * Nothing for a hold whose placement is still under way: the placement comes to it, and looks once more when it has ended.
 */
export async function recordArrivals(store: HoldingStore, hold: PlacedHold, at: string): Promise<number> {
  const recorded = await lastRecorded(store, hold.holdId);
  if (!endsPlacement(recorded)) return 0;
  let objects = 0;
  for (let from = recorded.next; ; ) {
    const stretch = await recordStretch(store, hold, from, { at, during: 'arrivals' });
    objects += stretch.objects;
    if (stretch.complete) return objects;
    from = stretch.next;
  }
}

/** Whether everything that was there when a hold was placed is held and recorded. */
export async function isPlaced(store: HoldingStore, holdId: string): Promise<boolean> {
  return endsPlacement(await lastRecorded(store, holdId));
}

/** Whether a hold whose last document this is was placed whole. */
export function endsPlacement(last: HeldObjects | null): last is HeldObjects {
  return last !== null && (last.complete || last.during === 'arrivals');
}

/** The last document of what a hold keeps, or null before the first. */
export async function lastRecorded(store: HoldingStore, holdId: string): Promise<HeldObjects | null> {
  const last = (await store.list(heldFolder(holdId))).at(-1);
  return last === undefined ? null : (HeldObjects.safeParse(await readDocument(store, last)).data ?? null);
}

async function holdStretch(
  store: HoldingStore,
  hold: PlacedHold,
  from: ChainPlace,
  { at, during, onObjects }: StretchOptions,
): Promise<HeldObjects> {
  const paths = new Set<string>();
  let next = from;
  let complete = true;
  for await (const link of readChain(store, { afterSeq: from.seq - 1 })) {
    if (link.entry === null) throw brokenEntry(store, link.path, link.problem);
    const { seals, kind } = link.entry;
    const bound = (kind === 'key' ? seals.map(({ path }) => path) : []).concat(link.path, signaturePath(link.seq));
    if (kind === 'key') for (const path of bound) paths.add(path);
    const first = link.seq === from.seq ? from.seal : 0;
    for (let index = first; index < seals.length; index++) {
      if (paths.size >= OBJECTS_A_DOCUMENT) {
        next = { seq: link.seq, seal: index };
        complete = false;
        break;
      }
      const found = await sealInScope(store, seals[index]?.path ?? '', [hold]);
      if (found !== null) for (const path of [...found.objects, ...bound]) paths.add(path);
      onObjects?.(paths.size);
    }
    if (!complete) break;
    next = { seq: link.seq + 1, seal: 0 };
  }
  const { held, missing } = await holdObjects(store, [...paths]);
  return HeldObjects.parse({
    v: 1,
    kind: 'heldObjects',
    holdId: hold.holdId,
    organisationId: hold.organisationId,
    from,
    next,
    complete,
    during,
    at,
    objects: held,
    // A chain that is not signed has no signatures.
    missing: missing.filter((path) => !path.endsWith('.sig')),
  });
}

function brokenEntry(store: HoldingStore, path: string, problem: string | null): Failure {
  return new Failure(
    'Blocked',
    `${path} in ${store.location} ${problem ?? 'cannot be read'}, so that what it binds is not known; what is held is kept; put it back from a copy ("rosterline verify" shows what is broken)`,
  );
}
