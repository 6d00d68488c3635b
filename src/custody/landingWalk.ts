import type { CustodyStore } from './custodyStore.js';
import type { Findings } from './findings.js';
import { keyOfText, KeyedRuns, type Scratch } from './keyedRuns.js';

/** Records that are looked at together, and landings of them that are hashed at once. */
const BATCH = 256;
const AT_ONCE = 8;

type Digest = { readonly sha256: string; readonly bytes: number } | null;
type NamedLanding = readonly [windowId: string | null, bytes: number];

/** Checks landings that seals name: each is hashed once, whoever names it. */
export class LandingWalk {
  private readonly named: KeyedRuns<NamedLanding>;

  constructor(
    scratch: Scratch,
    private readonly digest: CustodyStore['digest'],
    private readonly findings: Findings,
  ) {
    this.named = new KeyedRuns(scratch);
  }

  add({ sha256, bytes }: { readonly sha256: string; readonly bytes: number }, windowId: string | null): void {
    this.named.add(sha256, windowId, bytes);
  }

  /** Hashes every landing, in the order of their names, and reports what is wrong for each window that names it. */
  async check(): Promise<void> {
    let known: ReadonlyMap<string, Digest> = new Map();
    let batch: { sha256: string; fields: NamedLanding }[] = [];
    const checkBatch = async (): Promise<void> => {
      known = await this.digestAll(new Set(batch.map(({ sha256 }) => sha256)), known);
      for (const { sha256, fields } of batch) this.judge(sha256, fields, known.get(sha256) ?? null);
      batch = [];
    };
    for (const { text, fields } of this.named.sorted()) {
      batch.push({ sha256: keyOfText(text), fields });
      if (batch.length === BATCH) await checkBatch();
    }
    await checkBatch();
  }

  /** @param known digests of the batch before: its last landing may be this one's first. */
  private async digestAll(
    hashes: ReadonlySet<string>,
    known: ReadonlyMap<string, Digest>,
  ): Promise<Map<string, Digest>> {
    const digests = new Map<string, Digest>();
    const wanted = hashes.values();
    const work = async (): Promise<void> => {
      for (const sha256 of wanted) {
        const before = known.get(sha256);
        digests.set(sha256, before === undefined ? await this.digest(`landings/${sha256}`) : before);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    return digests;
  }

  private judge(sha256: string, [windowId, bytes]: NamedLanding, found: Digest): void {
    const path = `landings/${sha256}`;
    if (found === null) this.findings.report('landing-missing', windowId, path, sha256, null);
    else if (found.sha256 !== sha256) this.findings.report('landing-altered', windowId, path, sha256, found.sha256);
    else if (found.bytes !== bytes) this.findings.report('landing-altered', windowId, path, bytes, found.bytes);
  }
}
