import type { KeyObject } from 'node:crypto';
import { keyIdOfPath } from '../domain/signingKey.js';
import { sha256Hex } from './canonicalJson.js';
import type { ChainLink } from './chain.js';
import { keyIdOf, SIGNATURE_BYTES } from './chainSigner.js';
import type { CustodyStore } from './custodyStore.js';
import type { Findings } from './findings.js';
import { announcedKeys, keyInForce } from './keyInForce.js';
import { isEndorsedBy, isSignedBy, type KnownKey, readKeyDocument, signaturePath } from './signatures.js';
import type { ChainKey } from './verifyReport.js';

/** Longer than any key's document that was written by us. */
const MAX_KEY_BYTES = 64 * 1024;

/** Keys that somebody outside the chain knows of: the chain must be signed by one of them, or by one that they vouch for. */
export interface PinnedKeys {
  readonly keyIds: readonly string[];
  /** Public halves, which also stand in for a key's document that is missing. */
  readonly publicKeys: readonly KeyObject[];
}

interface InForce {
  readonly keyId: string;
  /** Null where its document is missing or altered, which is reported as that seal's. */
  readonly publicKey: KeyObject | null;
  readonly known: KnownKey | null;
  readonly isTrusted: boolean;
}

/** An entry that the key in force did not sign: the next entry's key may have, where the one in force was lost. */
interface Unsigned {
  readonly link: ChainLink;
  readonly signature: Uint8Array | null;
  readonly expected: string;
}

/**
 * Checks the signatures of a chain, fed entry by entry in order, a batch at a time.
 *
 * An entry of the kind `key` puts its key into force, is signed by it, and from there on every entry has a signature of the key in force.
 * What came before the first is covered through `previous`.
 */
export class SignatureWalk {
  readonly keys: ChainKey[] = [];
  /** Signatures that verified. */
  signatures = 0;
  private inForce: InForce | null = null;
  private unsigned: Unsigned | null = null;
  private readonly pinnedIds: ReadonlySet<string>;
  private readonly pinnedKeys: ReadonlyMap<string, KeyObject>;

  constructor(
    private readonly store: CustodyStore,
    private readonly findings: Findings,
    pinned: PinnedKeys,
  ) {
    this.pinnedKeys = new Map(pinned.publicKeys.map((key) => [keyIdOf(key), key]));
    this.pinnedIds = new Set([...pinned.keyIds, ...this.pinnedKeys.keys()]);
  }

  /** Begins after an entry that was verified before, with the key that was in force then. */
  async goOnAfter(seq: number): Promise<void> {
    const keyId = await keyInForce(this.store, seq);
    if (keyId === null) return;
    const known = (await announcedKeys(this.store)).find((key) => key.keyId === keyId) ?? null;
    const isTrusted = this.pinnedIds.has(keyId);
    this.inForce = { keyId, known, publicKey: known?.publicKey ?? null, isTrusted };
  }

  async add(links: readonly ChainLink[]): Promise<void> {
    let batch: ChainLink[] = [];
    for (const link of links) {
      if (link.entry?.kind === 'key') {
        await this.check(batch);
        batch = [];
        await this.change(link, link.entry.seals);
      }
      batch.push(link);
    }
    await this.check(batch);
  }

  /** Reports what shows at the end alone. */
  end(): void {
    this.reportUnsigned();
    if (this.pinnedIds.size === 0 || this.inForce?.isTrusted === true) return;
    const expected = [...this.pinnedIds].join(' or ');
    this.findings.report('signature-invalid', null, 'chain', expected, this.inForce?.keyId ?? null);
  }

  /** Checks entries under the key in force. */
  private async check(batch: readonly ChainLink[]): Promise<void> {
    const { inForce } = this;
    if (inForce?.publicKey == null) return;
    const { publicKey, keyId } = inForce;
    const checked = await Promise.all(batch.map((link) => this.isSigned(link, publicKey)));
    for (const [index, link] of batch.entries()) {
      this.reportUnsigned();
      const { signature, valid } = checked[index] ?? { signature: null, valid: false };
      if (valid) this.signatures++;
      else if (link.content !== null) this.unsigned = { link, signature, expected: keyId };
    }
  }

  private async isSigned(
    { seq, content }: ChainLink,
    publicKey: KeyObject,
  ): Promise<{ signature: Uint8Array | null; valid: boolean }> {
    const signature = await this.store.read(signaturePath(seq), { firstBytes: SIGNATURE_BYTES + 1 });
    const valid = signature !== null && content !== null && (await isSignedBy(publicKey, content, signature));
    return { signature, valid };
  }

  /** Puts the key of an entry into force. */
  private async change(link: ChainLink, seals: readonly { path: string; sha256: string }[]): Promise<void> {
    const [seal] = seals;
    const keyId = seals.length === 1 && seal !== undefined ? keyIdOfPath(seal.path) : null;
    if (seal === undefined || keyId === null) {
      this.findings.report('signature-invalid', null, link.path, 'one key', `${seals.length} seals`);
      return;
    }
    const before = this.inForce;
    const bytes = await this.store.read(seal.path, { firstBytes: MAX_KEY_BYTES });
    const isAsBound = bytes !== null && sha256Hex(bytes) === seal.sha256;
    const known = bytes === null ? null : readKeyDocument(bytes, keyId);
    // Missing or altered, it is reported as a seal.
    if (isAsBound && known === null) this.findings.report('signature-invalid', null, seal.path, keyId, null);
    const isEndorsed = await this.isEndorsed(seal.path, known, before);
    await this.settleUnsigned(link.seq, known);
    this.keys.push({ keyId, from: link.seq, endorsed: isEndorsed });
    this.inForce = {
      keyId,
      known,
      publicKey: known?.publicKey ?? this.pinnedKeys.get(keyId) ?? null,
      isTrusted: this.pinnedIds.has(keyId) || (isEndorsed && before?.isTrusted === true),
    };
  }

  private async isEndorsed(path: string, known: KnownKey | null, before: InForce | null): Promise<boolean> {
    const said = known?.document.endorsement ?? null;
    if (known === null || said === null) return false;
    if (before?.known != null && (await isEndorsedBy(known, before.known))) return true;
    if (before?.known != null || before === null)
      this.findings.report('signature-invalid', null, path, before?.keyId ?? null, said.keyId);
    return false;
  }

  /** The entry before a key's may have that key's signature: the one in force was lost before it signed. */
  private async settleUnsigned(nextSeq: number, next: KnownKey | null): Promise<void> {
    const { unsigned } = this;
    if (unsigned?.signature != null && unsigned.link.content !== null && unsigned.link.seq === nextSeq - 1) {
      if (next !== null && (await isSignedBy(next.publicKey, unsigned.link.content, unsigned.signature))) {
        this.unsigned = null;
        this.signatures++;
      }
    }
    this.reportUnsigned();
  }

  private reportUnsigned(): void {
    if (this.unsigned === null) return;
    const { link, signature, expected } = this.unsigned;
    this.unsigned = null;
    const found = signature === null ? null : 'a signature of something else';
    this.findings.report('signature-invalid', null, signaturePath(link.seq), expected, found);
  }
}
