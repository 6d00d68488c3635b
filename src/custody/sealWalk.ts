import { ExportSeal, WindowSeal } from '../domain/seal.js';
import { EnabledSeal, RoundSeal } from '../domain/sync/roundSeal.js';
import { SnapshotSeal } from '../domain/sync/snapshotSeal.js';
import { sha256Hex } from './canonicalJson.js';
import { type CustodyStore, isSealPath } from './custodyStore.js';
import type { Findings } from './findings.js';
import { byKey, KeyedRuns, type Scratch } from './keyedRuns.js';
import type { LandingWalk } from './landingWalk.js';
import { nextBatch } from './readBatches.js';
import type { PurgeRecord, PurgeWalk } from './purgeWalk.js';
import type { NamedDay, SealedDays } from './sealedDays.js';

/** Seals larger than this were not written by us; they are hashed but not read into memory. */
const MAX_SEAL_BYTES = 256 * 1024 * 1024;

type Bound = readonly [entry: number, sha256: string];

/** A seal's path with the entries that bind it and the days for which coverage names it. */
interface WantedSeal {
  readonly path: string;
  readonly bound: readonly Bound[];
  readonly named: readonly NamedDay[];
  /** What purges say of it. */
  readonly purged: readonly PurgeRecord[];
}

interface FoundSeal {
  readonly sha256: string;
  readonly bytes: number;
  /** Null where it is too long. */
  readonly content: Uint8Array | null;
}

/** Parts of a window's seal that no purge keeps. */
const NOT_KEPT = { requests: [], landings: [], settings: {}, refusedUserIds: [] };

/** Checks the seals that entries bind and those that coverage names, each read once, in the order of their paths. */
export class SealWalk {
  windows = 0;
  rounds = 0;
  /** Seals that are not there because a purge removed them. */
  purged = 0;
  private lastWindow: string | null = null;
  private readonly bound: KeyedRuns<Bound>;
  private readonly namedByExports: KeyedRuns<readonly [windowId: string]>;

  constructor(
    scratch: Scratch,
    private readonly store: CustodyStore,
    private readonly findings: Findings,
    private readonly days: SealedDays,
    private readonly landings: LandingWalk,
    private readonly purges: PurgeWalk,
    private readonly count: (bytes: number) => void,
  ) {
    this.bound = new KeyedRuns(scratch);
    this.namedByExports = new KeyedRuns(scratch);
  }

  /** Takes a seal that an entry binds. */
  add({ path, sha256 }: { readonly path: string; readonly sha256: string }, entry: number): void {
    this.bound.add(path, entry, sha256);
  }

  /** @param options.exportsToo whether seals that exports name must be bound here: not where earlier entries are left out. */
  async check(options: { exportsToo: boolean }): Promise<void> {
    let batch: WantedSeal[] = [];
    let size = 1;
    const checkBatch = async (): Promise<void> => {
      const found = await Promise.all(batch.map(({ path }) => this.find(path)));
      for (const [index, wanted] of batch.entries()) this.judge(wanted, found[index] ?? null);
      size = nextBatch(
        size,
        found.map((seal) => seal?.bytes ?? 0),
      );
      batch = [];
    };
    const { namedBySeal } = this.days;
    for (const { key, found } of byKey<[Bound, NamedDay, PurgeRecord]>(this.bound, namedBySeal, this.purges.records)) {
      const [bound, named, purged] = found;
      if (bound.length === 0 && named.length === 0) continue;
      batch.push({ path: key, bound: bound.sort(([a], [b]) => a - b), named, purged });
      if (batch.length >= size) await checkBatch();
    }
    await checkBatch();
    if (!options.exportsToo) return;
    for (const { key, found } of byKey<[Bound, readonly [string]]>(this.bound, this.namedByExports)) {
      const [windowId] = found[1].at(-1) ?? [];
      if (found[0].length === 0 && windowId !== undefined) {
        this.findings.report('seal-missing', windowId, key, 'bound by the chain', null);
      }
    }
  }

  private async find(path: string): Promise<FoundSeal | null> {
    if (!isSealPath(path)) return null;
    const content = await this.store.read(path, { firstBytes: MAX_SEAL_BYTES + 1 });
    if (content === null) return null;
    if (content.byteLength <= MAX_SEAL_BYTES) {
      this.count(content.byteLength);
      return { sha256: sha256Hex(content), bytes: content.byteLength, content };
    }
    const digest = await this.store.digest(path);
    if (digest !== null) this.count(digest.bytes);
    return digest && { ...digest, content: null };
  }

  private judge(wanted: WantedSeal, found: FoundSeal | null): void {
    const { path, bound, named } = wanted;
    const [first] = bound;
    if (first === undefined) {
      this.judgeUnbound(wanted, found);
      return;
    }
    const purged = bound.flatMap(([, sha256]) => this.purges.purged(wanted.purged, sha256) ?? []);
    this.purged += purged.length;
    const [gone] = purged;
    // Its landings went with it; its days are compared by what the purge says of them.
    if (found === null && gone?.window) this.days.add(path, { ...gone.window, ...NOT_KEPT }, first[0], named);
    if (found === null && gone) return;
    const expected = new Set(bound.flatMap(([, sha256]) => (gone?.sha256 === sha256 ? [] : sha256)));
    for (const sha256 of expected) {
      if (found?.sha256 === sha256) continue;
      const kind = found === null ? 'seal-missing' : 'seal-altered';
      this.findings.report(kind, windowOf(path), path, sha256, found?.sha256 ?? null);
    }
    const isSound = found !== null && expected.has(found.sha256) && this.judgeContent(wanted, found, first[0]);
    if (!isSound) this.days.excuse(named);
  }

  /** A seal that coverage names and no entry binds: its export still runs or was killed, or the chain's tail was cut. */
  private judgeUnbound(wanted: WantedSeal, found: FoundSeal | null): void {
    const { path, named } = wanted;
    if (found === null) this.findings.report('seal-missing', windowOf(path), path, 'bound by the chain', null);
    else this.findings.report('chain-broken', windowOf(path), path, 'bound by the chain', 'in no entry');
    if (found === null || !this.judgeContent(wanted, found, Number.MAX_SAFE_INTEGER)) this.days.excuse(named);
  }

  /** Reads a seal that has its hash: a window's, an export's, the sync's, or a kind that a later version writes, which the hash covers. */
  private judgeContent({ path, named }: WantedSeal, { content }: FoundSeal, entry: number): boolean {
    const document = content === null ? undefined : parseJson(content);
    const kind = kindOf(document);
    const isSeal = kind === 'window' ? this.takeWindow(path, document, entry, named) : this.takeOther(kind, document);
    if (!isSeal) this.findings.report('seal-altered', windowOf(path), path, 'a seal of this path', kind ?? 'no seal');
    return isSeal;
  }

  private takeWindow(path: string, document: unknown, entry: number, named: readonly NamedDay[]): boolean {
    const seal = WindowSeal.safeParse(document).data;
    if (seal === undefined || path !== `seals/${seal.windowId}/${seal.number}.json`) return false;
    // Seals come by path, so those of one window come one after the other.
    if (seal.windowId !== this.lastWindow) this.windows++;
    this.lastWindow = seal.windowId;
    for (const landing of seal.landings) this.landings.add(landing, seal.windowId);
    this.days.add(path, seal, entry, named);
    return true;
  }

  private takeOther(kind: string | undefined, document: unknown): boolean {
    switch (kind) {
      case undefined:
        return false;
      case 'export': {
        const seal = ExportSeal.safeParse(document).data;
        for (const landing of seal?.structure ?? []) this.landings.add(landing, null);
        for (const { windowId, seal: named } of seal?.windows ?? []) {
          if (named !== null) this.namedByExports.add(named, windowId);
        }
        return seal !== undefined;
      }
      case 'round': {
        const isRound = RoundSeal.safeParse(document).success;
        if (isRound) this.rounds++;
        return isRound;
      }
      case 'snapshot': {
        const snapshot = SnapshotSeal.safeParse(document).data;
        for (const landing of snapshot?.landings ?? []) this.landings.add(landing, null);
        return snapshot !== undefined;
      }
      case 'syncEnabled':
        return EnabledSeal.safeParse(document).success;
      default:
        return true;
    }
  }
}

/** The window in whose folder a seal lies, or null for other seals. */
function windowOf(path: string): string | null {
  return /^seals\/(export\/.+)\/\d+\.json$/.exec(path)?.[1] ?? null;
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
  } catch {
    return undefined;
  }
}

function kindOf(document: unknown): string | undefined {
  if (typeof document !== 'object' || document === null || !('kind' in document)) return undefined;
  return typeof document.kind === 'string' ? document.kind : undefined;
}
