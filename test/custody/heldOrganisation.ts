import { bindDocument } from '../../src/custody/bindDocument.js';
import { bindSeals } from '../../src/custody/bindSeals.js';
import { chainHead, readChain } from '../../src/custody/chain.js';
import { canonicalBytes, sha256Hex } from '../../src/custody/canonicalJson.js';
import { heldOnArrival } from '../../src/custody/heldOnArrival.js';
import { HoldRegistry } from '../../src/custody/holdRegistry.js';
import { type HoldingStore, readDocument } from '../../src/custody/holdingStore.js';
import { planPurge } from '../../src/custody/planPurge.js';
import { assertLandingsStay } from '../../src/custody/purgesUnderWay.js';
import { removePage } from '../../src/custody/purgePage.js';
import { CHAIN_START, lastRecorded, recordArrivals, recordStretch } from '../../src/custody/recordHeld.js';
import { heldObjectsIn, type ReleaseMeans, releaseUnbound, releaseUncovered } from '../../src/custody/releaseHeld.js';
import { holdObjects, sealInScope } from '../../src/custody/sealsHeld.js';
import { writeSeals } from '../../src/custody/writeSeals.js';
import { addDays } from '../../src/domain/calendar.js';
import { isFailure } from '../../src/domain/failure.js';
import { heldFolder, type PlacedHold, placedPath, releasedPath } from '../../src/domain/legalHold.js';
import type { Landing, LandingEncoding } from '../../src/domain/landing.js';
import {
  purgeCompletedPath,
  type PurgedPage,
  purgedPagePath,
  type PurgedSeal,
  purgeIntentPath,
} from '../../src/domain/purge.js';
import { WindowSeal } from '../../src/domain/seal.js';
import { sealedDocument } from '../../src/domain/sealedDocument.js';
import { ArrayLedger, windowSealOf } from './sealedOrganisation.js';
import { MemoryStore } from './memoryStore.js';

export const FIRST_DAY = '2024-03-01';
const AT = '2024-06-01T00:00:00.000Z';

type CustodyObjects = HoldingStore & {
  landBytes(bytes: Uint8Array, encoding: LandingEncoding): Promise<Landing>;
};

type Repeated = <T>(work: () => Promise<T>) => Promise<T>;

/** An organisation, in memory unless told otherwise: loads, holds and purges as the activities do them, one step after the other. */
export class HeldOrganisation {
  readonly memory = new MemoryStore();
  readonly store: CustodyObjects;
  readonly registry: HoldRegistry;
  readonly ledger = new ArrayLedger();
  private readonly numbers = new Map<number, number>();
  private purges = 0;

  /** @param objects another store than memory. */
  constructor(objects?: CustodyObjects) {
    this.store = heldOnArrival<CustodyObjects>(objects ?? this.memory);
    this.registry = new HoldRegistry(this.store);
  }

  /** Loads a day: lands its body and commits its seal; `write` and `bind` are further steps. */
  async load(day: number, body: string): Promise<string> {
    const number = (this.numbers.get(day) ?? 0) + 1;
    this.numbers.set(day, number);
    const landing = await this.store.landBytes(Buffer.from(body), 'identity');
    const seal = windowSealOf({ from: dayOf(day), to: dayOf(day + 1), number }, landing);
    const path = `seals/${seal.windowId}/${number}.json`;
    const bytes = canonicalBytes(seal);
    await this.ledger.addSeal({ path, sha256: sha256Hex(bytes), content: Buffer.from(bytes).toString() });
    return path;
  }

  async write(): Promise<void> {
    await writeSeals(this.store, this.ledger);
  }

  /** Binds what waits, as the end of an export does. */
  async bind(): Promise<void> {
    await bindSeals(this.store, this.ledger, { kind: 'export', at: AT });
    for (const hold of await this.registry.standing()) await recordArrivals(this.store, hold, AT);
  }

  async place(holdId: string, from: number, to: number): Promise<void> {
    const scope = { dataset: null, managementUnitId: null, businessUnitId: null, from: dayOf(from), to: dayOf(to) };
    const about = { holdId, organisationId: 'org', reason: 'matter', by: 'counsel', at: AT };
    const document: PlacedHold = { v: 1, kind: 'holdPlaced', ...about, ...scope };
    await bindDocument(this.store, { path: placedPath(holdId), document, kind: 'hold' });
    for (const { path, content } of await this.ledger.openSeals()) {
      const known = content === null ? undefined : (JSON.parse(content) as unknown);
      await holdObjects(this.store, (await sealInScope(this.store, path, [document], known))?.objects ?? []);
    }
    for (let complete = false; !complete; ) {
      const from = (await lastRecorded(this.store, holdId))?.next ?? CHAIN_START;
      ({ complete } = await recordStretch(this.store, document, from, { at: AT, during: 'placement' }));
    }
  }

  /** @param step runs each step, as an activity is run: one that dies is repeated, and no other. */
  async release(holdId: string, step: Repeated = async (work) => await work()): Promise<void> {
    const about = { holdId, reason: 'closed', by: 'counsel', at: AT };
    const released = { v: 1, kind: 'holdReleased', ...about };
    await step(
      async () => await bindDocument(this.store, { path: releasedPath(holdId), document: released, kind: 'hold' }),
    );
    const hold = (await step(async () => await this.registry.find(holdId)))?.placed;
    if (!hold) throw new Error(`no hold ${holdId}`);
    for (let complete = false; !complete; )
      complete = await step(async () => {
        const from = (await lastRecorded(this.store, holdId))?.next ?? CHAIN_START;
        return (await recordStretch(this.store, hold, from, { at: AT, during: 'arrivals' })).complete;
      });
    for (const path of await step(async () => await this.store.list(heldFolder(holdId))))
      await step(async () => {
        const { objects } = await heldObjectsIn(this.store, path);
        await this.letGo((means) => releaseUncovered(means, objects));
      });
    await step(async () => await this.letGo((means) => releaseUnbound(means, hold)));
  }

  private async plan(before: number): Promise<{ page: PurgedPage; headSeq: number }> {
    const headSeq = (await chainHead(this.store))?.seq ?? 0;
    const unbound = new Set((await this.ledger.openSeals()).map(({ path }) => path));
    const scope = { before: dayOf(before), dataset: null, managementUnitId: null };
    const all: PurgedSeal[] = [];
    await planPurge({ store: this.store, scope, holds: await this.registry.standing(), unbound }, (_page, seals) => {
      all.push(...seals);
      return Promise.resolve();
    });
    const about = { v: 1, kind: 'purgedObjects', purgeId: 'purge', organisationId: 'org', page: 0, at: AT } as const;
    return { page: { ...about, seals: all }, headSeq };
  }

  private async remove({ page, headSeq }: { page: PurgedPage; headSeq: number }): Promise<void> {
    const namedSince = new Set<string>();
    const add = (document: unknown): void => {
      for (const sha256 of sealedDocument(document)?.landings ?? []) namedSince.add(sha256);
    };
    for (const { path, content } of await this.ledger.openSeals())
      add(content === null ? await readDocument(this.store, path) : (JSON.parse(content) as unknown));
    for await (const { entry } of readChain(this.store, { afterSeq: headSeq }))
      for (const { path } of entry?.seals ?? []) add(await readDocument(this.store, path));
    await removePage({ store: this.store, registry: this.registry, namedSince }, page);
  }

  /** A purge as its workflow does it: plan, pages and intent in the chain, removal, end. */
  async purge(before: number): Promise<void> {
    const plan = await this.plan(before);
    if (plan.page.seals.length === 0) return;
    const purgeId = `purge-${this.purges++}`;
    const about = { v: 1, purgeId, organisationId: 'org', at: AT } as const;
    const page: PurgedPage = { ...plan.page, purgeId };
    await bindDocument(this.store, { path: purgedPagePath(purgeId, 0), document: page, kind: 'purge' });
    const scope = { before: dayOf(before), dataset: null, managementUnitId: null };
    const intent = { ...about, ...scope, kind: 'purge', by: 'records', pages: 1, objects: 1, bytes: 1 };
    await bindDocument(this.store, { path: purgeIntentPath(purgeId), document: intent, kind: 'purge' });
    await this.remove(plan);
    const ended = { ...about, kind: 'purgeCompleted', removed: 1, bytes: 1, stayed: {} };
    await bindDocument(this.store, { path: purgeCompletedPath(purgeId), document: ended, kind: 'purge' });
  }

  /** What the end of a window is told of the landings of its seal. */
  async landingsStay(path: string): Promise<'stay' | 'NotReady' | 'Corrupt'> {
    const seal = WindowSeal.parse(JSON.parse(this.memory.textOf(path)));
    try {
      await assertLandingsStay(
        this.store,
        seal.landings.map(({ sha256 }) => sha256),
        0,
      );
      return 'stay';
    } catch (error) {
      if (isFailure(error, 'NotReady')) return 'NotReady';
      if (isFailure(error, 'Corrupt')) return 'Corrupt';
      throw error;
    }
  }

  /** Evidence that is there: seals of windows and landings. */
  evidence(): string[] {
    return this.memory.paths().filter((path) => /^(landings|seals\/export)\//.test(path));
  }

  /** Seals of windows that are there. */
  *seals(): Generator<[string, WindowSeal]> {
    for (const path of this.memory.paths())
      if (path.startsWith('seals/export/')) yield [path, WindowSeal.parse(JSON.parse(this.memory.textOf(path)))];
  }

  /** Landings of seals that wait to be written. */
  waiting(): Set<string> {
    const contents = this.ledger.seals.flatMap(({ content }) => content ?? []);
    const landings = contents.flatMap((content) => WindowSeal.parse(JSON.parse(content)).landings);
    return new Set(landings.map(({ sha256 }) => `landings/${sha256}`));
  }

  /** Landings that were named by a seal once, and by none any more. */
  orphans(): string[] {
    const named = new Set([...this.seals()].flatMap(([, { landings }]) => landings.map(({ sha256 }) => sha256)));
    return this.evidence().filter((path) => path.startsWith('landings/') && !named.has(path.slice('landings/'.length)));
  }

  /** Seals that were there at a moment: those of `note`. */
  noted: string[] = [];
  note(): void {
    this.noted = [...this.seals()].map(([path]) => path);
  }

  isBetween(date: string, from: number, to: number): boolean {
    return dayOf(from) <= date && date < dayOf(to);
  }

  private async letGo(release: (means: ReleaseMeans) => Promise<number>): Promise<void> {
    const unbound = async () => await this.ledger.openSeals();
    const means = { store: this.store, registry: this.registry, unbound, now: () => new Date(AT) };
    for (;;) {
      try {
        await release(means);
        return;
      } catch (error) {
        // As Temporal would: what waits for another placement is tried again.
        if (!isFailure(error, 'NotReady')) throw error;
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
  }
}

export function dayOf(day: number): string {
  return addDays(FIRST_DAY, day);
}
