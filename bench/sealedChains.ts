import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { canonicalBytes, sha256Hex } from '../src/custody/canonicalJson.js';
import { chainPath } from '../src/custody/chain.js';
import type { ChainSigner } from '../src/custody/chainSigner.js';
import { roundSealPath } from '../src/custody/roundSeals.js';
import { signaturePath } from '../src/custody/signatures.js';
import { addDays } from '../src/domain/calendar.js';
import { type ChainEntry, type SealedLanding, WindowSeal } from '../src/domain/seal.js';
import { SigningKey, signingKeyPath } from '../src/domain/signingKey.js';
import { RoundSeal } from '../src/domain/sync/roundSeal.js';

const AT = '2026-03-01T00:00:00.000Z';
const HASH = 'a'.repeat(64);
const ROUNDS_A_DAY = 1440;
/** Seals that one export's entry binds. */
const SEALS_AN_ENTRY = 5000;

/** Objects written as plain files: as an export leaves them, without waiting for the disk after each. */
export class ChainWriter {
  private previous: string | null = null;
  private seq = 0;
  private lastFolder = '';

  constructor(
    private readonly directory: string,
    private readonly signer: ChainSigner | null,
  ) {
    if (signer !== null) this.announce(signer);
  }

  write(path: string, bytes: Uint8Array): string {
    const file = join(this.directory, path);
    const folder = dirname(file);
    if (folder !== this.lastFolder) mkdirSync(folder, { recursive: true });
    this.lastFolder = folder;
    writeFileSync(file, bytes);
    return sha256Hex(bytes);
  }

  append(kind: ChainEntry['kind'], seals: ChainEntry['seals']): void {
    const entry: ChainEntry = { v: 1, seq: ++this.seq, previous: this.previous, kind, at: AT, seals };
    const bytes = canonicalBytes(entry);
    this.previous = this.write(chainPath(this.seq), bytes);
    if (this.signer !== null) this.write(signaturePath(this.seq), this.signer.sign(bytes));
  }

  private announce({ keyId, publicKey }: ChainSigner): void {
    const document = { v: 1, kind: 'signingKey', keyId, algorithm: 'Ed25519', publicKey, at: AT, after: 0 };
    const bytes = canonicalBytes(SigningKey.parse({ ...document, endorsement: null }));
    const path = signingKeyPath(keyId);
    this.append('key', [{ path, sha256: this.write(path, bytes) }]);
  }
}

/** Exports of weeks, a seal each, bound by one entry for thousands; all name one small landing. */
export function writeWindows(directory: string, windows: number, signer: ChainSigner): void {
  const writer = new ChainWriter(directory, signer);
  const landing = landingOf(writer, Buffer.from('{"items":[]}'));
  for (let first = 0; first < windows; first += SEALS_AN_ENTRY) {
    const numbers = Array.from({ length: Math.min(SEALS_AN_ENTRY, windows - first) }, (_, at) => first + at);
    const seals = numbers.map((number) => {
      const seal = windowSeal(number, [landing]);
      const path = `seals/${seal.windowId}/1.json`;
      return { path, sha256: writer.write(path, canonicalBytes(seal)) };
    });
    writer.append('export', seals);
  }
}

/** Rounds of the trunk sync: an entry, a signature and a seal for each. */
export function writeRounds(directory: string, rounds: number, signer: ChainSigner): void {
  const writer = new ChainWriter(directory, signer);
  for (let number = 1; number <= rounds; number++) {
    const seal = roundSeal(number);
    const path = roundSealPath(seal);
    writer.append('round', [{ path, sha256: writer.write(path, canonicalBytes(seal)) }]);
  }
}

/** Landings of random bytes, and one seal that names them all. */
export function writeLandings(directory: string, landings: number, bytesEach: number): void {
  const writer = new ChainWriter(directory, null);
  const named = Array.from({ length: landings }, () => landingOf(writer, randomBytes(bytesEach)));
  const seal = windowSeal(0, named);
  const path = `seals/${seal.windowId}/1.json`;
  writer.append('export', [{ path, sha256: writer.write(path, canonicalBytes(seal)) }]);
}

function landingOf(writer: ChainWriter, bytes: Uint8Array): SealedLanding {
  const sha256 = sha256Hex(bytes);
  writer.write(`landings/${sha256}`, bytes);
  return { sha256, bytes: bytes.byteLength, encoding: 'identity', receivedAt: AT };
}

function windowSeal(number: number, landings: SealedLanding[]): WindowSeal {
  const from = addDays('2016-01-04', (number % 500) * 7);
  const unit = `00000000-0000-4000-8000-${String(Math.floor(number / 500)).padStart(12, '0')}`;
  const days = Array.from({ length: 7 }, (_, day) => ({
    localDate: addDays(from, day),
    state: 'loaded' as const,
    rows: { adherence_day: 200, adherence_exception: 1400 },
    agents: 200,
    kept: null,
    reason: null,
  }));
  const to = addDays(from, 7);
  return {
    v: 1,
    kind: 'window',
    windowId: `export/adherence/${unit}/${from}_${to}`,
    number: 1,
    organisationId: HASH.slice(0, 36),
    dataset: 'adherence',
    managementUnitId: unit,
    businessUnitId: unit,
    timeZone: 'Asia/Singapore',
    timeZoneDatabase: '2025b',
    from,
    to,
    startAt: `${from}T00:00:00.000Z`,
    endAt: `${to}T00:00:00.000Z`,
    settings: { granularity: 'PT15M' },
    requestedAt: AT,
    requests: [
      {
        method: 'POST',
        path: `/api/v2/workforcemanagement/managementunits/${unit}/historicaladherencequery`,
        body: { startDate: `${from}T00:00:00.000Z`, endDate: `${to}T00:00:00.000Z`, includeExceptions: true },
        jobId: unit,
        correlationIds: [unit],
        requestedAt: AT,
      },
    ],
    landings,
    loadedAt: AT,
    rows: { adherence_day: 1400, adherence_exception: 9800 },
    days,
    taken: [],
    leftInLanding: {},
    refusedUserIds: [],
  };
}

function roundSeal(number: number): RoundSeal {
  const endedAt = new Date(Date.UTC(2020, 0, 1) + (number * 86_400_000) / ROUNDS_A_DAY).toISOString();
  const trunk = (name: string): RoundSeal['routes'][number]['trunks'][number] => ({
    trunkBase: `00000000-0000-4000-8000-${name}`,
    name,
    carrier: 'carrier',
    health: 'healthy',
    since: null,
    role: 'primary',
    why: 'carries the calls wanted',
  });
  const trunks = ['one', 'two', 'three'].map(trunk);
  return {
    v: 1,
    kind: 'round',
    organisationId: HASH.slice(0, 36),
    syncId: `trunkSync/${HASH.slice(0, 36)}`,
    round: number,
    startedAt: endedAt,
    endedAt,
    causes: { timer: 1 },
    policyHash: HASH,
    decisionHash: HASH,
    enabled: true,
    inputs: { readAt: endedAt, hashes: { routes: HASH, trunks: HASH }, snapshots: [] },
    routes: [
      {
        siteId: 'site',
        outboundRoute: 'route',
        name: 'Outbound',
        agents: 120,
        callsWanted: 132,
        callsCarried: 150,
        trunkBases: trunks.map(({ trunkBase }) => trunkBase),
        trunks,
        isUrgent: false,
        held: null,
        why: 'agents scheduled in the interval',
      },
    ],
    drift: [],
    writes: [],
    heldWrites: [],
  };
}
