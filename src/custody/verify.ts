import { ExportSeal, type SealedLanding, WindowSeal } from '../domain/seal.js';
import { EnabledSeal, RoundSeal } from '../domain/sync/roundSeal.js';
import { SnapshotSeal } from '../domain/sync/snapshotSeal.js';
import { checkChain } from './checkChain.js';
import { sha256Hex } from './canonicalJson.js';
import { type CustodyStore, isSealPath } from './custodyStore.js';
import { Findings } from './findings.js';
import { type PinnedKeys, SignatureWalk } from './signatureWalk.js';
import { SealedDays } from './sealedDays.js';
import type { VerifyFacts } from './verifyFacts.js';
import type { VerifyReport } from './verifyReport.js';

/** Seals larger than this were not written by us; they are hashed but not read into memory. */
const MAX_SEAL_BYTES = 256 * 1024 * 1024;
const DIFFERENCES_SHOWN = 100;

export interface VerifyRequest {
  readonly store: CustodyStore;
  /** The warehouse, or null to check the objects alone. */
  readonly facts: VerifyFacts | null;
  /** Hash of an entry that the chain must have, from an earlier export's result: shows a cut tail without the warehouse. */
  readonly expectedHead?: string;
  /** Keys of which one must have signed the chain, or vouched for the key that did. */
  readonly pinned?: PinnedKeys;
  readonly onProgress?: (checked: { objects: number; bytes: number }) => void;
}

/**
 * Recomputes every hash, walks the chain and recounts the rows; changes nothing.
 *
 * Each object is streamed, and what stays in memory is a hash an object and a few numbers a day.
 *
 * @throws Failure `Blocked` when store or warehouse cannot be read at all.
 */
export async function verify(request: VerifyRequest): Promise<VerifyReport> {
  const { facts } = request;
  const findings = new Findings();
  const run = new Verification(request, findings, new SealedDays((await facts?.allCoverage()) ?? [], findings));
  await run.walk();
  if (facts !== null) await run.compareWith(facts);
  const differences = (await facts?.adherenceDifferences(DIFFERENCES_SHOWN)) ?? { count: 0, first: [] };
  return { ...run.outcome(), differences };
}

class Verification {
  private readonly windows = new Set<string>();
  /** Path of each bound seal with the hash it was bound by. */
  private readonly bound = new Map<string, string>();
  /** What was found under each landing's name. */
  private readonly landings = new Map<string, { sha256: string; bytes: number } | null>();
  /** Seals that exports name; each must be bound by the end of the walk. */
  private readonly namedByExports = new Map<string, string>();
  private readonly signed: SignatureWalk;
  private rounds = 0;
  private objects = 0;
  private bytes = 0;

  constructor(
    private readonly request: VerifyRequest,
    private readonly findings: Findings,
    private readonly days: SealedDays,
  ) {
    this.signed = new SignatureWalk(request.store, findings, request.pinned ?? { keyIds: [], publicKeys: [] });
  }

  outcome(): Omit<VerifyReport, 'differences'> {
    const { rounds, objects, bytes } = this;
    const { broken } = this.findings;
    const { signatures, keys } = this.signed;
    return { ok: broken.length === 0, windows: this.windows.size, rounds, objects, bytes, signatures, keys, broken };
  }

  async walk(): Promise<void> {
    const { store, facts, expectedHead } = this.request;
    const heads = { known: (await facts?.custodyHead()) ?? null, expected: expectedHead ?? null };
    for await (const step of checkChain(store, heads)) {
      if ('broken' in step) {
        this.findings.broken.push(step.broken);
        continue;
      }
      this.count(step.link.bytes);
      await this.signed.add([step.link]);
      for (const seal of step.link.entry?.seals ?? []) await this.checkSeal(seal, step.link.seq);
    }
    this.signed.end();
    for (const [path, windowId] of this.namedByExports) {
      if (!this.bound.has(path)) this.findings.report('seal-missing', windowId, path, 'bound by the chain', null);
    }
  }

  async compareWith(facts: VerifyFacts): Promise<void> {
    for (const path of this.days.namedSeals()) {
      if (!this.days.has(path)) await this.checkUnbound(path);
    }
    await this.days.compare(facts);
  }

  private async checkSeal(seal: { path: string; sha256: string }, entry: number): Promise<void> {
    const { path, sha256 } = seal;
    if (this.bound.get(path) === sha256) return;
    this.bound.set(path, sha256);
    const found = isSealPath(path) ? await this.digest(path) : null;
    if (found?.sha256 !== sha256) {
      this.findings.report(
        found === null ? 'seal-missing' : 'seal-altered',
        windowOf(path),
        path,
        sha256,
        found?.sha256 ?? null,
      );
      this.days.addUnusable(path);
      return;
    }
    await this.checkContent(path, sha256, found.bytes, entry);
  }

  /** Reads a seal that has its hash: a window's, an export's, a snapshot's, or a kind that a later version writes, which the hash covers. */
  private async checkContent(path: string, sha256: string, length: number, entry: number): Promise<void> {
    const bytes = length > MAX_SEAL_BYTES ? null : await this.request.store.read(path);
    const document = bytes === null || sha256Hex(bytes) !== sha256 ? undefined : parseJson(bytes);
    const kind = kindOf(document);
    const windowSeal = kind === 'window' ? WindowSeal.safeParse(document).data : undefined;
    if (windowSeal !== undefined && path === `seals/${windowSeal.windowId}/${windowSeal.number}.json`) {
      this.windows.add(windowSeal.windowId);
      for (const landing of windowSeal.landings) await this.checkLanding(landing, windowSeal.windowId);
      this.days.add(path, windowSeal, entry);
      return;
    }
    const exportSeal = kind === 'export' ? ExportSeal.safeParse(document).data : undefined;
    if (exportSeal !== undefined) {
      for (const landing of exportSeal.structure) await this.checkLanding(landing, null);
      for (const { windowId, seal } of exportSeal.windows) {
        if (seal !== null && !this.bound.has(seal)) this.namedByExports.set(seal, windowId);
      }
      return;
    }
    if (kind !== undefined && (await this.isOfSync(kind, document))) return;
    this.findings.report('seal-altered', windowOf(path), path, 'a seal of this path', kind ?? 'no seal');
    this.days.addUnusable(path);
  }

  /** A seal of the trunk sync that is what it says, or one of a kind that a later version writes: its hash covers that. */
  private async isOfSync(kind: string, document: unknown): Promise<boolean> {
    switch (kind) {
      case 'round': {
        const isRound = RoundSeal.safeParse(document).success;
        if (isRound) this.rounds++;
        return isRound;
      }
      case 'snapshot': {
        const snapshot = SnapshotSeal.safeParse(document).data;
        for (const landing of snapshot?.landings ?? []) await this.checkLanding(landing, null);
        return snapshot !== undefined;
      }
      case 'syncEnabled':
        return EnabledSeal.safeParse(document).success;
      default:
        return kind !== 'window' && kind !== 'export';
    }
  }

  private async checkLanding(landing: SealedLanding, windowId: string | null): Promise<void> {
    const { sha256, bytes } = landing;
    const path = `landings/${sha256}`;
    let found = this.landings.get(sha256);
    if (found === undefined) {
      found = await this.digest(path);
      this.landings.set(sha256, found);
    }
    if (found === null) this.findings.report('landing-missing', windowId, path, sha256, null);
    else if (found.sha256 !== sha256) this.findings.report('landing-altered', windowId, path, sha256, found.sha256);
    else if (found.bytes !== bytes) this.findings.report('landing-altered', windowId, path, bytes, found.bytes);
  }

  /** A seal that coverage names and no entry binds: its export still runs or was killed, or the chain's tail was cut. */
  private async checkUnbound(path: string): Promise<void> {
    const found = isSealPath(path) ? await this.digest(path) : null;
    if (found === null) {
      this.findings.report('seal-missing', windowOf(path), path, 'bound by the chain', null);
      this.days.addUnusable(path);
      return;
    }
    this.findings.report('chain-broken', windowOf(path), path, 'bound by the chain', 'in no entry');
    await this.checkContent(path, found.sha256, found.bytes, Number.MAX_SAFE_INTEGER);
  }

  private async digest(path: string): Promise<{ sha256: string; bytes: number } | null> {
    const found = await this.request.store.digest(path);
    if (found !== null) this.count(found.bytes);
    return found;
  }

  private count(bytes: number): void {
    this.objects++;
    this.bytes += bytes;
    this.request.onProgress?.({ objects: this.objects, bytes: this.bytes });
  }
}

/** The window in whose folder a seal lies, or null for other seals. */
function windowOf(path: string): string | null {
  return /^seals\/(export\/.+)\/\d+\.json$/.exec(path)?.[1] ?? null;
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return undefined;
  }
}

function kindOf(document: unknown): string | undefined {
  if (typeof document !== 'object' || document === null || !('kind' in document)) return undefined;
  return typeof document.kind === 'string' ? document.kind : undefined;
}
