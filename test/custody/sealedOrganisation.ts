import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bindSeals } from '../../src/custody/bindSeals.js';
import { canonicalBytes, sha256Hex } from '../../src/custody/canonicalJson.js';
import type { ChainSigner } from '../../src/custody/chainSigner.js';
import type { ChainHead, CustodyLedger, OpenSeal } from '../../src/custody/custodyLedger.js';
import { signedChain } from '../../src/custody/signedChain.js';
import type { CoveredDay, VerifyFacts } from '../../src/custody/verifyFacts.js';
import type { AdherenceDifference } from '../../src/custody/verifyReport.js';
import { localDays } from '../../src/domain/calendar.js';
import { type DatasetName, windowId } from '../../src/domain/exportWindow.js';
import type { Landing } from '../../src/domain/landing.js';
import { ExportSeal, WindowSeal } from '../../src/domain/seal.js';
import { openFileStore } from '../../src/objects/fileStore.js';
import type { ObjectStore } from '../../src/objects/objectStore.js';

/** Seals, head, coverage and rows in plain arrays: what custody asks of a warehouse, without one. */
export class ArrayLedger implements CustodyLedger, VerifyFacts {
  seals: OpenSeal[] = [];
  head: ChainHead | null = null;
  coverage: CoveredDay[] = [];
  rows: { dataset: DatasetName; table: string; managementUnitId: string; localDate: string; rows: number }[] = [];
  differences: AdherenceDifference[] = [];

  addSeal(seal: { path: string; sha256: string; content: string }): Promise<void> {
    if (!this.seals.some(({ path }) => path === seal.path)) this.seals.push({ ...seal, chainSeq: null });
    return Promise.resolve();
  }
  openSeals(): Promise<OpenSeal[]> {
    return Promise.resolve(this.seals.filter(({ content, chainSeq }) => content !== null || chainSeq === null));
  }
  sealWritten(path: string): Promise<void> {
    this.seals = this.seals.map((seal) => (seal.path === path ? { ...seal, content: null } : seal));
    return Promise.resolve();
  }
  sealsChained(paths: readonly string[], head: ChainHead): Promise<void> {
    this.seals = this.seals.map((seal) => (paths.includes(seal.path) ? { ...seal, chainSeq: head.seq } : seal));
    if (this.head === null || head.seq >= this.head.seq) this.head = head;
    return Promise.resolve();
  }
  custodyHead(): Promise<ChainHead | null> {
    return Promise.resolve(this.head);
  }
  allCoverage(): Promise<CoveredDay[]> {
    return Promise.resolve(this.coverage);
  }
  countRows(dataset: DatasetName) {
    return Promise.resolve(this.rows.filter((row) => row.dataset === dataset));
  }
  adherenceDifferences(limit: number) {
    return Promise.resolve({ count: this.differences.length, first: this.differences.slice(0, limit) });
  }
}

export interface LoadedWindowFacts {
  dataset?: DatasetName;
  unit?: string;
  from: string;
  to: string;
  timeZone?: string;
  number?: number;
  loadedAt?: string;
  rowsADay?: number;
  body?: string;
  taken?: WindowSeal['taken'];
}

/** An organisation's objects in a temporary directory, with the ledger that knows them. */
export class SealedOrganisation {
  readonly ledger = new ArrayLedger();

  private constructor(
    readonly directory: string,
    readonly store: ObjectStore,
  ) {}

  /** @param signer who signs the chain; none by default. */
  static async make(signer: ChainSigner | null = null): Promise<SealedOrganisation> {
    const directory = await mkdtemp(join(tmpdir(), 'rosterline-custody-'));
    return new SealedOrganisation(directory, signedChain(openFileStore({ directory }), signer));
  }

  /** Lands a body and loads a window: seal, coverage and rows, as a warehouse's transaction would leave them. */
  async load(facts: LoadedWindowFacts): Promise<WindowSeal> {
    const { dataset = 'adherence', unit = 'mu1', from, to, rowsADay = 3 } = facts;
    const id = windowId({ dataset, managementUnitId: unit, from, to });
    const table = dataset === 'adherence' ? 'adherence_day' : 'occupancy_interval';
    const landing = await this.store.landBytes(Buffer.from(facts.body ?? `body of ${id}`), 'identity');
    const seal = windowSealOf(facts, landing);
    const path = `seals/${id}/${seal.number}.json`;
    await this.add(path, seal);
    const isThis = (row: { dataset: DatasetName; managementUnitId: string; localDate: string }) =>
      row.dataset === dataset && row.managementUnitId === unit && from <= row.localDate && row.localDate < to;
    const { ledger } = this;
    ledger.coverage = ledger.coverage.filter((row) => !isThis(row));
    ledger.rows = ledger.rows.filter((row) => !isThis(row));
    for (const { localDate, state } of seal.days) {
      ledger.coverage.push({ dataset, managementUnitId: unit, localDate, state, windowId: id, seal: path });
      if (rowsADay > 0) ledger.rows.push({ dataset, table, managementUnitId: unit, localDate, rows: rowsADay });
    }
    return seal;
  }

  /** Adds an export's manifest of windows and binds everything. */
  async endExport(exportId: string, windows: readonly WindowSeal[] = []): Promise<ChainHead> {
    const structure = await this.store.landBytes(Buffer.from(`structure of ${exportId}`), 'identity');
    const at = '2024-03-01T01:00:00.000Z';
    const seal = ExportSeal.parse({
      v: 1,
      kind: 'export',
      exportId,
      runId: 'run-1',
      organisationId: 'org',
      request: {},
      status: 'complete',
      startedAt: at,
      endedAt: at,
      structure: [{ ...structure, receivedAt: at }],
      windows: windows.map((each) => ({ windowId: each.windowId, seal: `seals/${each.windowId}/${each.number}.json` })),
      rows: {},
      gaps: [],
    });
    await this.add(`seals/${exportId}/run-1.json`, seal);
    const head = await bindSeals(this.store, this.ledger, { kind: 'export', at });
    if (head === null) throw new Error('nothing was bound');
    return head;
  }

  async add(path: string, document: unknown): Promise<void> {
    const bytes = canonicalBytes(document);
    await this.ledger.addSeal({ path, sha256: sha256Hex(bytes), content: Buffer.from(bytes).toString() });
  }

  remove(): Promise<void> {
    return rm(this.directory, { recursive: true, force: true });
  }
}

/** The seal of a load, as a warehouse's transaction would make it. */
export function windowSealOf(facts: LoadedWindowFacts, landing: Landing): WindowSeal {
  const { dataset = 'adherence', unit = 'mu1', from, to, timeZone = 'Asia/Singapore', rowsADay = 3 } = facts;
  const id = windowId({ dataset, managementUnitId: unit, from, to });
  const table = dataset === 'adherence' ? 'adherence_day' : 'occupancy_interval';
  const days = localDays(timeZone, from, to);
  const at = facts.loadedAt ?? '2024-03-01T00:00:00.000Z';
  return WindowSeal.parse({
    v: 1,
    kind: 'window',
    windowId: id,
    number: facts.number ?? 1,
    organisationId: 'org',
    dataset,
    managementUnitId: unit,
    businessUnitId: 'bu1',
    timeZone,
    timeZoneDatabase: '2025b',
    from,
    to,
    startAt: days[0]?.startAt ?? '',
    endAt: days.at(-1)?.endAt ?? '',
    settings: {},
    requestedAt: at,
    requests: [],
    landings: [{ ...landing, receivedAt: at }],
    loadedAt: at,
    rows: { [table]: rowsADay * days.length },
    days: days.map(({ localDate }) => ({
      localDate,
      state: rowsADay === 0 ? 'empty' : 'loaded',
      rows: { [table]: rowsADay },
      agents: rowsADay,
      kept: null,
      reason: null,
    })),
    taken: facts.taken ?? [],
    leftInLanding: {},
    refusedUserIds: [],
  });
}
