import { setTimeout as pause } from 'node:timers/promises';
import { Failure } from '../domain/failure.js';
import { ChainEntry } from '../domain/seal.js';
import { canonicalBytes, sha256Hex } from './canonicalJson.js';
import type { ChainHead } from './custodyLedger.js';
import type { CustodyStore } from './custodyStore.js';
import { nextBatch } from './readBatches.js';

const ENTRY_PATH = /^chain\/(\d{12})\.json$/;
/** Larger than an entry of 300,000 seals; what is larger was not written by us and is not read into memory. */
const MAX_ENTRY_BYTES = 64 * 1024 * 1024;
const MAX_TAKEN = 500;

const StrictEntry = ChainEntry.strict();

/** A file of the chain as it is found: with its entry, or with what is wrong with it. */
export interface ChainLink extends ChainHead {
  readonly path: string;
  readonly bytes: number;
  readonly entry: ChainEntry | null;
  /** Why there is no entry, or null. */
  readonly problem: string | null;
  /** The file as it is, which a signature is of; null where it is too long for an entry. */
  readonly content: Uint8Array | null;
}

/** What a new entry says, beside its number and the link to its predecessor. */
export type NewEntry = Pick<ChainEntry, 'kind' | 'at' | 'seals'>;

/** Path of an entry: `chain/<12 digits>.json`. */
export function chainPath(seq: number): string {
  return `chain/${String(seq).padStart(12, '0')}.json`;
}

/** Number of the entry that a path is of, or null where it is of none. */
export function entryNumber(path: string): number | null {
  const digits = ENTRY_PATH.exec(path)?.[1];
  return digits === undefined ? null : Number(digits);
}

/**
 * Entries of the chain in the order of their numbers, each with the hash of its file.
 *
 * Shows what is there, holes and damage included: it is for the caller to judge. Goes from number to number and lists the folder only
 * where one is missing: a list of a million entries would not fit into flat memory.
 */
export async function* readChain(store: CustodyStore, options: { afterSeq?: number } = {}): AsyncGenerator<ChainLink> {
  let next = (options.afterSeq ?? 0) + 1;
  let listed: number[] | null = null;
  for (let size = 1; ; ) {
    const numbers: number[] = listed?.splice(0, size) ?? Array.from({ length: size }, (_, at) => next + at);
    const links = await Promise.all(numbers.map((seq) => readLink(store, seq)));
    const found = links.filter((link) => link !== null);
    // What is read beyond a hole comes by the list.
    const missing = listed === null ? links.indexOf(null) : -1;
    yield* missing === -1 ? found : found.slice(0, missing);
    next += missing === -1 ? numbers.length : missing;
    if (missing !== -1) listed = await chainNumbers(store, next - 1);
    if (listed?.length === 0) return;
    size = nextBatch(
      size,
      found.map(({ bytes }) => bytes),
    );
  }
}

/** One entry's file, or null when there is none of that number. */
export async function readLink(store: CustodyStore, seq: number): Promise<ChainLink | null> {
  const path = chainPath(seq);
  const content = await store.read(path, { firstBytes: MAX_ENTRY_BYTES + 1 });
  if (content === null) return null;
  if (content.byteLength > MAX_ENTRY_BYTES) return await tooLong(store, seq);
  const link = { seq, path, sha256: sha256Hex(content), bytes: content.byteLength, content };
  try {
    return { ...link, entry: parseEntry(content, seq), problem: null };
  } catch (error) {
    return { ...link, entry: null, problem: error instanceof Error ? error.message : String(error) };
  }
}

async function tooLong(store: CustodyStore, seq: number): Promise<ChainLink | null> {
  const path = chainPath(seq);
  const digest = await store.digest(path);
  if (digest === null) return null;
  const problem = `is ${digest.bytes} bytes long, too long for an entry`;
  return { seq, path, ...digest, entry: null, problem, content: null };
}

/**
 * The newest entry, or null when the chain is empty.
 *
 * @throws Failure `Blocked` when the newest file is no entry: nothing may be built on it.
 */
export async function chainHead(store: CustodyStore): Promise<ChainHead | null> {
  const known = headsSeen.get(store);
  const seq = known === undefined ? (await chainNumbers(store, 0)).at(-1) : await lastFrom(store, known);
  if (seq === undefined) return null;
  const link = await readLink(store, seq);
  if (link?.entry == null) {
    throw new Failure(
      'Blocked',
      `${chainPath(seq)} in ${store.location} ${link?.problem ?? 'vanished while it was read'}; nothing was added to the chain and every seal is kept; put the entry back from a copy ("rosterline verify" shows what is broken)`,
    );
  }
  headsSeen.set(store, seq);
  return { seq, sha256: link.sha256 };
}

/** The last entry that this process saw in a store, so that a long chain is listed once and not for each entry added. */
const headsSeen = new WeakMap<CustodyStore, number>();

async function lastFrom(store: CustodyStore, known: number): Promise<number> {
  let seq = known;
  while ((await store.read(chainPath(seq + 1), { firstBytes: 1 })) !== null) seq++;
  return seq;
}

/**
 * Adds one entry after a known head, if nobody else has.
 *
 * @returns null when the number is taken: read the chain again and decide anew.
 */
export async function appendAfter(
  store: CustodyStore,
  head: ChainHead | null,
  entry: NewEntry,
): Promise<(ChainHead & { path: string }) | null> {
  const seq = (head?.seq ?? 0) + 1;
  const bytes = canonicalBytes(ChainEntry.parse({ v: 1, seq, previous: head?.sha256 ?? null, ...entry }));
  const path = chainPath(seq);
  if ((await store.createOnce(path, bytes)) === 'exists') return null;
  return { seq, sha256: sha256Hex(bytes), path };
}

/**
 * Adds one entry at the end, after whatever others add meanwhile. A second call adds a second entry: see `bindSeals` for retries.
 *
 * @throws Failure `Blocked` when the newest file is no entry; `Conflict` when others were faster hundreds of times.
 */
export async function appendEntry(store: CustodyStore, entry: NewEntry): Promise<ChainHead & { path: string }> {
  for (let taken = 0; taken < MAX_TAKEN; taken++) {
    const added = await appendAfter(store, await chainHead(store), entry);
    if (added !== null) return added;
    await pause(Math.min(taken, 20));
  }
  throw new Failure(
    'Conflict',
    `others added to the chain in ${store.location} faster, ${MAX_TAKEN} times in a row; nothing was added; try again`,
  );
}

/** Parses an entry's file strictly: our fields only, canonical form, its own number. */
function parseEntry(bytes: Uint8Array, seq: number): ChainEntry {
  let document: unknown;
  try {
    document = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new Error('is not JSON');
  }
  const parsed = StrictEntry.safeParse(document);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new Error(`is no chain entry (${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'unreadable'})`);
  }
  if (!Buffer.from(canonicalBytes(document)).equals(bytes)) throw new Error('is not canonical JSON');
  if (parsed.data.seq !== seq) throw new Error(`says it is entry ${parsed.data.seq}`);
  return parsed.data;
}

async function chainNumbers(store: CustodyStore, afterSeq: number): Promise<number[]> {
  const paths = await store.list('chain', { after: chainPath(afterSeq) });
  return paths.flatMap((path) => entryNumber(path) ?? []).filter((seq) => seq > afterSeq);
}
