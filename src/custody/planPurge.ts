import type { PlacedHold } from '../domain/legalHold.js';
import {
  decideRemoval,
  isOlder,
  type PurgeCounts,
  type PurgedObject,
  type PurgedSeal,
  type PurgeScope,
  type StayReason,
  windowStub,
} from '../domain/purge.js';
import { type DaysSealed, daysOfSealPath, isInScope, mayConcern, sealedDocument } from '../domain/sealedDocument.js';
import { forEachOf, type HoldingStore, readDocument } from './holdingStore.js';
import { SealReader } from './sealReader.js';

/** Seals of one page: a megabyte of it at most. */
const SEALS_A_PAGE = 500;
const STAYING_SHOWN = 50;

export interface PurgePlanRequest {
  readonly store: HoldingStore;
  readonly scope: PurgeScope;
  readonly holds: readonly PlacedHold[];
  /** Paths of seals that no entry of the chain binds yet. */
  readonly unbound: ReadonlySet<string>;
  /** Told how many seals were read. */
  readonly onSeals?: (seals: number) => void;
}

/**
 * Works out what a purge removes, and hands over page after page.
 *
 * A seal goes when its days all lie before the cut, nobody holds or retains it, and it is bound; a landing goes with the last seal that
 * names it. So every seal is read, those that stay too; what stays in memory is a path a seal that goes and a hash a landing of theirs.
 */
export async function planPurge(
  request: PurgePlanRequest,
  writePage: (page: number, seals: readonly PurgedSeal[]) => Promise<void>,
): Promise<PurgeCounts> {
  const { store } = request;
  const reader = new SealReader(store, request.onSeals);
  const plan = new PurgePlan(request);
  const staying: string[] = [];
  for (const path of await store.list('seals')) {
    if (!path.endsWith('.json') || !mayConcern(path, [EVERYTHING])) continue;
    const byPath = daysOfSealPath(path);
    const mayGo = byPath === null || isOlder(byPath, request.scope);
    if (!mayGo || !plan.consider(path, await reader.sealed(path))) staying.push(path);
  }
  await forEachOf(staying, async (path) => plan.stays(await reader.sealed(path)));
  await plan.respectProtection();
  return await plan.write(writePage);
}

const EVERYTHING = { dataset: null, managementUnitId: null, from: '0001-01-01', to: '9999-12-31' };

interface Candidate {
  readonly days: DaysSealed;
  readonly landings: readonly string[];
}

class PurgePlan {
  private readonly going = new Map<string, Candidate>();
  /** Seals that name each landing, of those that go; null where one that stays names it too. */
  private readonly namedBy = new Map<string, string[] | null>();
  private readonly why: Partial<Record<StayReason, number>> = {};
  private readonly shown: { path: string; why: string }[] = [];

  constructor(private readonly request: PurgePlanRequest) {}

  /** Takes a seal, if it is old enough and nobody holds it. */
  consider(path: string, sealed: ReturnType<typeof sealedDocument>): boolean {
    const { scope, holds, unbound } = this.request;
    const [days] = sealed?.days ?? [];
    if (sealed === null || sealed.kind === 'export' || days === undefined || !isOlder(days, scope)) return false;
    if (holds.some((hold) => isInScope(hold, days))) return this.stay(path, 'held');
    if (unbound.has(path)) return this.stay(path, 'unbound');
    this.going.set(path, { days, landings: sealed.landings });
    for (const sha256 of sealed.landings) {
      const named = this.namedBy.get(sha256);
      if (named === undefined) this.namedBy.set(sha256, [path]);
      else named?.push(path);
    }
    return true;
  }

  /** Notes what a seal that stays names. */
  stays(sealed: ReturnType<typeof sealedDocument>): void {
    for (const sha256 of sealed?.landings ?? []) if (this.namedBy.has(sha256)) this.namedBy.set(sha256, null);
  }

  /** What a store keeps by itself stays, and so do the seals that name it. */
  async respectProtection(): Promise<void> {
    const { store } = this.request;
    const { holds } = this.request;
    await forEachOf([...this.going], async ([path, { days, landings }]) => {
      const own = landings
        .filter((sha256) => this.namedBy.get(sha256)?.length === 1)
        .map((sha256) => `landings/${sha256}`);
      const protections = await Promise.all([path, ...own].map(async (object) => await store.protection(object)));
      const decided = decideRemoval({ days, holds, protections: protections.flatMap((found) => found ?? []) });
      if (decided === 'goes') return;
      this.stay(path, decided);
      this.going.delete(path);
      for (const sha256 of landings) this.namedBy.set(sha256, null);
    });
  }

  async write(writePage: (page: number, seals: readonly PurgedSeal[]) => Promise<void>): Promise<PurgeCounts> {
    const counts = { pages: 0, windows: 0, objects: 0, bytes: 0 };
    const counted = new Set<string>();
    const paths = [...this.going.keys()].sort();
    for (; counts.pages * SEALS_A_PAGE < paths.length; counts.pages++) {
      const seals: PurgedSeal[] = [];
      for (const path of paths.slice(counts.pages * SEALS_A_PAGE, (counts.pages + 1) * SEALS_A_PAGE)) {
        const seal = await this.purgedSeal(path);
        if (seal === null) continue;
        seals.push(seal);
        if (seal.window !== null) counts.windows++;
        for (const object of [seal, ...seal.landings]) {
          if (counted.has(object.path)) continue;
          counted.add(object.path);
          counts.objects++;
          counts.bytes += object.bytes;
        }
      }
      await writePage(counts.pages, seals);
    }
    return { ...counts, stays: this.why, staying: this.shown };
  }

  private async purgedSeal(path: string): Promise<PurgedSeal | null> {
    const { store } = this.request;
    const digest = await store.digest(path);
    const document = await readDocument(store, path);
    const sealed = sealedDocument(document);
    const candidate = this.going.get(path);
    if (digest === null || sealed === null || candidate === undefined) return null;
    const landings: PurgedSeal['landings'] = [];
    for (const { sha256, bytes } of landingsOf(document)) {
      const named = this.namedBy.get(sha256);
      if (named == null || landings.some((landing) => landing.sha256 === sha256)) continue;
      landings.push({
        path: `landings/${sha256}`,
        sha256,
        bytes,
        alsoNamedBy: named.filter((other) => other !== path),
      });
    }
    return { path, ...digest, days: candidate.days, landings, window: windowStub(sealed, document) };
  }

  private stay(path: string, why: StayReason): false {
    this.why[why] = (this.why[why] ?? 0) + 1;
    if (this.shown.length < STAYING_SHOWN) this.shown.push({ path, why });
    return false;
  }
}

/** Landings of a seal that was read already. */
function landingsOf(document: unknown): Pick<PurgedObject, 'sha256' | 'bytes'>[] {
  return (document as { landings: { sha256: string; bytes: number }[] }).landings;
}
