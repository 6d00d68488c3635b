import { Failure } from '../domain/failure.js';
import { EnabledSeal, RoundSeal } from '../domain/sync/roundSeal.js';
import { canonicalBytes, sha256Hex } from './canonicalJson.js';
import type { CustodyStore } from './custodyStore.js';
import { sealDocument, type StoredSeal } from './sealDocument.js';

const ROUNDS = 'seals/rounds';
const ENABLED = `${ROUNDS}/enabled`;
const ROUND_PATH = /^seals\/rounds\/(\d{4}-\d{2}-\d{2})\/(\d{9})-[0-9a-f]{12}\.json$/;
const ENABLED_PATH = /^seals\/rounds\/enabled\/(\d{12})\.json$/;

/** A round's seal as it lies in the store. */
export interface StoredRound {
  readonly path: string;
  readonly seal: RoundSeal;
}

/** Where a round's seal belongs: by the UTC day of its end, its number, and the start of its hash, so that no two ever share a path. */
export function roundSealPath(seal: RoundSeal): string {
  const hash = sha256Hex(canonicalBytes(seal)).slice(0, 12);
  return `${ROUNDS}/${seal.endedAt.slice(0, 10)}/${String(seal.round).padStart(9, '0')}-${hash}.json`;
}

/** Writes a round's seal and binds it. Twice is the same as once. @throws Failure as `sealDocument`. */
export async function sealRound(store: CustodyStore, seal: RoundSeal): Promise<StoredSeal> {
  return await sealDocument(store, { path: roundSealPath(seal), document: seal, kind: 'round', at: seal.endedAt });
}

/**
 * Writes down that a policy may write. Where the last such seal says the same, nothing is added.
 *
 * @throws Failure as `sealDocument`.
 */
export async function sealEnabled(store: CustodyStore, enabled: EnabledSeal): Promise<void> {
  const last = await lastEnabled(store);
  if (last?.seal.policyHash === enabled.policyHash) return;
  const path = `${ENABLED}/${String((last?.number ?? 0) + 1).padStart(12, '0')}.json`;
  await sealDocument(store, { path, document: enabled, kind: 'round', at: enabled.at });
}

/** The policy that was enabled last, or null where none ever was. */
export async function enabledPolicy(store: CustodyStore): Promise<EnabledSeal | null> {
  return (await lastEnabled(store))?.seal ?? null;
}

async function lastEnabled(store: CustodyStore): Promise<{ number: number; seal: EnabledSeal } | null> {
  const last = (await store.list(ENABLED)).filter((path) => ENABLED_PATH.test(path)).at(-1);
  if (last === undefined) return null;
  const seal = EnabledSeal.safeParse(await readJson(store, last));
  if (!seal.success) throw unreadable(store, last);
  return { number: Number(ENABLED_PATH.exec(last)?.[1]), seal: seal.data };
}

/** Number of the last round that is sealed; 0 before the first. */
export async function lastSealedRound(store: CustodyStore): Promise<number> {
  const numbers = (await store.list(ROUNDS)).flatMap((path) => ROUND_PATH.exec(path)?.[2] ?? []);
  return Math.max(0, ...numbers.slice(-1000).map(Number));
}

/**
 * Rounds that ended in a span of time, oldest first; both ends inclusive, ISO 8601 UTC, each may be left out.
 *
 * @throws Failure `Corrupt` naming the seal that cannot be read: an answer without it could be wrong.
 */
export async function* readRounds(
  store: CustodyStore,
  { from = '0000', to = '9999' }: { from?: string; to?: string } = {},
): AsyncGenerator<StoredRound> {
  for (const path of roundPaths(await store.list(ROUNDS), from, to)) {
    const round = await readRound(store, path);
    if (round.seal.endedAt >= from && round.seal.endedAt <= to) yield round;
  }
}

/** Rounds that ended at an instant or before, newest first: for who looks back until something is found. */
export async function* readRoundsBack(store: CustodyStore, to = '9999'): AsyncGenerator<StoredRound> {
  for (const path of roundPaths(await store.list(ROUNDS), '0000', to).reverse()) {
    const round = await readRound(store, path);
    if (round.seal.endedAt <= to) yield round;
  }
}

function roundPaths(paths: readonly string[], from: string, to: string): string[] {
  return paths.filter((path) => {
    const day = ROUND_PATH.exec(path)?.[1];
    return day !== undefined && day >= from.slice(0, 10) && day <= to.slice(0, 10);
  });
}

async function readRound(store: CustodyStore, path: string): Promise<StoredRound> {
  const seal = RoundSeal.safeParse(await readJson(store, path));
  if (!seal.success) throw unreadable(store, path);
  return { path, seal: seal.data };
}

async function readJson(store: CustodyStore, path: string): Promise<unknown> {
  const bytes = await store.read(path);
  try {
    return bytes === null ? null : (JSON.parse(Buffer.from(bytes).toString('utf8')) as unknown);
  } catch {
    return null;
  }
}

function unreadable(store: CustodyStore, path: string): Failure {
  return new Failure(
    'Corrupt',
    `${path} in ${store.location} is no seal of the trunk sync; nothing was changed; put it back from a copy ("rosterline verify" shows what is broken)`,
  );
}
